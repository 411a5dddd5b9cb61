//! What a model answers: numbers, side by side with those without the action, and as bars.

use super::{count, sentence};
use crate::answer::{
    Comparison, Explanation, LinearForm, Number, Numbers, NumericalCheck, SensitiveEntry, Sides, decimal, same,
};
use crate::expr::BigRational;
use crate::render::document::{Block, Document, Math, Table, Text, Tone};
use num_traits::{One, Signed, ToPrimitive, Zero};

pub(super) fn number(document: &mut Document, model: &str, answer: &Number) {
    match answer {
        Number::Table(numbers) => table(document, model, numbers),
        Number::Normal { slots, mean, variance, without } => {
            let mut text = if variance.is_some() { Text::of("Mean ") } else { Text::new() };
            text = text.tone(Tone::Good, linear(mean, slots));
            if let Some(variance) = variance {
                text = text.say(format!(", with variance {}", exactly(variance)));
            }
            document.say(text.say(computed(model)));
            if let Some((mean, variance)) = without {
                let variance = variance.as_ref().map(|variance| format!(", with variance {}", exactly(variance)));
                document.say(Text::of(format!(
                    "Without the action: mean {}{}.",
                    exactly(mean),
                    variance.unwrap_or_default()
                )));
            }
        }
        Number::Explained(found) => explained(document, model, found),
        Number::Sensitivity { value, entries, truncated } => {
            document.say(Text::new().tone(Tone::Good, exactly(value)).say(computed(model)));
            sensitive(document, entries, *truncated);
        }
        Number::Comparison(found) => compared(document, model, found),
        Number::None(why) => {
            document.say(Text::new().tone(Tone::Open, "No number").say(format!(": {}.", sentence(why))));
        }
    }
}

fn computed(model: &str) -> String {
    format!(" in the model {model}: computed, not proved.")
}

/// The same of numbers that may be floats.
fn computed_so(model: &str, floating: bool) -> String {
    if floating { format!(" in the model {model}: computed in floating point, not proved.") } else { computed(model) }
}

/// With the fraction, where the number is exact.
fn as_known(number: &BigRational, floating: bool) -> String {
    if floating { decimal(number) } else { exactly(number) }
}

/// With the fraction, where the decimal is rounded and the fraction is short.
fn exactly(number: &BigRational) -> String {
    const SHORT: usize = 20;
    let text = decimal(number);
    let fraction = number.to_string();
    let rounded = !number.is_integer() && !is_short_decimal(number);
    if rounded && fraction.len() <= SHORT { format!("{text} ({fraction})") } else { text }
}

/// Whether six significant digits are all there are.
fn is_short_decimal(number: &BigRational) -> bool {
    decimal(number).parse::<f64>().ok().zip(number.to_f64()).is_some_and(|(shown, value)| {
        let ten = BigRational::from_integer(1_000_000_000_000_i64.into());
        shown == value && (number * ten).is_integer()
    })
}

/// `0.3 + 1.2 x`
fn linear(mean: &BigRational, slots: &[(String, BigRational)]) -> String {
    let mut text = if mean.is_zero() && !slots.is_empty() { String::new() } else { exactly(mean) };
    for (slot, coefficient) in slots {
        let sign = match (text.is_empty(), coefficient.is_negative()) {
            (true, true) => "-",
            (true, false) => "",
            (false, true) => " - ",
            (false, false) => " + ",
        };
        let size = coefficient.abs();
        let size = if size.is_one() { String::new() } else { format!("{} ", exactly(&size)) };
        text.push_str(&format!("{sign}{size}{slot}"));
    }
    text
}

/// How long a bar is, in hundredths; None for what is no probability.
fn bar(number: Option<&BigRational>) -> Option<Math> {
    let number = number.filter(|number| !number.is_negative() && **number <= BigRational::one())?;
    let hundredths = (number * BigRational::from_integer(100.into())).round().to_integer().to_u8()?;
    Some(Math::Bar(hundredths))
}

fn cell(number: Option<&BigRational>) -> Text {
    Text::of(number.map_or_else(|| "none".to_owned(), decimal))
}

/// A number's cells: with its bar, where the table has bars.
fn cells(number: Option<&BigRational>, bars: bool) -> Vec<Text> {
    let mut cells = vec![cell(number)];
    if bars {
        cells.push(bar(number).map_or_else(Text::new, |bar| Text::new().math(bar)));
    }
    cells
}

