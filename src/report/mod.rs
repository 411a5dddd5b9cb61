//! One page for one file: every question with its picture, verdict, formula, derivation and evidence.
//!
//! In: a problem with its answers, and what data said of them. Out: an HTML document that needs nothing else, no script, no font, no request.
//! Must never know: files, the clock, how an answer was found.
//!
//! The page reads from top to bottom on paper and on a phone, takes the colours of the reader's screen, and is walked with
//! the keyboard: what can be opened is `details`, what can be jumped to is a heading.

mod data;
mod style;
#[cfg(test)]
mod tests;

use crate::answer::{Answer, Body, Expected, Verdict};
use crate::draw::{self, Mark, Picture};
use crate::estimate::Estimate;
use crate::estimate::refute::Refutation;
use crate::kernel::Checked;
use crate::problem::{Problem, lift};
use crate::proof::{Evidence, Rule, Separation};
use crate::render::document::{Block, Math, Tone};
use crate::render::html::{escape, html, inline};
use crate::render::{self, Steps};
use crate::syntax::tree;
use std::fmt::Write as _;

/// Cut graphs that are drawn for one derivation at most.
const MOST_CUTS: usize = 24;

/// What a page is made of.
#[derive(Clone, Copy, Debug)]
pub struct Contents<'a> {
    /// The file.
    pub problem: &'a Problem,
    /// The answers to its questions, in order.
    pub answers: &'a [Answer],
    /// What came of its `expect` lines, in order.
    pub expected: &'a [Expected],
    /// What data say of the questions, in any order; nothing where they were not asked.
    pub estimates: &'a [&'a Estimate],
    /// Attempts to refute graphs and estimates, each with what it is about.
    pub refuted: &'a [(String, Vec<Refutation>)],
}

/// The page. O(what the answers hold), and the layout of each picture.
#[must_use]
pub fn page(contents: &Contents<'_>) -> String {
    let Contents { problem, answers, expected, .. } = *contents;
    let title = escape(problem.source.name());
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"generator\" content=\"whatif {}\">\n<title>{title}</title>\n<style>{}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">To the answers</a>\n",
        env!("CARGO_PKG_VERSION"),
        format_args!(
            "{}{}{}",
            style::STYLE,
            draw::STYLE,
            if contents.estimates.is_empty() { "" } else { draw::PLOT_STYLE }
        )
    );
    let counted = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let _ = writeln!(
        out,
        "<header><h1>{title}</h1>\n<p>{}, {}, {}. Every verdict below was accepted by a kernel that shares no algorithm with \
         the search; what a model computes is not proved, and says so.</p></header>",
        counted(problem.graphs.len(), "graph"),
        counted(answers.len(), "question"),
        counted(expected.len(), "expectation")
    );
    table_of_contents(&mut out, contents);
    let drawn: Vec<Option<Picture>> = problem.graphs.values().map(|entry| draw::picture(entry, None).ok()).collect();
    for (index, picture) in drawn.iter().enumerate() {
        out.extend(picture.as_ref().map(|picture| draw::parts(picture, &format!("G{index}"))));
    }
    out.push_str("<main id=\"main\">\n");
    for (index, answer) in answers.iter().enumerate() {
        question(&mut out, contents, &drawn, index, answer);
    }
    data::graphs(&mut out, contents);
    graphs(&mut out, contents, &drawn);
    expectations(&mut out, expected);
    source(&mut out, problem);
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Bad => "bad",
        Tone::Open => "open",
        Tone::Plain | Tone::Strong | Tone::Quiet => "plain",
    }
}

fn table_of_contents(out: &mut String, contents: &Contents<'_>) {
    if contents.answers.len() < 2 {
        return;
    }
    out.push_str("<nav aria-label=\"Questions\"><ol>\n");
    for (index, answer) in contents.answers.iter().enumerate() {
        let (tone, few) = render::in_few_words(answer);
        let _ = writeln!(
            out,
            "<li><a href=\"#q{}\">{}</a> <span class=\"badge {}\">{}</span></li>",
            index + 1,
            asked(contents.problem, answer),
            class(tone),
            escape(&few)
        );
    }
    out.push_str("</ol></nav>\n");
}

