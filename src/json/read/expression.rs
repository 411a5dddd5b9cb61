//! References, terms and expressions.

use super::{Reader, Reason, list, needed, text};
use crate::expr::{BigRational, ExprId, Ref, Term, Var};
use num_traits::Zero;
use serde_json::Value;

/// Longest number, in characters; reading takes time quadratic in it.
const LONGEST_NUMBER: usize = 20_000;

impl Reader {
    /// EXPR; a `ref` is its definition's node. As deep as the document: 127 at most.
    pub(in crate::json) fn expr(&mut self, value: &Value) -> Result<ExprId, Reason> {
        let id = match text(value, "op")? {
            "one" => self.arena.one(),
            "zero" => self.arena.zero(),
            "number" => {
                let number = rational(needed(value, "value")?)?;
                self.arena.number(number)
            }
            "p" => {
                let term = self.term(value)?;
                self.arena.p(term)
            }
            "value" => {
                let of = self.reference(needed(value, "of")?)?;
                self.arena.value(of)
            }
            "sum" => {
                let over = self.references(value, "over")?;
                let mut distinct = over.clone();
                distinct.sort_unstable();
                distinct.dedup();
                if over.is_empty() || distinct.len() < over.len() || over.iter().any(|r| r.is_value()) {
                    return Err("a sum binds one reference or more, each once, none at a value".to_owned());
                }
                let body = self.expr(needed(value, "expr")?)?;
                self.arena.sum(over, body)
            }
            "product" => {
                let factors = self.several(value, "factors")?;
                self.arena.product(factors)
            }
            "plus" => {
                let terms = self.several(value, "terms")?;
                self.arena.plus(terms)
            }
            "minus" => {
                let terms = self.several(value, "terms")?;
                self.arena.minus(terms)
            }
            "quotient" => {
                let over = self.expr(needed(value, "numerator")?)?;
                let under = self.expr(needed(value, "denominator")?)?;
                self.arena.quotient(over, under)
            }
            "ref" => {
                let name = text(value, "name")?;
                return self.definitions.get(name).copied().ok_or_else(|| format!("{name} is not defined before"));
            }
            other => return Err(format!("`{other}` is no operation")),
        };
        self.spend(1 + 2 * self.arena.free(id).len())?;
        Ok(id)
    }

    fn several(&mut self, value: &Value, field: &str) -> Result<Vec<ExprId>, Reason> {
        let all = list(value, field)?;
        if all.len() < 2 {
            return Err(format!("`{field}` are two or more"));
        }
        all.iter().map(|one| self.expr(one)).collect()
    }

    /// A P-term.
    pub(super) fn term(&mut self, value: &Value) -> Result<Term, Reason> {
        if text(value, "op")? != "p" {
            return Err("a P-term is expected".to_owned());
        }
        let [of, given, action] =
            [self.references(value, "of")?, self.references(value, "given")?, self.references(value, "do")?];
        if of.is_empty() {
            return Err("a term is of nothing".to_owned());
        }
        Term::new(of, given, action).ok_or_else(|| "a term names a variable twice".to_owned())
    }

    fn references(&mut self, value: &Value, field: &str) -> Result<Vec<Ref>, Reason> {
        list(value, field)?.iter().map(|reference| self.reference(reference)).collect()
    }

    fn reference(&mut self, value: &Value) -> Result<Ref, Reason> {
        let text = value.as_str().ok_or("a reference is a text")?;
        self.reference_text(text)
    }

    /// `x`, `x'`, `x=high`, `"carry matches"=yes`.
    pub(super) fn reference_text(&mut self, text: &str) -> Result<Ref, Reason> {
        let wrong = || format!("{text} is no reference");
        let (name, rest) = match text.strip_prefix('"') {
            Some(_) => unquoted(text).ok_or_else(wrong)?,
            None => {
                let end = text.find(['\'', '=']).unwrap_or(text.len());
                text.split_at_checked(end).map(|(name, rest)| (name.to_owned(), rest)).ok_or_else(wrong)?
            }
        };
        let node = self.graph.node(&name).ok_or_else(|| format!("the graph has no variable {name}"))?;
        let var = Var::new(node.index());
        if let Some(at) = rest.strip_prefix('=') {
            let at = match at.strip_prefix('"') {
                None => at.to_owned(),
                Some(_) => unquoted(at).filter(|(_, rest)| rest.is_empty()).ok_or_else(wrong)?.0,
            };
            return Ok(Ref::value(var, self.arena.symbol(&at)));
        }
        if rest.bytes().any(|byte| byte != b'\'') {
            return Err(wrong());
        }
        let primes = u16::try_from(rest.len()).map_err(|_| format!("{name} has more than {} primes", u16::MAX))?;
        Ok(Ref::copy(var, primes))
    }

    /// `y=1`: a variable with the number of its state.
    pub(super) fn state(&mut self, value: &Value) -> Result<(crate::graph::Node, usize), Reason> {
        let text = value.as_str().ok_or("a state is a text")?;
        let wrong = || format!("{text} is no state of a variable by its number");
        let (name, number) = text.rsplit_once('=').ok_or_else(wrong)?;
        let reference = self.reference_text(name)?;
        if reference != Ref::plain(reference.var) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        let state = number.parse().map_err(|_| wrong())?;
        Ok((crate::graph::Node::new(reference.var.index()), state))
    }
}

/// The text in quotes at the beginning, and what follows.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut inside = String::new();
    let mut chars = text.strip_prefix('"')?.chars();
    loop {
        match chars.next()? {
            '"' => return Some((inside, chars.as_str())),
            '\\' => inside.push(chars.next().filter(|c| matches!(c, '"' | '\\'))?),
            other => inside.push(other),
        }
    }
}

/// `-3`, `5/8`
pub(super) fn rational(value: &Value) -> Result<BigRational, Reason> {
    let text = value.as_str().ok_or("a number is a text, as \"5/8\"")?;
    if text.len() > LONGEST_NUMBER {
        return Err(format!("a number has more than {LONGEST_NUMBER} characters"));
    }
    let (over, under) = text.split_once('/').unwrap_or((text, "1"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = digits(over.strip_prefix('-').unwrap_or(over)) && digits(under);
    let parsed =
        over.parse().ok().zip(under.parse().ok()).filter(|(_, under): &(_, num_bigint::BigInt)| !under.is_zero());
    match parsed {
        Some((over, under)) if parts => Ok(BigRational::new(over, under)),
        Some(_) | None => Err(format!("{text} is no number")),
    }
}
