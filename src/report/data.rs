//! What data say: numbers with their plots below the question they answer, and what was tried against them.

use super::{Contents, class};
use crate::answer::Answer;
use crate::draw;
use crate::estimate::Estimate;
use crate::estimate::refute::{Refutation, Verdict};
use crate::render;
use crate::render::document::Tone;
use crate::render::html::{escape, html};
use std::fmt::Write as _;

/// The numbers of one question, and the attempts to refute them; nothing where data were not asked.
pub(super) fn numbers(out: &mut String, contents: &Contents<'_>, answer: &Answer, number: usize) {
    let own = contents.estimates.iter().filter(|estimate| estimate.id == answer.id);
    for (at, estimate) in own.copied().enumerate() {
        let _ = writeln!(out, "<h3 id=\"d{number}-{at}\">What the data say</h3>");
        if let Some(plot) = draw::forest(&[estimate], draw::Beside::Nothing) {
            figure(out, &plot, &format!("f{number}-{at}"));
        }
        out.push_str(&html(&render::numbers(estimate)));
        // The first question with these arms shows them.
        let shown = |other: &&Estimate| other.overlap == estimate.overlap && other.id < estimate.id;
        match contents.estimates.iter().copied().find(shown).filter(|_| estimate.overlap.is_some()) {
            Some(other) => {
                let _ = writeln!(
                    out,
                    "<p class=\"quiet\">The arms overlap as <a href=\"#q{0}\">in question {0}</a>.</p>",
                    other.id
                );
            }
            None => {
                for (plot, index) in draw::overlaps(&[estimate]).iter().zip(0..) {
                    figure(out, plot, &format!("o{number}-{at}-{index}"));
                }
            }
        }
    }
    let name = answer.name.as_deref().unwrap_or(&answer.text);
    let tried = contents.refuted.iter().flat_map(|(_, all)| all);
    let tried: Vec<&Refutation> = tried.filter(|one| one.query.as_deref() == Some(name)).collect();
    if !tried.is_empty() {
        let _ = writeln!(out, "<h3 id=\"t{number}\">Attempts to refute the number</h3>");
        table(out, &tried);
    }
}

fn figure(out: &mut String, plot: &draw::Plot, id: &str) {
    let _ = writeln!(out, "<figure class=\"plot\">{}</figure>", draw::plot_element(plot, id));
}

/// What the graphs say of the data, tested.
pub(super) fn graphs(out: &mut String, contents: &Contents<'_>) {
    let of_graphs = |all: &[Refutation]| all.iter().all(|one| one.query.is_none());
    let tested: Vec<&(String, Vec<Refutation>)> = contents.refuted.iter().filter(|(_, all)| of_graphs(all)).collect();
    if tested.is_empty() {
        return;
    }
    out.push_str("<section aria-labelledby=\"tested\">\n<h2 id=\"tested\">Attempts to refute the graph</h2>\n");
    for (about, all) in tested {
        let _ = writeln!(out, "<p>{}.</p>", escape(about));
        if all.is_empty() {
            out.push_str("<p class=\"quiet\">The graph says nothing that these data could refute.</p>\n");
        } else {
            table(out, &all.iter().collect::<Vec<_>>());
        }
    }
    out.push_str("</section>\n");
}

fn table(out: &mut String, all: &[&Refutation]) {
    out.push_str("<div class=\"wide\"><table class=\"tried\">\n<thead><tr><th>Test</th><th>Verdict</th><th>Why</th></tr></thead>\n<tbody>\n");
    for one in all {
        let tone = match one.verdict {
            Verdict::Passed => Tone::Good,
            Verdict::Failed => Tone::Bad,
            Verdict::NotInformative => Tone::Open,
        };
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td><span class=\"badge {}\">{}</span></td><td>{}.</td></tr>",
            match one.test {
                "e-value" => "E-value".to_owned(),
                "partial-r2" => "partial R²".to_owned(),
                test => test.replace('-', " "),
            },
            class(tone),
            one.verdict.name(),
            escape(&one.sentence)
        );
    }
    out.push_str("</tbody></table></div>\n");
}
