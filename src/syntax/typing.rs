//! What each word and sign of a text is, as far as it has been typed: for colours, and for what can follow.
//!
//! Which words count where is asked of the grammar, rule by rule; here is only known which of its rules are looked for at
//! the beginning of a statement, between its parts, in a graph, in a model and in brackets. O(length).

use super::grammar::{self, Rule};
use super::outline::{self, Lexeme, LexemeKind};
use crate::source::Span;

/// What a word or a sign is for its reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// A word of the language: `expect`, `in`, `latent`.
    Keyword,
    /// `P`, `E`, `do`, `sum`, `nde`, `max`
    Function,
    /// `->`, `<->`, `_||_`
    Arrow,
    /// Digits.
    Number,
    /// A text in quotes.
    Text,
    /// A comment.
    Comment,
    /// A name, a bracket, another sign.
    Plain,
}

/// Where in the language a text ends: what can follow depends on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// At the beginning of a statement.
    Statement,
    /// Between the parts of one.
    Clause,
    /// After `in`, `of` or `implications`: the name of a graph or a model.
    Named,
    /// In the brackets of a term, a set, an action.
    Names,
    /// At the beginning of a line in a graph.
    GraphLine,
    /// Inside of such a line.
    Graph,
    /// In the block of a `refute` statement.
    Controls,
    /// In `[over x; under z]`.
    Cut,
    /// At the beginning of a line in a model.
    MechanismLine,
    /// Inside of such a line.
    Mechanism,
    /// In a text in quotes, in a comment, in attributes: anything.
    Free,
}

/// What a bracket holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Graph,
    Proof,
    Model,
    Cut,
    Attributes,
    /// Inside of a graph: `{a b}`.
    Group,
    Names,
}

/// The words and signs of a text with their roles, in order.
#[must_use]
pub fn roles(text: &str) -> Vec<(Span, Role)> {
    let mut roles = Vec::new();
    walk(text, |span, role| roles.push((span, role)));
    roles
}

/// Where a text ends.
#[must_use]
pub fn place(text: &str) -> Place {
    let mut last = None;
    let place = walk(text, |span, role| last = Some((span, role)));
    match last {
        Some((span, Role::Comment)) if span.end == text.len() => {
            let comment = text.get(span.start..).unwrap_or("");
            if comment.starts_with("/*") && comment.len() > 3 && comment.ends_with("*/") { place } else { Place::Free }
        }
        _ => place,
    }
}

/// The words of the language that can stand at a place.
#[must_use]
pub fn words(place: Place) -> Vec<String> {
    let all: &[Rule] = match place {
        Place::Statement => &[Rule::opening_word],
        Place::Clause => &[Rule::a_clause_word],
        Place::GraphLine => &[Rule::latent_word],
        Place::Controls => &[Rule::a_control_word],
        Place::Cut => &[Rule::a_cut_word],
        Place::MechanismLine => &[Rule::latent_word],
        Place::Mechanism => &[Rule::a_mechanism_word],
        Place::Named | Place::Names | Place::Graph | Place::Free => &[],
    };
    // Some words count only before a bracket.
    let fits = |word: &String| all.iter().any(|&rule| grammar::begins(rule, &format!("{word} (")));
    let mut words: Vec<String> = grammar::words().filter(fits).collect();
    words.sort();
    words.dedup();
    words
}

struct Walk<'a> {
    text: &'a str,
    open: Vec<Block>,
    /// The word that opened the statement.
    opening: &'a str,
    /// Nothing of the statement, or of the line of its block, has been seen.
    start: bool,
    /// One word of it has been seen.
    first: bool,
    last: &'a str,
    before: &'a str,
}

fn walk(text: &str, mut each: impl FnMut(Span, Role)) -> Place {
    let mut walk = Walk { text, open: Vec::new(), opening: "", start: true, first: false, last: "", before: "" };
    let mut end = 0;
    for lexeme in outline::lexemes(text) {
        walk.line_ends(end, lexeme.span.start);
        end = lexeme.span.end;
        each(lexeme.span, walk.role(&lexeme));
        if lexeme.kind != LexemeKind::Comment {
            walk.pass(&lexeme);
        }
    }
    walk.line_ends(end, text.len());
    walk.place()
}

impl<'a> Walk<'a> {
    fn line_ends(&mut self, from: usize, to: usize) {
        let between = self.text.get(from..to).unwrap_or("");
        if between.contains('\n') && matches!(self.open.last(), None | Some(Block::Graph | Block::Model)) {
            self.begin();
        }
    }

    fn begin(&mut self) {
        (self.start, self.first) = (true, false);
        (self.last, self.before) = ("", "");
        if self.open.is_empty() {
            self.opening = "";
        }
    }

