//! The opening of a graph and the lines of its body.

use super::super::grammar::Rule;
use super::super::tree::{Attribute, Chain, EdgeSign, GraphItem, Name, NodeItem};
use super::{Builder, add};
use crate::source::Spanned;
use pest::iterators::{Pair, Pairs};

impl Builder<'_> {
    /// Whether it is a `dag`, and its name.
    pub(in crate::syntax) fn graph_head(&mut self, pairs: Pairs<'_, Rule>) -> (bool, Option<Name>) {
        let mut dag = false;
        let mut name = None;
        for pair in pairs.flat_map(Pair::into_inner) {
            match pair.as_rule() {
                Rule::dag_word => dag = true,
                Rule::graph_name => name = Some(self.name(&pair)),
                _ => {}
            }
        }
        (dag, name)
    }

    /// The items of one line; `doc` goes to the first, where it is a variable.
    pub(in crate::syntax) fn graph_line(&mut self, pairs: Pairs<'_, Rule>, mut doc: Option<String>) -> Vec<GraphItem> {
        let mut items = Vec::new();
        for pair in pairs {
            let item = match pair.as_rule() {
                Rule::latent => {
                    let names = pair.into_inner().filter(|part| part.as_rule() == Rule::graph_name);
                    Some(GraphItem::Latent(names.map(|name| self.name(&name)).collect()))
                }
                Rule::setting => self.setting(pair),
                Rule::node => self.node(pair, doc.take()),
                Rule::chain => self.chain(pair).map(GraphItem::Chain),
                _ => None,
            };
            doc = None;
            items.extend(item);
        }
        items
    }

    fn setting(&mut self, pair: Pair<'_, Rule>) -> Option<GraphItem> {
        let mut parts = pair.into_inner();
        let name = self.name(&parts.next()?);
        let value = self.text(&parts.next()?);
        Some(GraphItem::Setting { name, value })
    }

    fn node(&mut self, pair: Pair<'_, Rule>, doc: Option<String>) -> Option<GraphItem> {
        let mut parts = pair.into_inner();
        let name = self.name(&parts.next()?);
        let attributes = parts.next().map(|attributes| self.attributes(attributes)).unwrap_or_default();
        Some(GraphItem::Node(NodeItem { name, doc, attributes }))
    }

    fn chain(&mut self, pair: Pair<'_, Rule>) -> Option<Chain> {
        let mut parts = pair.into_inner();
        let first = self.names(parts.next()?);
        let mut chain = Chain { first, rest: Vec::new(), attributes: Vec::new() };
        while let Some(part) = parts.next() {
            let sign = match part.as_rule() {
                Rule::right => EdgeSign::Right,
                Rule::left => EdgeSign::Left,
                Rule::both => EdgeSign::Both,
                _ => {
                    chain.attributes = self.attributes(part);
                    break;
                }
            };
            let sign = Spanned::new(sign, self.span(&part));
            let group = self.names(parts.next()?);
            add(&mut chain.rest, (sign, group));
        }
        Some(chain)
    }

    /// DAGitty's short forms are spelt out.
    fn attributes(&mut self, pair: Pair<'_, Rule>) -> Vec<Attribute> {
        let mut attributes = Vec::new();
        for attribute in pair.into_inner() {
            let mut parts = attribute.into_inner();
            let Some(key) = parts.next() else { continue };
            let mut name = self.name(&key);
            let value = parts.next().map(|value| self.text(&value));
            if value.is_none() {
                let long = match name.value.as_str() {
                    "e" => Some("exposure"),
                    "o" => Some("outcome"),
                    "a" => Some("adjusted"),
                    "u" | "unobserved" => Some("latent"),
                    _ => None,
                };
                if let Some(long) = long {
                    long.clone_into(&mut name.value);
                }
            }
            attributes.push(Attribute { name, value });
        }
        attributes
    }
}
