//! Answers judged again from their JSON alone: each claim with its evidence is read into an arena of its own and handed
//! to the kernel. What was printed beside them for people (`text`, `estimand_text`, `strategy`, …) is not evidence and
//! is not looked at.

use super::read::{Reader, list, needed, some, text};
use crate::answer::{Refusal, settle};
use crate::expr::{Expr, ExprId, Ref};
use crate::graph::{Mutilation, Node, NodeSet};
use crate::proof::{Derivation, Evidence, Statement};
use serde_json::Value;

/// Larger documents are refused, in bytes.
pub const MAX_DOCUMENT: usize = 256 << 20;

/// What became of one answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verified {
    /// Position in the document, from 1.
    pub id: usize,
    /// The query's label.
    pub name: Option<String>,
    /// The query as the document prints it.
    pub text: Option<String>,
    /// What the kernel says.
    pub outcome: Outcome,
}

/// What the kernel says of an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It accepted every claim of the answer that has evidence, so many: the verdict, alternatives, lines of a proof,
    /// independences.
    Accepted(usize),
    /// It refused something, or the answer cannot be read as a claim with evidence.
    Refused(Refusal),
    /// The answer claims nothing that has evidence.
    NothingToCheck,
}

/// Has the kernel judge every answer of a document. Linear in the document, and what the kernel takes for each answer.
///
/// # Errors
/// Why it is no document of answers: larger than [`MAX_DOCUMENT`], no JSON or nested more than 127 deep, of another
/// schema, or without answers.
pub fn verify(document: &str) -> Result<Vec<Verified>, String> {
    if document.len() > MAX_DOCUMENT {
        return Err(format!("the document is larger than {} MiB", MAX_DOCUMENT >> 20));
    }
    let document: Value = serde_json::from_str(document).map_err(|error| format!("this is no JSON: {error}"))?;
    if document.get("schema").and_then(Value::as_str) != Some("whatif/1") {
        return Err("this is no document of the schema whatif/1".to_owned());
    }
    let told = |answer: &Value, field| some(answer, field).and_then(Value::as_str).map(str::to_owned);
    let one = |(position, answer): (usize, &Value)| Verified {
        id: position + 1,
        name: told(answer, "name"),
        text: told(answer, "text"),
        outcome: match judge(answer) {
            Ok(0) => Outcome::NothingToCheck,
            Ok(number) => Outcome::Accepted(number),
            Err(refused) => Outcome::Refused(refused),
        },
    };
    Ok(list(&document, "answers")?.iter().enumerate().map(one).collect())
}

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self { step: None, reason }
    }
}

/// How many claims of an answer the kernel accepted.
fn judge(answer: &Value) -> Result<usize, Refusal> {
    let kind = text(answer, "kind")?;
    let verdict = match answer.get("verdict") {
        None => return Err("`verdict` is missing".to_owned().into()),
        Some(Value::Null) => "",
        Some(verdict) => verdict.as_str().ok_or_else(|| "`verdict` is no text".to_owned())?,
    };
    let mut judge = Judge { reader: Reader::new(answer)?, accepted: 0 };
    match (kind, verdict) {
        ("proof", "holds" | "fails" | "undetermined") => judge.proof(answer, verdict)?,
        (_, "undetermined") | ("adjust" | "paths" | "simplify" | "number" | "explanation" | "sensitivity", "") => {}
        ("implications", "") => judge.implications(answer)?,
        ("effect" | "contrast", "identifiable") => judge.identifiable(answer)?,
        ("effect" | "contrast", "not_identifiable") => judge.not_identifiable(answer)?,
        ("independence", "holds" | "fails") => judge.independence(answer, verdict == "holds")?,
        ("equality", "holds" | "fails") => {
            let lhs = judge.reader.expr(needed(answer, "lhs")?)?;
            let rhs = judge.reader.expr(needed(answer, "rhs")?)?;
            if verdict == "holds" { judge.equal(answer, lhs, rhs)? } else { judge.unequal(answer, lhs, rhs)? }
        }
        _ => return Err(format!("an answer of kind {kind} with the verdict {verdict} is not known here").into()),
    }
    Ok(judge.accepted)
}

struct Judge {
    reader: Reader,
    accepted: usize,
}

impl Judge {
    fn settle(&mut self, statement: Statement, evidence: &Evidence) -> Result<(), Refusal> {
        let claim = self.reader.claim(statement);
        settle(&mut self.reader.arena, &claim, evidence)?;
        self.accepted += 1;
        Ok(())
    }

    /// The query's expression; for an effect its variables must be those that the lists name.
    fn query(&mut self, answer: &Value) -> Result<(ExprId, Option<[NodeSet; 3]>), Refusal> {
        let query = needed(answer, "query")?;
        let id = self.reader.expr(needed(query, "expr")?)?;
        if text(answer, "kind")? != "effect" {
            return Ok((id, None));
        }
        let named = [self.reader.set(query, "of")?, self.reader.set(query, "do")?, self.reader.set(query, "given")?];
        let nodes = |refs: &[Ref]| self.reader.graph.set(refs.iter().map(|reference| Node::new(reference.var.index())));
        let same = match self.reader.arena.get(id) {
            Expr::P(term) => [nodes(term.of()), nodes(term.do_()), nodes(term.given())] == named,
            Expr::Number(_)
            | Expr::Sum { .. }
            | Expr::Product(_)
            | Expr::Quotient(..)
            | Expr::Plus(_)
            | Expr::Minus(_)
            | Expr::Value(_) => false,
        };
        if same { Ok((id, Some(named))) } else { Err("the query's lists are not those of its term".to_owned().into()) }
    }

