//! How a text takes the place of another: read as a whole, refused with its errors, or kept with what it makes of the
//! earlier answers.

use super::edit::{self, Removal};
use super::finding::{self, Finding, Key};
use super::{Earlier, MOST_ASKED, MOST_KEPT, MOST_UNDONE, Said, Say, Session, State, diagnostics, is_stopped, remark};
use crate::answer::{Options, Prover};
use crate::problem::{self, Problem};
use crate::render::document::{Math, Text, Tone};
use crate::source::{Diagnostic, Label, Source, Span};
use crate::syntax::print::{self, Style};
use crate::syntax::tree::{GraphItem, Name, Query, Statement, StatementKind};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How often questions that can no longer be asked are looked for, each time with all that depend on those before.
const PASSES: usize = 20;

impl Session {
    /// Puts a text in the place of the present one.
    pub(super) fn replace(&mut self, problem: Problem, current: Option<String>, line: &str) {
        let old = &self.state;
        self.earlier.push_back(Earlier {
            source: old.problem.source.clone(),
            current: old.current.clone(),
            line: line.to_owned(),
        });
        let kept = |earlier: &Earlier| earlier.source.text().len();
        let mut bytes: usize = self.earlier.iter().map(kept).sum();
        while self.earlier.len() > MOST_UNDONE || (self.earlier.len() > 1 && bytes > MOST_KEPT) {
            bytes -= self.earlier.pop_front().map_or(0, |earlier| kept(&earlier));
        }
        self.state = State { problem: Arc::new(problem), current, asked: None };
        self.last = None;
    }

    /// A comment goes into the file, and means nothing.
    pub(super) fn comment(&mut self, comment: &str) {
        let text = format!("{}{comment}\n", ended(self.text()));
        let (problem, diagnostics) = problem::read(&Source::new(self.name(), text));
        if !diagnostics.iter().any(Diagnostic::is_error) {
            let (current, asked) = (self.state.current.clone(), self.state.asked);
            self.replace(problem, current, comment);
            self.state.asked = asked;
        }
    }

    /// A statement is added at the end, and what it asks is answered.
    pub(super) fn statement(&mut self, statement: &str, options: &Options<'_>, say: Say<'_>) {
        let statement = &*self.named(statement);
        let statement = &*self.addressed(statement);
        if let Some(index) = self.asked_before(statement) {
            return self.answer(&[index], options, say);
        }
        let before = ended(self.text());
        let start = before.len();
        let source = Source::new(self.name(), format!("{before}{statement}\n"));
        let (problem, found) = problem::read(&source);
        let place = Span::new(start, start + statement.len());
        if !self.tell(&found, place, statement, say) {
            return;
        }
        let new = |span: Span| span.start >= start;
        let queries: Vec<usize> =
            (0..problem.queries.len()).filter(|&i| problem.queries.get(i).is_some_and(|q| new(q.span))).collect();
        let expectations: Vec<usize> = (0..problem.expectations.len())
            .filter(|&i| problem.expectations.get(i).is_some_and(|e| new(e.span)))
            .collect();
        let graph = problem.graphs.values().rev().find(|entry| new(entry.span)).map(|entry| entry.name.clone());
        let (current, asked) = (graph.clone().or_else(|| self.state.current.clone()), self.state.asked);
        self.replace(problem, current, statement);
        self.state.asked = asked;
        if graph.is_some() {
            self.summary(&[], say);
        }
        self.answer(&queries, options, say);
        self.expect(&expectations, options, say);
    }

