//! The words of this floor: what can be wrong with the form of a text, and what to write instead.
//!
//! One function for each message. A message says what is wrong in one sentence, the label points, the help shows what
//! to write.

mod expr;
mod graph;
mod model;

pub(super) use expr::*;
pub(super) use graph::*;
pub(super) use model::*;

use super::tree::{Expr, ExprKind};
use crate::source::{Diagnostic, Source, Span};

fn error(code: &'static str, source: &Source, message: impl Into<String>, span: Span, label: &str) -> Diagnostic {
    Diagnostic::error(code, source, message, span, label)
}

// ─── Limits ──────────────────────────────────────────────────────────────────────────────────────────────────────

pub(super) fn file_too_large(source: &Source, limit: usize) -> Diagnostic {
    let message = format!("the file is larger than {} MiB, which is the most that is read", limit >> 20);
    error("whatif::file_too_large", source, message, Span::default(), "").help("split it into several files")
}

pub(super) fn statement_too_long(source: &Source, span: Span, limit: usize) -> Diagnostic {
    let message = format!("this statement is longer than {} KiB, which is the most that is read", limit >> 10);
    error("whatif::statement_too_long", source, message, span, "begins here")
        .help("name parts of it with `let`; in a graph, begin a new line now and then")
}

pub(super) fn too_many_items(source: &Source, span: Span, limit: usize) -> Diagnostic {
    let message = format!("a file holds at most {limit} statements, variables and edges; the rest was not read");
    error("whatif::too_many_items", source, message, span, "one more").help("split it into several files")
}

pub(super) fn nested_too_deep(source: &Source, span: Span, limit: usize) -> Diagnostic {
    let message = format!("brackets, sums and signs stand more than {limit} deep in each other here");
    error("whatif::nested_too_deep", source, message, span, "one level too many")
        .help("name the inner parts with `let NAME = …` and use the names")
}

pub(super) fn chain_nests_too_deep(source: &Source, span: Span, limit: usize) -> Diagnostic {
    let message = format!("the operators of this expression change more than {limit} times, each a level deeper");
    error("whatif::nested_too_deep", source, message, span, "one level too many")
        .help("bring like operators together, or name parts with `let NAME = …`")
}

pub(super) fn too_many_primes(source: &Source, span: Span, limit: usize) -> Diagnostic {
    let message = format!("a variable carries at most {limit} primes");
    error("whatif::too_many_primes", source, message, span, "more than that").help("use another variable's name")
}

pub(super) fn too_many_errors(source: &Source, span: Span, limit: usize) -> Diagnostic {
    let message = format!("there are more errors than the {limit} shown; the rest of the file was not read");
    error("whatif::too_many_errors", source, message, span, "").help("mend the first ones and run it again")
}

// ─── Texts, comments, names ──────────────────────────────────────────────────────────────────────────────────────

pub(super) fn unclosed_comment(source: &Source, span: Span) -> Diagnostic {
    error("whatif::unclosed_comment", source, "this comment never ends", span, "the text is not read from here on")
        .help("close it with `*/`")
}

pub(super) fn unknown_escape(source: &Source, span: Span, escaped: char) -> Diagnostic {
    let message = format!("`\\{}` has no meaning in quotes", escaped.escape_debug());
    error("whatif::unknown_escape", source, message, span, "not known")
        .help("`\\\"`, `\\\\`, `\\n`, `\\r` and `\\t` have one; write `\\\\` for a backslash")
}

pub(super) fn empty_name(source: &Source, span: Span) -> Diagnostic {
    error("whatif::empty_name", source, "a name has at least one character", span, "nothing between the quotes")
        .help("write a name between the quotes")
}

pub(super) fn value_beside_primes(source: &Source, span: Span, name: &str) -> Diagnostic {
    let message = "a variable carries primes or has a value, never both";
    error("whatif::value_beside_primes", source, message, span, "both here")
        .help(format!("`{name}'` is another value of `{name}`; to give the value, leave the prime out"))
}