/// The question, with its name where it has one.
fn asked(problem: &Problem, answer: &Answer) -> String {
    let query = problem.queries.get(answer.id.wrapping_sub(1));
    let math = match (&answer.body, query) {
        (Body::Proof { start, .. }, _) => {
            let expr = Math::Expr(Box::new(lift::expr(&answer.graph, &answer.arena, *start, &answer.definitions)));
            format!("proof of {}", inline(&expr))
        }
        (_, Some(query)) => {
            let mut written = lift::query(problem, query, &answer.graph);
            (written.label, written.graph) = (None, None);
            inline(&Math::Query(Box::new(written)))
        }
        (_, None) => format!("<code>{}</code>", escape(&answer.text)),
    };
    match &answer.name {
        Some(name) => format!("<span class=\"name\">{}:</span> {math}", escape(name)),
        None => math,
    }
}

fn question(out: &mut String, contents: &Contents<'_>, drawn: &[Option<Picture>], index: usize, answer: &Answer) {
    let (problem, number) = (contents.problem, index + 1);
    let (tone, few) = render::in_few_words(answer);
    let (line, _) = problem.source.line_column(answer.span.start);
    let graph = if problem.graphs.len() > 1 { format!(" in {}", escape(&answer.graph_name)) } else { String::new() };
    let _ = writeln!(
        out,
        "<section id=\"q{number}\" aria-labelledby=\"h{number}\">\n<h2 id=\"h{number}\">{}</h2>\n\
         <p class=\"verdict\"><span class=\"badge {}\">{}</span> <span class=\"quiet\">{graph} · <a href=\"#l{line}\">line \
         {line}</a></span></p>",
        asked(problem, answer),
        class(tone),
        escape(&few)
    );
    let position = problem.graphs.get_index_of(&answer.graph_name).unwrap_or(0);
    let picture = problem.graphs.get_index(position).zip(drawn.get(position).and_then(Option::as_ref));
    let marked = picture.map(|((_, entry), picture)| draw::marked(picture, entry, answer));
    let parts = format!("G{position}");
    figure(out, marked.as_ref(), &parts, &format!("p{number}"), answer.graph.len());
    out.push_str(&html(&render::document(problem, answer, Steps::None)));
    data::numbers(out, contents, answer, number);
    if let Some(checked) = derived(answer) {
        derivation(out, problem, answer, checked, marked.as_ref().map(|marked| (marked, &*parts)), number);
    }
    out.push_str("</section>\n");
}

/// The certificate whose derivation is shown.
fn derived(answer: &Answer) -> Option<&Checked> {
    if let Body::Effect { verdict: Verdict::Identifiable(found), .. }
    | Body::Contrast { verdict: Verdict::Identifiable(found), .. } = &answer.body
    {
        Some(&found.checked)
    } else {
        None
    }
}

fn derivation(
    out: &mut String,
    problem: &Problem,
    answer: &Answer,
    checked: &Checked,
    picture: Option<(&Picture, &str)>,
    number: usize,
) {
    let Evidence::Derivation(derivation) = checked.evidence() else { return };
    if derivation.steps.is_empty() {
        return;
    }
    let board: Vec<Block> = render::document(problem, answer, Steps::Board)
        .blocks
        .into_iter()
        .filter(|block| matches!(block, Block::Board(_)))
        .collect();
    let _ = writeln!(out, "<details class=\"derivation\"><summary>Derivation in the three rules</summary>");
    out.push_str(&html(&render::Document { blocks: board }));
    let mut seen: Vec<(Rule, &Separation)> = Vec::new();
    let needs = derivation.steps.iter().filter_map(|step| Some((step.rule, step.requires.first()?)));
    for need in needs {
        if !seen.contains(&need) && seen.len() < MOST_CUTS {
            seen.push(need);
        }
    }
    for (count, (rule, separation)) in seen.into_iter().enumerate() {
        let independence = lift::separation(&answer.graph, separation);
        let query = tree::Query::Independence(independence);
        let statement = tree::QueryStatement { label: None, query, graph: None };
        let which = match rule {
            Rule::Rule1 => "1",
            Rule::Rule2 => "2",
            Rule::Rule3 => "3",
            Rule::Marginalise | Rule::Chain | Rule::Condition | Rule::Algebra | Rule::Substitute => continue,
        };
        let _ = writeln!(
            out,
            "<details class=\"cut\"><summary>Rule {which} needs {}</summary>",
            inline(&Math::Query(Box::new(statement)))
        );
        if let Some((picture, parts)) = picture {
            let picture = draw::cut(picture, &answer.graph, &separation.cut);
            let element = draw::element(&picture, parts, &format!("p{number}-{count}"), &picture.description);
            let _ = writeln!(out, "<div class=\"wide\">{element}</div>");
        }
        out.push_str("</details>\n");
    }
    out.push_str("</details>\n");
}

