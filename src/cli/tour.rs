//! `whatif` alone: what it is, on one screen, with an answer computed on the spot.

use super::output::Output;
use super::status;
use whatif::answer::{Options, Prover};
use whatif::source::Source;
use whatif::{problem, render};

const FIRST: &str = "graph { service -> engagement -> churn; service -> churn }\nP(churn | do(engagement))\n";
const SECOND: &str = "graph { engagement -> churn; engagement <-> churn }\nP(churn | do(engagement))\n";

/// Prints the tour.
pub fn tour(output: &mut Output) -> u8 {
    output.text(
        "whatif answers causal questions: draw the world as a graph, ask what an action would do, and get a formula\n\
         in what is measured, or the reason why there is none.\n\n\
         Do customers leave because they use the product little, or does bad service cause both?\n\n",
    );
    example(output, FIRST);
    output.text("\nAnd if nobody recorded the service? Then <-> stands for the unmeasured common cause:\n\n");
    example(output, SECOND);
    output.text(
        "\nTry it:\n\n\
        \x20 echo 'graph { z -> x -> y; z -> y } P(y | do(x))' | whatif run -\n\
        \x20 whatif run examples/churn.causal\n\
        \x20 whatif --help\n\n\
         What else can be asked (each on a line of its own):\n\n\
        \x20 P(y | do(x), z)                    an effect among those with z\n\
        \x20 E[y | do(x=1)] - E[y | do(x=0)]    a contrast\n\
        \x20 x _||_ y | z                       does the graph imply this independence?\n\
        \x20 adjust P(y | do(x))                sets to adjust for, and instruments\n\
        \x20 paths x to y | z                   ways between two variables, open and blocked\n\
        \x20 implications                       what the graph says of the data\n\
        \x20 expect identifiable P(y | do(x))   a line that must hold, or the run fails\n",
    );
    status::FINE
}

fn example(output: &mut Output, text: &str) {
    let (problem, _) = problem::read(&Source::new("", text));
    for line in text.lines() {
        output.text(&format!("    {line}\n"));
    }
    output.text("\n");
    let Ok(prover) = Prover::new(&problem) else { return };
    for index in 0..problem.queries.len() {
        output.document(&render::document(&problem, &prover.answer(index, &Options::default()), render::Steps::None));
    }
}