pub(super) fn integer_too_large(source: &Source, span: Span) -> Diagnostic {
    error("whatif::integer_too_large", source, "this number is too large for an end of a range", span, "too large")
        .help("list the values in braces: `{a, b, c}`")
}

// ─── Statements ──────────────────────────────────────────────────────────────────────────────────────────────────

/// What a statement of a later version is, and what to write today where there is something.
pub(super) struct Later {
    what: &'static str,
    instead: Option<&'static str>,
}

/// The words that open a statement of a later version or of another program.
pub(super) fn later(word: &str) -> Option<Later> {
    let (what, instead) = match word {
        "data" => ("a `data` block (the distributions that are available)", None),
        "given" => ("`given` (the distributions that are known)", None),
        "domain" => (
            "a `domain` (a population to transport to)",
            Some("the values of a variable are declared with `var x : {no, yes}`"),
        ),
        "selected" => ("`selected` (selection of cases)", None),
        "missing" => ("`missing` (missing data)", None),
        "import" => ("`import`", Some("copy the graph into this file")),
        "policy" => ("a `policy`", Some("a fixed action is written `do(x = 1)`")),
        "when" => ("`when` (context-specific independence)", None),
        "bound" => ("`bound` (bounds on a query that is not identifiable)", None),
        "identify" => ("the word `identify`", Some("write the query alone: `P(y | do(x))`")),
        "mag" => ("a maximal ancestral graph (`mag`)", Some(CLASSES)),
        "pag" => ("a partial ancestral graph (`pag`)", Some(CLASSES)),
        "pdag" => ("a partially directed graph (`pdag`)", Some(CLASSES)),
        "cpdag" => ("an equivalence class of graphs (`cpdag`)", Some(CLASSES)),
        "digraph" => ("DOT's `digraph`", Some("write `dag { … }` or `graph NAME { … }`")),
        _ => return None,
    };
    Some(Later { what, instead })
}

const CLASSES: &str = "write one graph, `graph NAME { … }` or `dag { … }`, with `->` and `<->`";

pub(super) fn later_statement(source: &Source, span: Span, word: &str, later: Later) -> Diagnostic {
    let code = match word {
        "mag" | "pag" | "pdag" | "cpdag" => "whatif::graph_class_not_supported_yet",
        "digraph" => "whatif::digraph",
        _ => "whatif::not_supported_yet",
    };
    let message = match word {
        "digraph" => "a graph does not begin with `digraph` here".to_owned(),
        _ => format!("{} is not supported yet", later.what),
    };
    let name = format!("a variable of that name stands in quotes at the beginning of a line: `\"{word}\"`");
    error(code, source, message, span, "").help(later.instead.map_or(name, str::to_owned))
}

pub(super) fn broken_line(source: &Source, span: Span, first: Span, operator: &str, text: &str) -> Diagnostic {
    let message = format!("a statement ends at the end of its line, so that `{operator}` begins a new one");
    let help = if matches!(operator, "=" | "==") && text.starts_with("expect") {
        "write both sides on one line, or put a side in parentheses and break the line inside them"
    } else {
        "write it on one line, or put it in parentheses to go on on the next line"
    };
    error("whatif::broken_line", source, message, span, "goes on here").label(first, "ends here").help(help)
}

/// `last` is where its last line ends.
pub(super) fn unclosed_block(source: &Source, brace: usize, last: usize, what: &str) -> Diagnostic {
    let span = Span::new(brace, brace + 1);
    let end = source.text().get(..last).map_or(last, |before| before.trim_end().len());
    error("whatif::unclosed_block", source, format!("the `{{` of this {what} is never closed"), span, "opened here")
        .help("write `}` after its last line")
        .fix(Span::new(end, end), "\n}", "close the block")
}