fn table(document: &mut Document, model: &str, numbers: &Numbers) {
    let all = || {
        let without = numbers.without.iter().flat_map(|without| &without.rows);
        numbers.rows.iter().chain(without).map(|(_, value)| value.as_ref())
    };
    let bars = all().flatten().all(|number| bar(Some(number)).is_some());
    if let ([], [(_, value)]) = (numbers.slots.as_slice(), numbers.rows.as_slice()) {
        let Some(value) = value else {
            let why = "a condition has probability zero in this model, or something is divided by zero";
            document.say(Text::new().tone(Tone::Open, "No number").say(format!(": {why}.")));
            return;
        };
        let text = Text::new().tone(Tone::Good, as_known(value, numbers.floating));
        document.say(text.say(computed_so(model, numbers.floating)));
        if let Some(without) = numbers.without.as_deref().filter(|without| without.slots.is_empty()) {
            let before = without.rows.first().and_then(|(_, value)| value.as_ref());
            let row = |word: &str, number| [vec![Text::of(word)], cells(number, bars)].concat();
            let rows = vec![row("without the action", before), row("with it", Some(value))];
            document.push(Block::Table(Table { caption: Text::new(), head: Vec::new(), rows }));
        }
        return;
    }
    document.say(Text::of("By the values left free").say(computed_so(model, numbers.floating)));
    if all().any(|number| number.is_none()) {
        document.say(Text::of("Where it says none, a condition has probability zero."));
    }
    // Without the action fewer values may be free; then one of them stands beside several rows.
    let beside = numbers.without.is_some();
    let mut head: Vec<Text> = numbers.slots.iter().map(|slot| Text::new().math(Math::Code(slot.clone()))).collect();
    let mut column = |word: &str| {
        head.push(Text::of(word));
        if bars {
            head.push(Text::new());
        }
    };
    if beside {
        column("without");
        column("with");
    } else {
        column("number");
    }
    let rows = numbers.rows.iter().map(|(at, value)| {
        let mut row: Vec<Text> = at.iter().map(|value| Text::new().math(Math::Code(value.clone()))).collect();
        if beside {
            row.extend(cells(numbers.without_at(at), bars));
        }
        row.extend(cells(value.as_ref(), bars));
        row
    });
    document.push(Block::Table(Table { caption: Text::new(), head, rows: rows.collect() }));
}

fn explained(document: &mut Document, model: &str, found: &Explanation) {
    document.say(Text::of("Most probable").say(computed_so(model, found.floating)));
    let rows = found
        .values
        .iter()
        .map(|(variable, value)| vec![Text::new().name(variable.clone()), Text::new().math(Math::Code(value.clone()))]);
    document.push(Block::Table(Table { caption: Text::new(), head: Vec::new(), rows: rows.collect() }));
    document.say(Text::of(format!(
        "All of them together have probability {}, given what is seen, which has {}.",
        as_known(&found.probability, found.floating),
        as_known(&found.evidence, found.floating)
    )));
}

fn sensitive(document: &mut Document, entries: &[SensitiveEntry], truncated: bool) {
    if entries.is_empty() {
        document.say(Text::of("It depends on no entry of these tables."));
        return;
    }
    document.say(Text::of(
        "It changes by so much for each unit that an entry grows, the others of its row shrinking in proportion:",
    ));
    let rows = entries.iter().map(|entry| {
        let given: Vec<String> = entry.given.iter().map(|(parent, value)| format!("{parent} = {value}")).collect();
        let given = if given.is_empty() { String::new() } else { format!(" | {}", given.join(", ")) };
        vec![
            Text::new().math(Math::Code(format!("P({} = {}{given})", entry.variable, entry.state))),
            Text::of(decimal(&entry.probability)),
            Text::of(decimal(&entry.derivative)),
        ]
    });
    let head = vec![Text::of("entry"), Text::of("is"), Text::of("change")];
    document.push(Block::Table(Table { caption: Text::new(), head, rows: rows.collect() }));
    if truncated {
        document.say(Text::of("There are more; --limit lists more of them."));
    }
}