    /// In the block of a `refute` statement.
    fn controls(&self) -> bool {
        self.opening == "refute" && self.open.len() == 1
    }

    /// Whether a line ends just before a place.
    fn last_ends_line(&self, at: usize) -> bool {
        self.text.get(..at).is_some_and(|before| before.trim_end_matches([' ', '\t']).ends_with('\n'))
    }

    fn in_model(&self) -> bool {
        self.open.contains(&Block::Model)
    }

    fn place(&self) -> Place {
        match self.open.last() {
            None if self.start => Place::Statement,
            None | Some(Block::Proof) if matches!(self.last, "in" | "of" | "implications") => Place::Named,
            None | Some(Block::Proof) => Place::Clause,
            Some(Block::Graph) if self.start => Place::GraphLine,
            Some(Block::Graph | Block::Group) => Place::Graph,
            Some(Block::Model) if self.start => Place::MechanismLine,
            Some(Block::Cut) => Place::Cut,
            Some(Block::Attributes) => Place::Free,
            Some(Block::Model | Block::Names) if self.in_model() => Place::Mechanism,
            Some(Block::Names) if self.controls() => Place::Controls,
            Some(Block::Model | Block::Names) => Place::Names,
        }
    }

    fn role(&self, lexeme: &Lexeme) -> Role {
        let rest = self.text.get(lexeme.span.start..).unwrap_or("");
        let begins = |rule| grammar::begins(rule, rest);
        match lexeme.kind {
            LexemeKind::Number => Role::Number,
            LexemeKind::Text => Role::Text,
            LexemeKind::Comment => Role::Comment,
            LexemeKind::Sign if begins(Rule::an_arrow) => Role::Arrow,
            LexemeKind::Word | LexemeKind::Sign => {
                let (keyword, function) = match self.place() {
                    Place::Statement => (begins(Rule::opening) || begins(Rule::a_graph_word), true),
                    Place::Clause | Place::Named => (begins(Rule::a_clause_word) && self.last != ",", true),
                    Place::Controls => {
                        // A variable may have the name of such a word.
                        let first = matches!(self.last, "{" | ";") || self.last_ends_line(lexeme.span.start);
                        (begins(Rule::a_control_word) && (first || self.last == "negative"), false)
                    }
                    Place::Names => (begins(Rule::via_word), true),
                    Place::GraphLine => (begins(Rule::a_graph_word), false),
                    Place::Cut => (begins(Rule::a_cut_word), false),
                    Place::MechanismLine => (begins(Rule::a_graph_word), false),
                    Place::Mechanism => (begins(Rule::a_mechanism_word), true),
                    Place::Graph | Place::Free => (false, false),
                };
                if function && begins(Rule::a_function) {
                    Role::Function
                } else if keyword {
                    Role::Keyword
                } else {
                    Role::Plain
                }
            }
            LexemeKind::Open | LexemeKind::Close | LexemeKind::Strange => Role::Plain,
        }
    }

    fn pass(&mut self, lexeme: &Lexeme) {
        let shown = self.text.get(lexeme.span.start..lexeme.span.end).unwrap_or("");
        let line = matches!(self.open.last(), None | Some(Block::Graph | Block::Model));
        match lexeme.kind {
            LexemeKind::Open => {
                let block = self.block(shown);
                self.open.push(block);
                if matches!(block, Block::Graph | Block::Model) {
                    return self.begin();
                }
            }
            LexemeKind::Close => {
                // A statement may follow a block on its line.
                if matches!(self.open.pop(), Some(Block::Graph | Block::Proof | Block::Model)) && self.open.is_empty() {
                    return self.begin();
                }
            }
            LexemeKind::Sign if line && shown == ";" => return self.begin(),
            // After a name and a colon comes the question.
            LexemeKind::Sign if self.open.is_empty() && self.first && shown == ":" => return self.begin(),
            LexemeKind::Word
                if self.start
                    && self.open.is_empty()
                    && grammar::begins(Rule::opening, self.text.get(lexeme.span.start..).unwrap_or("")) =>
            {
                self.opening = shown;
            }
            LexemeKind::Word
            | LexemeKind::Sign
            | LexemeKind::Number
            | LexemeKind::Text
            | LexemeKind::Comment
            | LexemeKind::Strange => {}
        }
        self.first = self.start;
        self.start = false;
        self.before = std::mem::replace(&mut self.last, shown);
    }