pub(super) fn not_a_query(source: &Source, expr: &Expr) -> Diagnostic {
    if let ExprKind::Product(factors) = &expr.kind
        && let Some(ExprKind::Name(first)) = factors.first().map(|first| &first.kind)
        && let Some(near) = near_word(&first.name.value)
    {
        return unknown_word(source, first.name.span, &first.name.value, near);
    }
    let (what, help) = match &expr.kind {
        ExprKind::Name(_) => ("a name alone is no query", "ask for its distribution, `P(x)`, or write `simplify NAME`"),
        ExprKind::Number(_) => ("a number is no query", "write `simplify …` for arithmetic"),
        ExprKind::Negative(_) => (
            "an expression with a sign before it is no query",
            "if it belongs to the line before, put both in parentheses to go on on the next line",
        ),
        ExprKind::Sum { .. } => ("a sum over values is no query", EXPRESSION),
        ExprKind::Quotient(..) => ("a quotient is no query", EXPRESSION),
        ExprKind::Product(_) => ("a product is no query", EXPRESSION),
        ExprKind::P(_) | ExprKind::E(_) | ExprKind::Quantity(_) | ExprKind::Plus(_) | ExprKind::Minus(_) => {
            ("this is neither a term nor a contrast of terms, so it is no query", EXPRESSION)
        }
    };
    error("whatif::not_a_query", source, what, expr.span, "asks nothing").help(help)
}

const EXPRESSION: &str = "write `simplify …`, or `let NAME = …`, or a label, `NAME: …`, to have it identified; if it \
    belongs to the line before, put that in parentheses to go on on the next line";

pub(super) fn let_operator(source: &Source, span: Span, name: &str) -> Diagnostic {
    let message = format!("`{name}` cannot be the name of an expression: `P(` and `E[` are always operators");
    error("whatif::let_operator", source, message, span, "an operator").help(format!("use another name, `{name}1`"))
}

/// The words that open a statement.
pub(super) const OPENING: [&str; 16] = [
    "graph",
    "dag",
    "var",
    "let",
    "expect",
    "proof",
    "adjust",
    "implications",
    "paths",
    "simplify",
    "model",
    "explain",
    "sensitivity",
    "table",
    "estimate",
    "refute",
];

/// The word a reader may have meant at the beginning of a statement. `dag` is so short that much resembles it.
pub(super) fn near_word(word: &str) -> Option<&'static str> {
    let lower = word.to_lowercase();
    OPENING
        .into_iter()
        .filter(|candidate| *candidate != word && *candidate != "dag")
        .map(|candidate| (strsim::osa_distance(candidate, &lower), candidate))
        .filter(|(distance, candidate)| *distance <= if candidate.len() > 4 { 2 } else { 1 })
        .min()
        .map(|(_, candidate)| candidate)
}

pub(super) fn unknown_word(source: &Source, span: Span, word: &str, near: &str) -> Diagnostic {
    error("whatif::unknown_word", source, format!("no statement begins with `{word}`"), span, "")
        .help(format!("did you mean `{near}`?"))
        .instead([near])
}

/// How a statement that begins with a word is written.
pub(super) fn form(word: &str) -> Option<&'static str> {
    Some(match word {
        "graph" | "dag" => "graph NAME { x -> y <-> z }",
        "var" => "var x, y : {no, yes}` or `var age : 0..3",
        "let" => "let NAME = EXPRESSION",
        "expect" => "expect A = B`, `expect x _||_ y | z` or `expect not identifiable P(y | do(x))",
        "proof" => "proof A { = B by rule 2 }",
        "adjust" => "adjust P(y | do(x)) with a without b",
        "implications" => "implications` or `implications in NAME",
        "paths" => "paths x to y | z",
        "simplify" => "simplify EXPRESSION",
        "model" => "model NAME of GRAPH { x ~ {0: 0.4, 1: 0.6} }",
        "explain" => "explain y = 1, do(x = 0) in MODEL",
        "sensitivity" => "sensitivity P(y = 1 | do(x = 1)) by z in MODEL",
        "table" => {
            "table NAME = \"FILE.csv\"` or `table NAME = \"FILE.csv\" { x = column \"COLUMN\" bins(0, 30, 70); y : {no, yes} }"
        }
        "estimate" => "estimate QUERY from TABLE",
        "refute" => "refute QUERY from TABLE` or `refute QUERY from TABLE { negative outcome y; negative treatment x }",
        _ => return None,
    })
}

