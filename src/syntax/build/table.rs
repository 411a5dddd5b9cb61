//! Tables of data, and what is asked of them.

use super::super::grammar::Rule;
use super::super::tree::{
    DataStatement, Domain, Name, NegativeControl, StatementKind, TableBlock, TableItem, TableItemKind,
};
use super::Builder;
use crate::source::Spanned;
use pest::iterators::Pair;

impl Builder<'_> {
    pub(super) fn table_block(&mut self, pair: Pair<'_, Rule>) -> Option<StatementKind> {
        let (mut name, mut path, mut items) = (None, None, Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => name = Some(self.name(&part)),
                Rule::table_path => path = Some(self.text(&part)),
                Rule::table_item => items.extend(self.table_item(part)),
                _ => {}
            }
        }
        Some(StatementKind::Table(TableBlock { name: name?, path: path?, items }))
    }

    fn table_item(&mut self, pair: Pair<'_, Rule>) -> Option<TableItem> {
        let span = self.span(&pair);
        let (mut names, mut column, mut bins, mut domain) = (Vec::new(), None, Vec::new(), None);
        let (mut weights, mut counts) = (false, false);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::weights_word => weights = true,
                Rule::counts_word => counts = true,
                Rule::name => names.push(self.name(&part)),
                Rule::table_column => {
                    let named = part.into_inner().find(|part| part.as_rule() == Rule::name)?;
                    column = Some(self.name(&named));
                }
                Rule::bins => {
                    let edges = part.into_inner().filter(|part| part.as_rule() == Rule::bin_edge);
                    bins = edges.map(|edge| self.value(&edge)).collect::<Vec<Name>>();
                }
                Rule::values => {
                    let span = self.span(&part);
                    let values = part.into_inner().map(|value| self.value(&value)).collect();
                    domain = Some(Spanned::new(Domain::Values(values), span));
                }
                Rule::range => {
                    let span = self.span(&part);
                    let mut ends = part.into_inner();
                    let first = self.integer(&ends.next()?)?;
                    let last = self.integer(&ends.next()?)?;
                    domain = Some(Spanned::new(Domain::Range(first, last), span));
                }
                _ => {}
            }
        }
        let name = names.into_iter().next()?;
        let kind = if weights {
            TableItemKind::Weights(name)
        } else if counts {
            TableItemKind::Counts(name)
        } else {
            TableItemKind::Variable { name, column, bins, domain }
        };
        Some(TableItem { span, kind })
    }

    pub(super) fn data_statement(&mut self, pair: Pair<'_, Rule>) -> Option<StatementKind> {
        let (mut refute, mut names, mut controls) = (false, Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::refute_word => refute = true,
                Rule::name => names.push(self.name(&part)),
                Rule::control => controls.push(self.control(part)),
                _ => {}
            }
        }
        let mut names = names.into_iter();
        Some(StatementKind::Data(DataStatement { refute, query: names.next()?, table: names.next()?, controls }))
    }

    fn control(&mut self, pair: Pair<'_, Rule>) -> NegativeControl {
        let mut control = NegativeControl { span: self.span(&pair), treatment: false, variables: Vec::new() };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::treatment_word => control.treatment = true,
                Rule::names => control.variables = part.into_inner().map(|name| self.name(&name)).collect(),
                _ => {}
            }
        }
        control
    }
}