/// A picture with the key to its colours, or a word on why there is none.
fn figure(out: &mut String, picture: Option<&Picture>, parts: &str, id: &str, nodes: usize) {
    let Some(picture) = picture else {
        let _ = writeln!(out, "<p class=\"quiet\">The graph has {nodes} variables and is not drawn.</p>");
        return;
    };
    let element = draw::element(picture, parts, id, &picture.description);
    let _ = writeln!(out, "<figure><div class=\"wide\">{element}</div>");
    let has = |mark: Mark| picture.nodes.iter().any(|node| node.mark == mark);
    let mut key = Vec::new();
    for (mark, class, words) in [
        (Mark::Treatment, "treatment", "acted on"),
        (Mark::Outcome, "outcome", "asked about"),
        (Mark::Adjusted, "adjusted", "adjusted for or held fixed"),
        (Mark::Latent, "latent", "not measured"),
    ] {
        if has(mark) {
            key.push(format!("<span class=\"key {class}\"></span>{words}"));
        }
    }
    if picture.edges.iter().any(|line| line.stroke == draw::Stroke::Open) {
        key.push("<span class=\"key opened\"></span>a path that mixes cause and coincidence".to_owned());
    }
    if !key.is_empty() {
        let _ = writeln!(out, "<figcaption>{}</figcaption>", key.join(" "));
    }
    out.push_str("</figure>\n");
}

/// Graphs about which nothing is asked.
fn graphs(out: &mut String, contents: &Contents<'_>, drawn: &[Option<Picture>]) {
    for (name, entry) in &contents.problem.graphs {
        if contents.answers.iter().any(|answer| answer.graph_name == *name) {
            continue;
        }
        let id = contents.problem.graphs.get_index_of(name).unwrap_or(0);
        let _ = writeln!(out, "<section aria-labelledby=\"g{id}\">\n<h2 id=\"g{id}\">Graph {}</h2>", escape(name));
        if let Some(doc) = &entry.doc {
            let _ = writeln!(out, "<p>{}</p>", escape(doc));
        }
        let picture = drawn.get(id).and_then(Option::as_ref);
        figure(out, picture, &format!("G{id}"), &format!("g{id}p"), entry.source.len());
        out.push_str("</section>\n");
    }
}

fn expectations(out: &mut String, expected: &[Expected]) {
    if expected.is_empty() {
        return;
    }
    out.push_str("<section aria-labelledby=\"expected\">\n<h2 id=\"expected\">Expectations</h2>\n<div class=\"wide\"><table>\n<tbody>\n");
    for one in expected {
        let (tone, kept) = render::kept(one);
        let why = one.reason.as_deref().filter(|_| one.holds != Some(true)).unwrap_or("");
        let _ = writeln!(
            out,
            "<tr><td><code>{}</code></td><td><span class=\"badge {}\">{kept}</span></td><td>{}</td></tr>",
            escape(&one.text),
            class(tone),
            escape(why)
        );
    }
    out.push_str("</tbody></table></div>\n</section>\n");
}

fn source(out: &mut String, problem: &Problem) {
    out.push_str("<section aria-labelledby=\"source\">\n<h2 id=\"source\">Source</h2>\n<pre>");
    for (index, line) in problem.source.text().lines().enumerate() {
        let _ = writeln!(out, "<span id=\"l{}\">{}</span>", index + 1, escape(line));
    }
    out.push_str("</pre>\n</section>\n");
}
