//! `model NAME of GRAPH { … }`, line by line.

use super::{Piece, Reader};
use crate::source::Span;
use crate::syntax::cut::Ends;
use crate::syntax::grammar::{self, Rule};
use crate::syntax::tree::{ModelBlock, ModelItem, StatementKind};
use crate::syntax::{diagnose, diagnostics};

impl Reader<'_> {
    /// The whole block; where to read on.
    pub(super) fn model(&mut self, start: usize, doc: Option<String>) -> usize {
        let indent = self.text.indent(start);
        let Some(brace) = self.text.block(start) else {
            let piece = self.text.piece(start, indent, Ends::Line);
            self.refuse(diagnose::Piece::ModelHead, piece.range, start);
            return piece.next;
        };
        let mut opening = None;
        match grammar::parse(Rule::a_model_head, &self.text.without_comments(start..brace + 1)) {
            Ok(pairs) => opening = self.built(start, |builder| builder.model_head(pairs)),
            Err(at) => self.refuse(diagnose::Piece::ModelHead, start..brace + 1, start + at),
        }
        let unclosed = self.text.is_unclosed(brace).then_some(indent);
        let mut items = Vec::new();
        let mut at = brace + 1;
        let mut end = at;
        loop {
            let (line, _) = self.lead(at, self.text.end);
            let ends = unclosed.is_some_and(|indent| self.is_next_statement(line, indent));
            if line >= self.text.end || ends {
                self.diagnostics.push(diagnostics::unclosed_block(self.source, brace, at, "model"));
                at = line;
                break;
            }
            if self.text.byte(line) == b'}' {
                at = line + 1;
                end = at;
                break;
            }
            if self.is_full(line) {
                at = line;
                break;
            }
            let piece = self.text.model_piece(line, unclosed);
            items.extend(self.model_line(&piece));
            end = piece.range.end;
            at = piece.next.max(line + 1);
        }
        if let Some((name, graph)) = opening {
            self.push(Span::new(start, end), doc, StatementKind::Model(ModelBlock { name, graph, items }));
        }
        at
    }

    fn model_line(&mut self, piece: &Piece) -> Option<ModelItem> {
        if !self.fits(piece) {
            return None;
        }
        let start = piece.range.start;
        match grammar::parse(Rule::a_model_line, &self.text.without_comments(piece.range.clone())) {
            Ok(pairs) => self.built(start, |builder| builder.model_line(pairs)),
            Err(at) => {
                self.refuse(diagnose::Piece::ModelLine, piece.range.clone(), start + at);
                None
            }
        }
    }
}
