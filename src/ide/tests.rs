//! What an editor is told of one file.

use super::{Answers, Entity, File, NoRename, SymbolKind, Token};
use crate::answer::{Options, Prover};
use crate::source::{Source, Span};

const TEXT: &str = "\
/// Who stays.
graph shop {
    /// How well we serve.
    service -> engagement -> churn
    service -> churn
}
var churn : {no, yes}

total: P(churn | do(engagement)) in shop
expect not engagement _||_ churn
proof P(churn | do(engagement), service) {
    = P(churn | engagement, service)
}
";

fn file(text: &str) -> File {
    File::read(&Source::new("t.causal", text))
}

fn answered(file: &File) -> Answers {
    let prover = Prover::new(file.problem()).unwrap();
    let mut answers = Answers::none(file.problem());
    for index in 0..answers.answers.len() {
        answers.put(index, Some(prover.answer(index, &Options::default())));
    }
    for index in 0..answers.expected.len() {
        answers.put_expected(index, Some(prover.expectation(index, &Options::default())));
    }
    answers
}

/// Where the nth occurrence of a word begins.
fn at(text: &str, word: &str, nth: usize) -> usize {
    text.match_indices(word).nth(nth).unwrap().0
}

#[test]
fn a_name_is_found_made_and_changed_everywhere() {
    let file = file(TEXT);
    assert!(file.is_sound(), "{:?}", file.diagnostics());
    let asked = at(TEXT, "engagement", 1);
    let (span, name, entity) = file.name_at(asked).unwrap();
    assert_eq!((name, entity), ("engagement", Entity::Variable));
    assert_eq!(&TEXT[span.start..span.end], "engagement");
    assert_eq!(file.references(asked).len(), TEXT.matches("engagement").count());
    assert_eq!(file.definition(asked).unwrap().start, at(TEXT, "engagement", 0));
    // A variable is made by its graph and not by its `var` line.
    assert_eq!(file.definition(at(TEXT, "churn |", 0)).unwrap().start, at(TEXT, "churn", 0));
    assert_eq!(file.definition(at(TEXT, "in shop", 0) + 3).unwrap().start, at(TEXT, "shop", 0));

    let mut changed = TEXT.to_owned();
    for (span, new) in file.rename(asked, "use of it").unwrap().into_iter().rev() {
        changed.replace_range(span.start..span.end, &new);
    }
    assert_eq!(changed, TEXT.replace("engagement", "\"use of it\""));
    assert!(super::File::read(&Source::new("t", &*changed)).is_sound());
    assert_eq!(file.rename(asked, "service"), Err(NoRename::Taken("service".to_owned())));
    assert_eq!(file.rename(asked, " "), Err(NoRename::Malformed));
    assert_eq!(file.rename(at(TEXT, "->", 0), "x"), Err(NoRename::NoName));
}

#[test]
fn a_place_tells_what_it_is() {
    let file = file(TEXT);
    let none = Answers::none(file.problem());
    let hover = |at: usize, answers: &Answers| file.hover(at, answers).map(|hover| hover.text);
    let service = hover(at(TEXT, "service ->", 0), &none).unwrap();
    assert!(service.contains("Acts on: engagement, churn"), "{service}");
    assert!(hover(at(TEXT, "churn |", 0), &none).unwrap().contains("Values: no, yes"));
    assert!(hover(at(TEXT, "shop {", 0), &none).unwrap().contains("Who stays."));
    let question = at(TEXT, "P(churn", 0);
    assert_eq!(hover(question, &none), None);
    let answers = answered(&file);
    let told = hover(question, &answers).unwrap();
    assert!(told.contains("**Back-door**: adjust for service"), "{told}");
    let line = hover(at(TEXT, "= P(churn", 0), &answers).unwrap();
    assert!(line.starts_with("Follows by rule-2.") && line.contains("churn _||_ engagement | service"), "{line}");
}

#[test]
fn what_has_been_answered_stands_beside_its_question() {
    let file = file(TEXT);
    assert!(file.lenses(&Answers::none(file.problem())).is_empty());
    let answers = answered(&file);
    let lenses: Vec<(String, bool)> =
        file.lenses(&answers).into_iter().map(|lens| (lens.text, lens.steps.is_some())).collect();
    let expected = [("identifiable: adjust for service", true), ("holds", false), ("holds: 1 line follows", false)];
    assert_eq!(lenses, expected.map(|(text, steps)| (text.to_owned(), steps)));
    let hints = file.hints(&answers);
    assert_eq!(hints.len(), 1);
    assert_eq!(hints[0].1, "= Σ_{service} P(service) P(churn | service, engagement)");
    assert!(file.disappointments(&answers).is_empty());

    let wrong = TEXT.replace("expect not", "expect");
    let wrong = super::File::read(&Source::new("t", wrong));
    let told = wrong.disappointments(&answered(&wrong));
    assert_eq!(told.len(), 1);
    assert!(told[0].1.starts_with("expected otherwise: "), "{told:?}");
}