    /// What a bracket holds that is opened here.
    fn block(&self, bracket: &str) -> Block {
        match (self.open.last(), bracket) {
            (None, "{") if matches!(self.last, "sum" | "\\sum" | "Σ" | "∑" | "_") => Block::Names,
            (None, "{") => match self.opening {
                "graph" | "dag" => Block::Graph,
                "proof" => Block::Proof,
                "model" => Block::Model,
                _ => Block::Names,
            },
            (Some(Block::Graph), "{") => Block::Group,
            (Some(Block::Graph), "[") => Block::Attributes,
            (_, "[") if self.last == "in" || self.before == "in" => Block::Cut,
            _ => Block::Names,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words and signs with some role.
    fn having(role: Role, text: &str) -> Vec<&str> {
        roles(text).into_iter().filter(|(_, own)| *own == role).map(|(span, _)| &text[span.start..span.end]).collect()
    }

    #[test]
    fn words_count_where_the_grammar_expects_them() {
        for (text, keywords, functions) in [
            ("P(y | do(x)) in g", &["in"][..], &["P", "do"][..]),
            ("total: adjust P(y) with to", &["adjust", "with", "to"], &["P"]),
            ("expect not x _||_ y", &["expect", "not"], &[]),
            ("graph: P(y)", &[], &["P"]),
            ("graph g { latent u; in -> to // x", &["graph", "latent"], &[]),
            ("latent -> y", &[], &[]),
            ("latent u, v", &["latent"], &[]),
            ("E -> y <-> \"in\"", &[], &[]),
            ("sum_{z} P(z) 0.5", &[], &["sum", "P"]),
            ("model m of g { y := if x == 1 then 0 else max(1, z) }", &["model", "of", "if", "then", "else"], &["max"]),
            ("x _||_ y in [over x; under in]", &["in", "over", "under"], &[]),
            ("nde(x = 0 -> 1, y via m)", &["via"], &["nde"]),
            ("var a, to : {no}", &["var"], &[]),
            ("P(in_, do | sum, nde)", &[], &["P"]),
            (
                "refute total from t { negative outcome outcome, a; negative treatment b }",
                &["refute", "from", "negative", "outcome", "negative", "treatment"],
                &[],
            ),
            (
                "refute total from t {\n  negative outcome treatment\n}\nnegative -> outcome",
                &["refute", "from", "negative", "outcome"],
                &[],
            ),
        ] {
            assert_eq!(having(Role::Keyword, text), keywords, "{text}");
            assert_eq!(having(Role::Function, text), functions, "{text}");
        }
        assert_eq!(having(Role::Arrow, "x --> y -> z <-> w; a _||_ b"), ["->", "<->", "_||_"]);
        assert_eq!(having(Role::Number, "P(y = 1) 0.5"), ["1", "0.5"]);
        assert_eq!(having(Role::Text, "\"a b\" -> \"c"), ["\"a b\"", "\"c"]);
        assert_eq!(having(Role::Comment, "x # why"), ["# why"]);
    }

    #[test]
    fn a_place_is_known_before_the_text_is_finished() {
        for (text, expected) in [
            ("", Place::Statement),
            ("P(y)\n", Place::Statement),
            ("P(y); ", Place::Statement),
            ("total: ", Place::Statement),
            ("P(", Place::Names),
            ("P(y | do(x), ", Place::Names),
            ("P(y) ", Place::Clause),
            ("P(y) in ", Place::Named),
            ("implications ", Place::Named),
            ("model m of ", Place::Named),
            ("graph g { ", Place::GraphLine),
            ("graph g {\n a -> b\n", Place::GraphLine),
            ("graph g { a -> ", Place::Graph),
            ("graph g { a -> {b ", Place::Graph),
            ("graph g { a [", Place::Free),
            ("graph g { a } ", Place::Statement),
            ("model m { ", Place::MechanismLine),
            ("model m { x := ", Place::Mechanism),
            ("x _||_ y in [", Place::Cut),
            ("refute total from visits { ", Place::Controls),
            ("refute total from visits { negative outcome ", Place::Controls),
            ("refute total from visits {\n negative outcome a\n}\n", Place::Statement),
            ("// in ", Place::Free),
            ("proof P(y) { = P(y) ", Place::Clause),
        ] {
            assert_eq!(place(text), expected, "{text}");
        }
    }

    #[test]
    fn the_words_of_the_grammar_are_the_words_of_a_place() {
        assert!(words(Place::Statement).contains(&"sensitivity".to_owned()));
        assert_eq!(words(Place::GraphLine), ["latent"]);
        assert_eq!(words(Place::Cut), ["over", "under"]);
        assert_eq!(
            words(Place::Clause),
            ["by", "from", "identifiable", "in", "not", "of", "to", "via", "with", "without"]
        );
        let mechanism =
            ["and", "bernoulli", "else", "if", "mean", "noise", "normal", "not", "or", "sd", "then", "uniform"];
        assert_eq!(words(Place::Mechanism), mechanism);
    }
}