    fn identifiable(&mut self, answer: &Value) -> Result<(), Refusal> {
        let (query, _) = self.query(answer)?;
        self.estimand(answer, query)?;
        if some(answer, "alternatives").is_some() {
            for (position, other) in list(answer, "alternatives")?.iter().enumerate() {
                self.estimand(other, query).map_err(|refused| within("alternative", position, refused))?;
            }
        }
        Ok(())
    }

    fn estimand(&mut self, found: &Value, query: ExprId) -> Result<(), Refusal> {
        let estimand = self.reader.expr(needed(found, "estimand")?)?;
        let derivation = self.reader.derivation(needed(found, "derivation")?, query, estimand)?;
        self.settle(Statement::Identifiable { query, estimand }, &Evidence::Derivation(derivation))
    }

    fn not_identifiable(&mut self, answer: &Value) -> Result<(), Refusal> {
        let (query, sets) = self.query(answer)?;
        let witness = some(answer, "witness").map(|value| self.reader.witness(value)).transpose()?.map(Box::new);
        let evidence = match (some(answer, "hedge"), sets, witness) {
            (Some(hedge), Some(sets), witness) => Evidence::Hedge(Box::new(self.reader.hedge(hedge, sets)?), witness),
            (None, _, Some(witness)) => Evidence::CounterModel(witness),
            (Some(_), None, _) => return Err("a hedge speaks of a single term".to_owned().into()),
            (None, _, None) => return Err("neither hedge nor witness is there".to_owned().into()),
        };
        self.settle(Statement::NotIdentifiable { query }, &evidence)
    }

    fn independence(&mut self, answer: &Value, holds: bool) -> Result<(), Refusal> {
        let query = needed(answer, "query")?;
        let asked = self.reader.separation_in(query, query)?;
        if holds {
            if self.reader.separation(needed(answer, "separation")?)? != asked {
                return Err("the separation is not the one asked about".to_owned().into());
            }
            return self.settle(Statement::Separated(asked), &Evidence::Separation);
        }
        let path = self.reader.open_path(answer, "open_path")?;
        self.settle(Statement::Connected(asked), &Evidence::OpenPath(path))
    }

    /// By the object's derivation; none is needed where the two sides are the same.
    fn equal(&mut self, object: &Value, lhs: ExprId, rhs: ExprId) -> Result<(), Refusal> {
        let derivation = match some(object, "derivation") {
            None => Derivation::default(),
            Some(value) => self.reader.derivation(value, lhs, rhs)?,
        };
        self.settle(Statement::Equal(lhs, rhs), &Evidence::Derivation(derivation))
    }

    fn unequal(&mut self, object: &Value, lhs: ExprId, rhs: ExprId) -> Result<(), Refusal> {
        let model = self.reader.countermodel(needed(object, "countermodel")?)?;
        self.settle(Statement::Unequal(lhs, rhs), &Evidence::CounterModel(Box::new(model)))
    }

    /// Each line by the evidence that its status needs; the verdict by the lines.
    fn proof(&mut self, answer: &Value, verdict: &str) -> Result<(), Refusal> {
        let mut before = self.reader.expr(needed(needed(answer, "query")?, "expr")?)?;
        let (mut wrong, mut open) = (false, false);
        for (position, line) in list(answer, "lines")?.iter().enumerate() {
            let (after, status) = self.line(line, before).map_err(|refused| within("line", position, refused))?;
            wrong |= !matches!(status, "holds" | "undetermined");
            open |= status == "undetermined";
            before = after;
        }
        let follows = match verdict {
            "holds" => !wrong && !open,
            "fails" => wrong,
            _ => true,
        };
        if follows { Ok(()) } else { Err("the verdict does not follow from the lines".to_owned().into()) }
    }

    fn line<'a>(&mut self, line: &'a Value, before: ExprId) -> Result<(ExprId, &'a str), Refusal> {
        let after = self.reader.expr(needed(line, "expr")?)?;
        let status = text(line, "status")?;
        match status {
            "holds" | "other_reason" | "other_separation" => self.equal(line, before, after)?,
            "differs" => self.unequal(line, before, after)?,
            "rule_fails" => {
                let [needs] = list(line, "requires")? else {
                    return Err("the separation that fails is not stated".to_owned().into());
                };
                let needs = self.reader.separation(needs)?;
                let path = self.reader.open_path(line, "open_path")?;
                self.settle(Statement::Connected(needs), &Evidence::OpenPath(path))?;
                if some(line, "countermodel").is_some() {
                    self.unequal(line, before, after)?;
                }
                if some(line, "derivation").is_some() {
                    self.equal(line, before, after)?;
                }
            }
            "undetermined" => {}
            other => return Err(format!("{other} is no status known here").into()),
        }
        Ok((after, status))
    }

    fn implications(&mut self, answer: &Value) -> Result<(), Refusal> {
        for (position, found) in list(answer, "independences")?.iter().enumerate() {
            let end = |field| text(found, field).map(|name| serde_json::json!({ "set": [name] }));
            let (x, y) = (end("x")?, end("y")?);
            let separation = crate::proof::Separation {
                x: self.reader.set(&x, "set")?,
                y: self.reader.set(&y, "set")?,
                given: self.reader.set(found, "given")?,
                cut: Mutilation::none(&self.reader.graph),
            };
            let settled = self.settle(Statement::Separated(separation), &Evidence::Separation);
            settled.map_err(|refused| within("independence", position, refused))?;
        }
        Ok(())
    }
}

/// A refusal with the part of the answer that it is about.
fn within(part: &str, position: usize, refused: Refusal) -> Refusal {
    Refusal { step: refused.step, reason: format!("{part} {}: {}", position + 1, refused.reason) }
}