    /// A graph without a name gets one where the text has one without already: model code is pasted as it is.
    fn named<'s>(&self, statement: &'s str) -> Cow<'s, str> {
        let Problem { graphs, models, .. } = &*self.state.problem;
        if !graphs.contains_key("graph") {
            return statement.into();
        }
        let (tree, _) = crate::syntax::parse(&Source::new("", statement));
        let [Statement { span, kind: StatementKind::Graph(block), .. }] = tree.statements.as_slice() else {
            return statement.into();
        };
        let word = if block.dag { "dag" } else { "graph" };
        let parts = statement.split_at_checked(span.start + word.len()).filter(|_| block.name.is_none());
        let free = |name: &String| !graphs.contains_key(name) && !models.contains_key(name);
        match (parts, (2..).map(|number| format!("graph{number}")).find(free)) {
            (Some((before, after)), Some(name)) => format!("{before} {name}{after}").into(),
            _ => statement.into(),
        }
    }

    /// A question of the graph that was chosen says so, where it would mean another in its place in the file.
    fn addressed<'s>(&self, statement: &'s str) -> Cow<'s, str> {
        let graphs = &self.state.problem.graphs;
        let Some((_, name)) = self.current().filter(|(at, _)| at + 1 < graphs.len()) else { return statement.into() };
        let (tree, found) = crate::syntax::parse(&Source::new("", statement));
        let [only] = tree.statements.as_slice() else { return statement.into() };
        let mut addressed = only.clone();
        let graph = match &mut addressed.kind {
            StatementKind::Query(query) => match &query.query {
                Query::Implications { graph: Some(_) } | Query::Explain(_) | Query::Sensitivity(_) => {
                    return statement.into();
                }
                Query::Implications { .. }
                | Query::Effect(_)
                | Query::Independence(_)
                | Query::Equality(..)
                | Query::Adjust { .. }
                | Query::Paths { .. }
                | Query::Simplify(_) => &mut query.graph,
            },
            StatementKind::Expect(expectation) => &mut expectation.graph,
            StatementKind::Proof(proof) => &mut proof.graph,
            StatementKind::Graph(_)
            | StatementKind::Var(_)
            | StatementKind::Let { .. }
            | StatementKind::Model(_)
            | StatementKind::Table(_)
            | StatementKind::Data(_) => return statement.into(),
        };
        if graph.is_some() || !found.is_empty() {
            return statement.into();
        }
        *graph = Some(Name { value: name.to_owned(), span: only.span });
        print::statement(&addressed, Style::Ascii).into()
    }

    /// The question of the text that a line asks again, word for word but for blanks and comments. A graph drawn since
    /// then makes it another question.
    fn asked_before(&self, line: &str) -> Option<usize> {
        let printed = |statement: &Statement| match &statement.kind {
            StatementKind::Query(query) => Some(print::query(query, Style::Ascii)),
            StatementKind::Graph(_)
            | StatementKind::Var(_)
            | StatementKind::Let { .. }
            | StatementKind::Expect(_)
            | StatementKind::Proof(_)
            | StatementKind::Model(_)
            | StatementKind::Table(_)
            | StatementKind::Data(_) => None,
        };
        let (typed, found) = crate::syntax::parse(&Source::new("", line));
        let [only] = typed.statements.as_slice() else { return None };
        let wanted = printed(only).filter(|_| found.is_empty())?;
        let problem = &self.state.problem;
        let (tree, _) = crate::syntax::parse(&problem.source);
        let since = tree.statements.iter().rev().take_while(|statement| {
            !matches!(statement.kind, StatementKind::Graph(_) | StatementKind::Model(_) | StatementKind::Let { .. })
        });
        let same = since.into_iter().find(|statement| printed(statement).as_ref() == Some(&wanted))?;
        problem.queries.iter().position(|query| same.span.start <= query.span.start && query.span.end <= same.span.end)
    }

    /// Items go into the current graph; without one they make it.
    pub(super) fn items(&mut self, items: &str, options: &Options<'_>, say: Say<'_>) {
        let Some((at, _)) = self.current() else {
            return self.statement(&format!("graph {{\n    {items}\n}}"), options, say);
        };
        let Some(entry) = self.state.problem.graphs.get_index(at).map(|(_, entry)| entry) else { return };
        let Some((_, outline)) = edit::block(&self.state.problem.source, entry.span) else { return };
        let (text, place) = edit::add(self.text(), &outline, items);
        self.edited(text, Some(place), items, options, say);
    }

    /// Edges or variables are taken out of the current graph.
    pub(super) fn drop(&mut self, what: &str, options: &Options<'_>, say: Say<'_>) {
        let problem = Arc::clone(&self.state.problem);
        let Some(entry) = self.current().and_then(|(at, _)| problem.graphs.get_index(at)).map(|(_, entry)| entry)
        else {
            return say(Said::Diagnostic(diagnostics::nothing_to_drop(what)));
        };
        let wrapped = Source::new("", format!("graph {{\n{}\n}}", what.replace(',', " ")));
        let (tree, found) = crate::syntax::parse(&wrapped);
        let wanted = tree.statements.first().and_then(|statement| match &statement.kind {
            StatementKind::Graph(block) if found.is_empty() && !block.items.is_empty() => Some(&block.items),
            StatementKind::Graph(_)
            | StatementKind::Var(_)
            | StatementKind::Let { .. }
            | StatementKind::Query(_)
            | StatementKind::Expect(_)
            | StatementKind::Proof(_)
            | StatementKind::Model(_)
            | StatementKind::Table(_)
            | StatementKind::Data(_) => None,
        });
        let Some(wanted) = wanted else { return say(Said::Diagnostic(diagnostics::drop_form(what))) };
        let mut removal = Removal::default();
        let graph = &entry.source;
        for item in wanted {
            match item {
                GraphItem::Node(node) if graph.node(&node.name.value).is_some() => {
                    removal.nodes.insert(node.name.value.clone());
                }
                GraphItem::Node(node) => {
                    return say(Said::Diagnostic(diagnostics::no_such_variable(what, &node.name.value)));
                }
                GraphItem::Latent(names) => {
                    for name in names.iter().map(|name| &name.value) {
                        match graph.node(name) {
                            None => return say(Said::Diagnostic(diagnostics::no_such_variable(what, name))),
                            Some(node) if !entry.latents.contains(node) => {
                                return say(Said::Diagnostic(diagnostics::not_latent(what, name)));
                            }
                            Some(_) => removal.latents.insert(name.clone()),
                        };
                    }
                }
                GraphItem::Chain(chain) => {
                    for edge in edit::edges(chain) {
                        let there = graph.node(&edge.from).zip(graph.node(&edge.to)).is_some_and(|(a, b)| {
                            if edge.bidirected { graph.has_bidirected(a, b) } else { graph.has_directed(a, b) }
                        });
                        if !there {
                            return say(Said::Diagnostic(diagnostics::no_such_edge(what, &edge.text())));
                        }
                        removal.edges.insert(edge);
                    }
                }
                GraphItem::Setting { .. } => return say(Said::Diagnostic(diagnostics::drop_form(what))),
            }
        }
        let Some((block, outline)) = edit::block(&problem.source, entry.span) else { return };
        let text = edit::remove(self.text(), &block, &outline, &removal);
        self.edited(text, None, &format!("drop {what}"), options, say);
    }

    /// Reads an edited text; questions that can no longer be asked are left out of it.
    fn edited(&mut self, text: String, place: Option<Span>, line: &str, options: &Options<'_>, say: Say<'_>) {
        let mut source = Source::new(self.name(), text);
        let (mut problem, mut found) = problem::read(&source);
        let mut lost: Vec<String> = Vec::new();
        for _ in 0..PASSES {
            let (tree, _) = crate::syntax::parse(&source);
            let mut spans: Vec<(Span, String)> = Vec::new();
            for fault in found.iter().filter(|fault| fault.is_error()) {
                let may_go = matches!(
                    fault.code,
                    "whatif::unknown_variable" | "whatif::latent_in_query" | "whatif::unknown_name"
                );
                let at = fault.labels.first().map_or(0, |label| label.span.start);
                let holder = tree.statements.iter().find(|statement| {
                    !matches!(statement.kind, StatementKind::Graph(_))
                        && statement.span.start <= at
                        && at < statement.span.end
                });
                if let Some(statement) = holder.filter(|_| may_go)
                    && spans.last().is_none_or(|(last, _)| *last != statement.span)
                {
                    spans.push((statement.span, source.slice(statement.span).to_owned()));
                }
            }
            if spans.is_empty() {
                break;
            }
            let mut text = source.text().to_owned();
            for (span, _) in spans.iter().rev() {
                text = edit::cut(&text, *span);
            }
            lost.extend(spans.into_iter().map(|(_, text)| text));
            source = Source::new(self.name(), text);
            (problem, found) = problem::read(&source);
        }
        if !self.tell(&found, place.unwrap_or_default(), line, say) {
            return;
        }
        let before = self.known(options);
        self.replace(problem, self.state.current.clone(), line);
        self.summary(&lost, say);
        self.compare(before, options, say);
    }

    /// Takes the last changes back.
    pub(super) fn undo(&mut self, changes: usize, options: &Options<'_>, say: Say<'_>) {
        if self.earlier.is_empty() {
            return say(remark(Text::of("There is nothing to take back.")));
        }
        let before = self.known(options);
        for _ in 0..changes {
            let Some(earlier) = self.earlier.pop_back() else { break };
            let (problem, _) = problem::read(&earlier.source);
            let asked = problem.queries.len().checked_sub(1);
            self.state = State { problem: Arc::new(problem), current: earlier.current, asked };
            self.last = None;
            let (first, more) = earlier.line.split_once('\n').map_or((&*earlier.line, ""), |(first, _)| (first, " …"));
            say(remark(Text::of("Taken back: ").math(Math::Code(first.trim_end().to_owned())).say(format!("{more}."))));
        }
        self.compare(before, options, say);
    }

    /// Says what is wrong with a new text, and what in the line that was typed seems misspelt; whether it can stand.
    fn tell(&self, found: &[Diagnostic], place: Span, line: &str, say: Say<'_>) -> bool {
        let wrong = found.iter().any(Diagnostic::is_error);
        let typed = |label: &Label| place.start <= label.span.start && label.span.end <= place.end;
        for fault in found {
            // A graph being drawn has much that only looks odd for now; but a name may be misspelt.
            let misspelt = !wrong && !fault.fixes.is_empty() && fault.labels.first().is_some_and(typed);
            if fault.is_error() || misspelt {
                say(Said::Diagnostic(diagnostics::moved(fault, place, line)));
            }
        }
        !wrong
    }

    /// What each question and expectation of the present text comes to.
    fn known(&mut self, options: &Options<'_>) -> BTreeMap<Key, (Finding, Text)> {
        let problem = Arc::clone(&self.state.problem);
        let mut known = BTreeMap::new();
        let Ok(prover) = Prover::new(&problem) else { return known };
        for index in (0..problem.queries.len()).take(MOST_ASKED) {
            let Some(key) = finding::key(&prover, index) else { continue };
            let found = self.findings.get(&key).cloned();
            let found = found.unwrap_or_else(|| finding::finding(&problem, &prover.answer(index, options)));
            if is_stopped(options) {
                return known;
            }
            known.insert(key, (found, Text::new().math(finding::question(&prover, index))));
        }
        for index in (0..problem.expectations.len()).take(MOST_ASKED) {
            let Some(key) = finding::expectation_key(&prover, index) else { continue };
            let expected = prover.expectation(index, options);
            if is_stopped(options) {
                return known;
            }
            let text = Text::new().math(Math::Code(expected.text.clone()));
            known.insert(key, (finding::expected(&expected), text));
        }
        known
    }

    /// Says which answers are others now.
    fn compare(&mut self, before: BTreeMap<Key, (Finding, Text)>, options: &Options<'_>, say: Say<'_>) {
        self.findings.clear();
        let after = self.known(options);
        let (mut changed, mut same) = (0, 0);
        for (key, (found, question)) in &after {
            let Some((earlier, _)) = before.get(key) else { continue };
            match found.since(earlier, question.clone()) {
                Some(text) => {
                    changed += 1;
                    say(remark(text));
                }
                None => same += 1,
            }
        }
        if is_stopped(options) {
            say(remark(Text::new().tone(Tone::Open, "Stopped").say(": not all answers were looked at again.")));
        } else {
            self.findings = after.into_iter().map(|(key, (found, _))| (key, found)).collect();
        }
        if changed == 0 && same > 0 && !is_stopped(options) {
            say(remark(Text::new().tone(Tone::Quiet, "No earlier answer changes.")));
        }
        let problem = &self.state.problem;
        let most = |asked: usize, what: &str| {
            (asked > MOST_ASKED).then(|| format!("Only the first {MOST_ASKED} of {asked} {what} were looked at again."))
        };
        for text in [most(problem.queries.len(), "questions"), most(problem.expectations.len(), "expectations")] {
            text.into_iter().for_each(|text| say(remark(Text::new().tone(Tone::Open, text))));
        }
    }

    /// What the current graph is like, and what an edit has cost.
    pub(super) fn summary(&self, lost: &[String], say: Say<'_>) {
        if let Some((at, name)) = self.current()
            && let Some((_, entry)) = self.state.problem.graphs.get_index(at)
        {
            let graph = &entry.source;
            let edges = graph.directed_count() + graph.bidirected_count();
            say(remark(Text::new().name(name).say(format!(
                ": {}, {}.",
                finding::count(graph.len(), "variable", "variables"),
                finding::count(edges, "edge", "edges")
            ))));
        }
        for text in lost {
            say(remark(Text::new().math(Math::Code(text.clone())).say(" can no longer be asked and is left out.")));
        }
    }
}

/// A text that ends with a line end, if it is not empty.
fn ended(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}