#[test]
fn what_is_wrong_can_be_mended() {
    let mend = |text: &str, nth: usize| {
        let file = file(text);
        let all = file.fixes(Span::new(0, text.len()));
        let (_, fix) = &all[nth];
        let mut mended = text.to_owned();
        mended.replace_range(fix.span.start..fix.span.end, &fix.text);
        (fix.title.clone(), mended)
    };
    let text = "graph g {\n    service -> churn\n}\nP(chrn | do(service))\n";
    assert_eq!(mend(text, 0), ("write churn".to_owned(), text.replace("chrn", "churn")));
    let added = text.replace("\n}", "\n    chrn\n}");
    assert_eq!(mend(text, 1), ("add chrn to the graph g".to_owned(), added));
    let text = "graph { a -> b }\nP(c | do(a))\n";
    assert_eq!(mend(text, 0).1, "graph { a -> b; c }\nP(c | do(a))\n");
    let text = "graph g {\n    a -> b\n\nP(b | do(a))\n";
    assert_eq!(mend(text, 0), ("close the block".to_owned(), "graph g {\n    a -> b\n}\n\nP(b | do(a))\n".to_owned()));
    let text = "graph { a -> b }\nvar a : {low, high}\nP(b | do(a = hihg))\nexpct identifiable P(b)\n";
    assert_eq!(mend(text, 0).1, text.replace("hihg", "high"));
    assert_eq!(mend(text, 1).1, text.replace("expct", "expect"));
}

#[test]
fn completion_speaks_of_the_graph_that_is_asked() {
    let text = "graph one { a -> b }\ngraph two { c -> d }\nP(";
    let words = |text: &str| file(text).complete(text.len()).1;
    assert!(words(text).contains(&"d".to_owned()) && !words(text).contains(&"b".to_owned()), "{:?}", words(text));
    let start = words("graph one { a -> b }\nex");
    assert_eq!(start, ["expect", "explain"]);
    assert!(!words("graph one { a -> b }\n").contains(&"drop".to_owned()));
}

#[test]
fn the_outline_and_the_tokens_follow_the_text() {
    let file = file(TEXT);
    let outline: Vec<(String, SymbolKind, usize)> =
        file.symbols().into_iter().map(|symbol| (symbol.name, symbol.kind, symbol.inner.len())).collect();
    assert_eq!(outline[0], ("shop".to_owned(), SymbolKind::Graph, 3));
    assert_eq!(outline[1], ("total: P(churn | do(engagement)) in shop".to_owned(), SymbolKind::Question, 0));
    assert_eq!(outline[3].1, SymbolKind::Proof);
    let tokens = file.tokens();
    assert!(tokens.windows(2).all(|pair| pair[0].0.end <= pair[1].0.start));
    let of = |word: &str, nth: usize| {
        let start = at(TEXT, word, nth);
        tokens.iter().find(|(span, _)| span.start == start).map(|(_, token)| *token)
    };
    assert_eq!(of("graph", 0), Some(Token::Keyword));
    assert_eq!(of("service", 0), Some(Token::Name(Entity::Variable)));
    assert_eq!(of("shop", 1), Some(Token::Name(Entity::Graph)));
    assert_eq!(of("///", 0), Some(Token::Comment));
    assert_eq!(of("total", 0), Some(Token::Name(Entity::Expression)));
    assert_eq!(of("P(", 0), Some(Token::Function));
}

#[test]
fn answers_outlive_a_change_elsewhere() {
    let old = file(TEXT);
    let answers = answered(&old);
    let new = file(&format!("// A remark.\n{TEXT}P(churn)\n"));
    let carried = new.carried(&old, answers.clone());
    let kept: Vec<bool> = carried.answers.iter().map(Option::is_some).collect();
    assert_eq!(kept, [true, true, false]);
    for (query, answer) in new.problem().queries.iter().zip(carried.answers.iter().flatten()) {
        assert_eq!((answer.span, answer.id), (query.span, query.id));
    }
    // A change of the graph leaves nothing.
    let other = file(&TEXT.replace("service -> churn", "service <-> churn"));
    assert!(other.carried(&old, answers).answers.iter().all(Option::is_none));
}