pub(super) fn malformed(source: &Source, span: Span, word: &str, token: &str, form: &str) -> Diagnostic {
    let message = if token.is_empty() {
        format!("this `{word}` ends too early")
    } else {
        format!("`{token}` is not expected here in `{word}`")
    };
    error("whatif::malformed_statement", source, message, span, "").help(format!("write `{form}`"))
}

/// A statement that is refused as a whole.
pub(super) fn incomplete(source: &Source, span: Span, word: &str, form: &str) -> Diagnostic {
    error("whatif::malformed_statement", source, format!("`{word}` is not written like this"), span, "")
        .help(format!("write `{form}`"))
}

pub(super) fn adjust_effect(source: &Source, span: Span) -> Diagnostic {
    error("whatif::adjust_effect", source, "`adjust` takes one P-term or the name of a query", span, "")
        .help("write `adjust P(y | do(x))`; the same sets serve for `E[y | do(x)]`")
}

pub(super) fn unexpected(source: &Source, span: Span, token: &str, inside: Option<&str>) -> Diagnostic {
    let message = if token.is_empty() {
        "this statement ends too early".to_owned()
    } else {
        format!("`{token}` is not expected here")
    };
    let help = match inside {
        Some("P") => "P( ) holds variables, then perhaps `|` and conditions: `P(y | do(x), z = 1)`",
        Some("E") => "E[ ] holds a variable, then perhaps `|` and conditions: `E[y | do(x), z = 1]`",
        Some("do") => "do( ) holds variables, perhaps with values: `do(x = 1, w)`",
        Some("sum") => "a sum is written `sum_{z, w} P(y, z, w)`",
        Some("cut") => "a cut graph is written `in NAME[over x; under z]`",
        _ => "a query is `P(y | do(x))`, `E[y | do(x)]`, `x _||_ y | z` or `A == B`",
    };
    error("whatif::unexpected", source, message, span, "").help(help)
}

// ─── Proofs ──────────────────────────────────────────────────────────────────────────────────────────────────────

const REASONS: &str = "`rule 1` to `rule 3`, `marginalise`, `chain`, `condition` and `algebra`";

pub(super) fn unknown_reason(source: &Source, span: Span, word: &str) -> Diagnostic {
    let near = ["rule", "marginalise", "chain", "product", "condition", "algebra"]
        .into_iter()
        .map(|known| {
            let same = known.get(..5).is_some_and(|start| word.to_lowercase().starts_with(start));
            (if same { 0 } else { strsim::osa_distance(known, &word.to_lowercase()) }, known)
        })
        .filter(|(distance, _)| *distance <= 2)
        .min();
    let help = match near {
        Some((_, "rule")) => "write `rule 1`, `rule 2` or `rule 3`".to_owned(),
        Some((_, near)) => format!("did you mean `{near}`? The reasons are {REASONS}"),
        None => format!("the reasons are {REASONS}, with commas between; it may be left out"),
    };
    error("whatif::unknown_reason", source, format!("`{word}` is no reason of a proof"), span, "").help(help)
}

pub(super) fn reason_end(source: &Source, span: Span, token: &str) -> Diagnostic {
    error("whatif::reason_end", source, format!("`{token}` is not expected after a reason"), span, "")
        .help("separate reasons with commas, and begin the next line with `=`")
}

pub(super) fn proof_line_start(source: &Source, span: Span) -> Diagnostic {
    error("whatif::proof_line_start", source, "each line of a proof begins with a single `=`", span, "not here")
        .help("write `= EXPRESSION by REASON`")
}

pub(super) fn proof_without_body(source: &Source, span: Span) -> Diagnostic {
    error("whatif::proof_without_body", source, "a proof has its lines in braces", span, "no braces follow")
        .help("write `proof A { = B by rule 2 }`; a variable named proof stands in quotes")
}