/// Two sides, or an independence, in the numbers of a model.
fn compared(document: &mut Document, model: &str, found: &Comparison) {
    /// Differences shown.
    const MOST: usize = 20;
    let (word, tone) = match (found.independence, found.holds) {
        (true, true) => ("Independent", Tone::Good),
        (true, false) => ("Dependent", Tone::Bad),
        (false, true) => ("Equal", Tone::Good),
        (false, false) => ("Different", Tone::Bad),
    };
    document.say(Text::new().tone(tone, word).say(computed_so(model, found.floating)));
    let (left, right) = match (found.independence, &found.sides) {
        (true, Sides::Rows { .. }) => ("together", "if independent"),
        (true, Sides::Forms(_)) => ("mean given both", "mean given the rest"),
        (false, _) => ("left side", "right side"),
    };
    match &found.sides {
        Sides::Rows { slots, rows, undefined } => {
            // Of what holds there is nothing to see but the numbers asked for; of what fails, where it does.
            let shown: Vec<_> = rows
                .iter()
                .filter(
                    |(_, left, right)| {
                        if found.holds { !found.independence } else { !same(left, right, found.floating) }
                    },
                )
                .collect();
            if *undefined > 0 {
                let these = count(*undefined, "combination", "combinations");
                document.say(Text::of(format!("Not compared: {these} in which a condition has probability zero.")));
            }
            if shown.is_empty() {
                return;
            }
            if !found.holds && !slots.is_empty() {
                let all = count(rows.len(), "combination", "combinations");
                document.say(Text::of(format!("They differ in {} of {all}:", shown.len())));
            }
            let mut head: Vec<Text> = slots.iter().map(|slot| Text::new().math(Math::Code(slot.clone()))).collect();
            head.extend([Text::of(left), Text::of(right)]);
            let more = shown.len().saturating_sub(MOST);
            let rows = shown.into_iter().take(MOST).map(|(at, left, right)| {
                let mut row: Vec<Text> = at.iter().map(|value| Text::new().math(Math::Code(value.clone()))).collect();
                row.extend([left, right].map(|number| Text::of(as_known(number, found.floating))));
                row
            });
            document.push(Block::Table(Table { caption: Text::new(), head, rows: rows.collect() }));
            if more > 0 {
                document.say(Text::of(format!("And {more} more.")));
            }
        }
        Sides::Forms(forms) => {
            let told = |form: &LinearForm| {
                let variance = form.variance.as_ref().map(|variance| format!(", with variance {}", exactly(variance)));
                Text::of(format!("{}{}", linear(&form.mean, &form.slots), variance.unwrap_or_default()))
            };
            let rows = forms.iter().map(|(left, right)| vec![told(left), told(right)]).collect();
            let head = vec![Text::of(left), Text::of(right)];
            document.push(Block::Table(Table { caption: Text::new(), head, rows }));
        }
    }
}

/// An estimand held against the model that it was evaluated in.
pub(super) fn check(document: &mut Document, check: &NumericalCheck) {
    let model = &check.model;
    if let Some(why) = &check.reason {
        document.say(Text::of(format!("Not checked in the model {model}: {}.", sentence(why))));
        return;
    }
    let agree = check.agrees();
    let text = Text::of(format!("Checked in the model {model}: "));
    let text = match agree {
        Some(true) => text.tone(Tone::Good, "the formula and the action agree").say(if check.floating {
            " to nine digits"
        } else {
            " exactly"
        }),
        Some(false) => text.tone(Tone::Bad, "the formula and the action differ"),
        None => text.tone(Tone::Open, "nothing to compare").say(", the formula divides by zero"),
    };
    let undefined = check.rows.iter().filter(|row| row.estimand.is_none() || row.model.is_none()).count();
    let text = match undefined {
        0 => text,
        n if agree.is_some() => text
            .say(format!(", but for {} in which the formula divides by zero", count(n, "combination", "combinations"))),
        _ => text,
    };
    document.say(text.say("."));
    let mut head: Vec<Text> = check.slots.iter().map(|slot| Text::new().math(Math::Code(slot.clone()))).collect();
    head.extend([Text::of("formula on P(V)"), Text::of("action in the model")]);
    let rows = check.rows.iter().map(|row| {
        let mut cells: Vec<Text> = row.at.iter().map(|at| Text::new().math(Math::Code(at.clone()))).collect();
        cells.extend([cell(row.estimand.as_ref()), cell(row.model.as_ref())]);
        cells
    });
    document.push(Block::Table(Table { caption: Text::new(), head, rows: rows.collect() }));
}
