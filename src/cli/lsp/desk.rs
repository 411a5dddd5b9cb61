//! The open documents, and the thread that answers their questions.

use super::places::Encoding;
use super::shapes::{Actions, At, Execute, Range, Renamed};
use crossbeam_channel::Sender;
use lsp_server::{Message, Notification, Request};
use rustc_hash::FxHashMap;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use whatif::answer::{Options, Prover};
use whatif::ide::{Answers, Entity, File, NoRename, Symbol, SymbolKind, Token};
use whatif::source::{Diagnostic, Severity, Source, Span};

/// How long nothing must be typed before questions are answered.
const QUIET: Duration = Duration::from_millis(120);
/// How often an editor is told that there are more answers.
const NEWS: Duration = Duration::from_millis(250);

/// An open document.
struct Document {
    version: i64,
    file: Arc<File>,
    /// Stops the answering of this version.
    stop: Arc<AtomicBool>,
}

/// What has been answered of a document, and of which version.
struct Known {
    version: i64,
    answers: Answers,
}

/// Answers by document.
type Shelf = Arc<Mutex<FxHashMap<String, Known>>>;

/// A version of a document to be answered.
struct Job {
    uri: String,
    version: i64,
    file: Arc<File>,
    stop: Arc<AtomicBool>,
}

/// Everything that a session knows.
pub struct Desk {
    voice: Voice,
    documents: FxHashMap<String, Document>,
    shelf: Shelf,
    jobs: Option<mpsc::Sender<Job>>,
    worker: Option<JoinHandle<()>>,
    /// Whether the editor has a command of its own to show a derivation.
    shows_steps: bool,
}

/// What is said to the editor without being asked.
#[derive(Clone)]
struct Voice {
    sender: Sender<Message>,
    encoding: Encoding,
    /// Whether it asks again for lenses and for hints when it is told to.
    refreshes: [bool; 2],
    requests: Arc<AtomicI32>,
}

impl Voice {
    fn notify(&self, method: &str, params: Value) {
        // An editor that has gone away is told nothing.
        let _ = self.sender.send(Notification { method: method.to_owned(), params }.into());
    }

    fn refresh(&self) {
        for (method, wanted) in ["workspace/codeLens/refresh", "workspace/inlayHint/refresh"].iter().zip(self.refreshes)
        {
            if wanted {
                let id = self.requests.fetch_add(1, Ordering::Relaxed);
                let request = Request { id: id.into(), method: (*method).to_owned(), params: Value::Null };
                let _ = self.sender.send(request.into());
            }
        }
    }

    /// Tells what is wrong: in the text, and in what came of its expectations and proofs.
    fn publish(&self, uri: &str, version: i64, file: &File, answers: Option<&Answers>) {
        let source = file.source();
        let mut all: Vec<Value> = file.diagnostics().iter().map(|wrong| self.diagnostic(uri, source, wrong)).collect();
        for (span, why) in answers.map(|answers| file.disappointments(answers)).unwrap_or_default() {
            all.push(json!({
                "range": self.encoding.range(source, span), "severity": 2, "source": "whatif", "message": why,
            }));
        }
        self.notify("textDocument/publishDiagnostics", json!({ "uri": uri, "version": version, "diagnostics": all }));
    }

    fn diagnostic(&self, uri: &str, source: &Source, wrong: &Diagnostic) -> Value {
        let range = |span: Span| self.encoding.range(source, span);
        let main = wrong.labels.first().map_or_else(Span::default, |label| label.span);
        let mut message = wrong.message.clone();
        if let Some(help) = &wrong.help {
            message += &format!("\n{help}");
        }
        let others = wrong
            .labels
            .iter()
            .skip(1)
            .map(|label| json!({ "location": { "uri": uri, "range": range(label.span) }, "message": label.text }));
        json!({
            "range": range(main),
            "severity": if wrong.severity == Severity::Error { 1 } else { 2 },
            "code": wrong.code,
            "source": "whatif",
            "message": message,
            "relatedInformation": others.collect::<Vec<_>>(),
        })
    }
}

impl Desk {
    /// An empty desk, its thread waiting.
    pub fn new(sender: Sender<Message>, encoding: Encoding, client: &Value) -> Self {
        let can = |path: &str| client.pointer(path).and_then(Value::as_bool) == Some(true);
        let refreshes = [
            can("/capabilities/workspace/codeLens/refreshSupport"),
            can("/capabilities/workspace/inlayHint/refreshSupport"),
        ];
        let voice = Voice { sender, encoding, refreshes, requests: Arc::new(AtomicI32::new(1)) };
        let shelf = Shelf::default();
        let (jobs, waiting) = mpsc::channel();
        let worker = {
            let (voice, shelf) = (voice.clone(), Arc::clone(&shelf));
            std::thread::spawn(move || work(&voice, &shelf, &waiting))
        };
        let shows_steps = can("/initializationOptions/showsSteps");
        Self { voice, documents: FxHashMap::default(), shelf, jobs: Some(jobs), worker: Some(worker), shows_steps }
    }

    /// Stops what is being worked on.
    pub fn close(mut self) {
        self.documents.values().for_each(|document| document.stop.store(true, Ordering::Relaxed));
        self.jobs = None;
        if let Some(worker) = self.worker.take() {
            let _ = worker.join();
        }
    }

    /// A document has been opened, or has another text.
    pub fn changed(&mut self, uri: &str, version: i64, text: String) {
        let file = Arc::new(File::read(&Source::new(name(uri), text)));
        let stop = Arc::new(AtomicBool::new(false));
        let document = Document { version, file: Arc::clone(&file), stop: Arc::clone(&stop) };
        let old = self.documents.insert(uri.to_owned(), document);
        if let Some(old) = &old {
            old.stop.store(true, Ordering::Relaxed);
        }
        {
            let mut shelf = locked(&self.shelf);
            let known = shelf.remove(uri).zip(old);
            let answers = match known {
                Some((known, old)) if known.version == old.version => file.carried(&old.file, known.answers),
                _ => Answers::none(file.problem()),
            };
            self.voice.publish(uri, version, &file, Some(&answers));
            shelf.insert(uri.to_owned(), Known { version, answers });
        }
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send(Job { uri: uri.to_owned(), version, file, stop });
        }
    }

    /// A document has been closed.
    pub fn closed(&mut self, uri: &str) {
        if let Some(document) = self.documents.remove(uri) {
            document.stop.store(true, Ordering::Relaxed);
            self.voice.notify("textDocument/publishDiagnostics", json!({ "uri": uri, "diagnostics": [] }));
        }
        locked(&self.shelf).remove(uri);
    }

    fn file(&self, uri: &str) -> Option<&Arc<File>> {
        Some(&self.documents.get(uri)?.file)
    }

    fn range(&self, file: &File, span: Span) -> Range {
        self.voice.encoding.range(file.source(), span)
    }

    fn place(&self, at: &At) -> Option<(&Arc<File>, usize)> {
        let file = self.file(&at.text_document.uri)?;
        Some((file, self.voice.encoding.offset(file.source(), at.position)))
    }

    fn location(&self, uri: &str, file: &File, span: Span) -> Value {
        json!({ "uri": uri, "range": self.range(file, span) })
    }

    pub fn completion(&self, at: &At) -> Value {
        let Some((file, offset)) = self.place(at) else { return Value::Null };
        let (span, words) = file.complete(offset);
        let range = self.range(file, span);
        let items = words
            .into_iter()
            .map(|word| json!({ "label": word, "filterText": word, "textEdit": { "range": range, "newText": word } }));
        json!(items.collect::<Vec<_>>())
    }

    pub fn hover(&self, at: &At) -> Value {
        let Some((file, offset)) = self.place(at) else { return Value::Null };
        let shelf = locked(&self.shelf);
        let none = Answers::default();
        let answers = shelf.get(&at.text_document.uri).map_or(&none, |known| &known.answers);
        file.hover(offset, answers).map_or(Value::Null, |hover| {
            let range = self.range(file, hover.span);
            json!({ "contents": { "kind": "markdown", "value": hover.text }, "range": range })
        })
    }

    pub fn definition(&self, at: &At) -> Value {
        let Some((file, offset)) = self.place(at) else { return Value::Null };
        file.definition(offset).map_or(Value::Null, |span| self.location(&at.text_document.uri, file, span))
    }

    pub fn references(&self, at: &At) -> Value {
        let Some((file, offset)) = self.place(at) else { return Value::Null };
        let uri = &at.text_document.uri;
        json!(file.references(offset).into_iter().map(|span| self.location(uri, file, span)).collect::<Vec<_>>())
    }

    pub fn prepare_rename(&self, at: &At) -> Value {
        let Some((file, offset)) = self.place(at) else { return Value::Null };
        file.name_at(offset)
            .map_or(Value::Null, |(span, name, _)| json!({ "range": self.range(file, span), "placeholder": name }))
    }

    pub fn rename(&self, asked: &Renamed) -> Result<Value, String> {
        let uri = &asked.text_document.uri;
        let file = self.file(uri).ok_or("the document is not open")?;
        let offset = self.voice.encoding.offset(file.source(), asked.position);
        let changes = file.rename(offset, &asked.new_name).map_err(|why| match why {
            NoRename::NoName => "no name stands here".to_owned(),
            NoRename::Malformed => "a name has at least one character, no line end, quote or backslash".to_owned(),
            NoRename::Taken(name) => format!("{name} is the name of something else in this file"),
            NoRename::Errors => "mend the errors of the file first: a place might be missed".to_owned(),
        })?;
        let edits = changes.into_iter().map(|(span, text)| json!({ "range": self.range(file, span), "newText": text }));
        Ok(json!({ "changes": { uri: edits.collect::<Vec<_>>() } }))
    }

    pub fn symbols(&self, uri: &str) -> Value {
        let Some(file) = self.file(uri) else { return Value::Null };
        json!(file.symbols().iter().map(|symbol| self.symbol(file, symbol)).collect::<Vec<_>>())
    }

    fn symbol(&self, file: &File, symbol: &Symbol) -> Value {
        let kind = match symbol.kind {
            SymbolKind::Graph => 3,
            SymbolKind::Model => 5,
            SymbolKind::Variable => 13,
            SymbolKind::Table => 18,
            SymbolKind::Let => 14,
            SymbolKind::Question => 12,
            SymbolKind::Expectation => 17,
            SymbolKind::Proof => 6,
        };
        json!({
            "name": symbol.name,
            "kind": kind,
            "range": self.range(file, symbol.span),
            "selectionRange": self.range(file, symbol.at),
            "children": symbol.inner.iter().map(|inner| self.symbol(file, inner)).collect::<Vec<_>>(),
        })
    }

    pub fn formatting(&self, uri: &str) -> Value {
        let Some(file) = self.file(uri) else { return Value::Null };
        let source = file.source();
        match file.formatted() {
            Ok(text) if text != source.text() => {
                let range = self.range(file, Span::new(0, source.text().len()));
                json!([{ "range": range, "newText": text }])
            }
            Ok(_) => json!([]),
            Err(_) => Value::Null,
        }
    }

    pub fn lenses(&self, uri: &str) -> Value {
        let Some(file) = self.file(uri) else { return Value::Null };
        let shelf = locked(&self.shelf);
        let Some(known) = shelf.get(uri) else { return json!([]) };
        let lenses = file.lenses(&known.answers).into_iter().map(|lens| {
            let range = self.range(file, Span::new(lens.span.start, lens.span.start));
            let command = match lens.steps {
                Some(index) => {
                    let command = if self.shows_steps { "whatif.showSteps" } else { super::STEPS };
                    let title = format!("{} · show steps", lens.text);
                    json!({ "title": title, "command": command, "arguments": [uri, index] })
                }
                None => json!({ "title": lens.text, "command": "" }),
            };
            json!({ "range": range, "command": command })
        });
        json!(lenses.collect::<Vec<_>>())
    }

    /// The formula beside each question that has one.
    pub fn hints(&self, uri: &str) -> Value {
        let Some(file) = self.file(uri) else { return Value::Null };
        let shelf = locked(&self.shelf);
        let Some(known) = shelf.get(uri) else { return json!([]) };
        let hints = file.hints(&known.answers).into_iter().map(|(at, text)| {
            json!({
                "position": self.voice.encoding.position(file.source(), at), "label": text, "paddingLeft": true,
            })
        });
        json!(hints.collect::<Vec<_>>())
    }

    pub fn tokens(&self, uri: &str) -> Value {
        let Some(file) = self.file(uri) else { return Value::Null };
        let (mut line, mut character) = (0, 0);
        let mut data: Vec<u32> = Vec::new();
        for (span, token) in file.tokens() {
            let range = self.range(file, span);
            // A comment over several lines is left to the editor's own colours.
            if range.start.line != range.end.line {
                continue;
            }
            let kind = match token {
                Token::Keyword => 0,
                Token::Function => 1,
                Token::Operator => 2,
                Token::Number => 3,
                Token::Text => 4,
                Token::Comment => 5,
                Token::Name(Entity::Graph) => 6,
                Token::Name(Entity::Model | Entity::Table) => 7,
                Token::Name(Entity::Variable) => 8,
                Token::Name(Entity::Expression) => 9,
            };
            let start = range.start;
            let column = if start.line == line { start.character - character } else { start.character };
            data.extend([start.line - line, column, range.end.character - start.character, kind, 0]);
            (line, character) = (start.line, start.character);
        }
        json!({ "data": data })
    }

    pub fn actions(&self, asked: &Actions) -> Value {
        let uri = &asked.text_document.uri;
        let Some(file) = self.file(uri) else { return Value::Null };
        let offset = |position| self.voice.encoding.offset(file.source(), position);
        let at = Span::new(offset(asked.range.start), offset(asked.range.end));
        let actions = file.fixes(at).into_iter().map(|(wrong, fix)| {
            json!({
                "title": fix.title,
                "kind": "quickfix",
                "diagnostics": [self.voice.diagnostic(uri, file.source(), wrong)],
                "edit": { "changes": { uri: [{ "range": self.range(file, fix.span), "newText": fix.text }] } },
            })
        });
        json!(actions.collect::<Vec<_>>())
    }

    /// The derivation behind an answer, in Markdown; shown as a message too where the editor has no better way.
    pub fn execute(&self, asked: &Execute) -> Value {
        let (Some(uri), Some(index)) = (asked.arguments.first().and_then(Value::as_str), asked.arguments.get(1)) else {
            return Value::Null;
        };
        let Some((file, index)) = self.file(uri).zip(index.as_u64()) else { return Value::Null };
        if asked.command != super::STEPS {
            return Value::Null;
        }
        let shelf = locked(&self.shelf);
        let answer = shelf.get(uri).and_then(|known| known.answers.answers.get(index as usize)?.as_ref());
        let Some(text) = answer.map(|answer| file.steps(answer)) else { return Value::Null };
        if !self.shows_steps {
            self.voice.notify("window/showMessage", json!({ "type": 3, "message": text }));
        }
        json!(text)
    }
}

/// What a document is called in messages: the end of its address.
fn name(uri: &str) -> &str {
    uri.rsplit('/').next().unwrap_or(uri)
}

fn locked(shelf: &Shelf) -> MutexGuard<'_, FxHashMap<String, Known>> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers what is asked, the latest version of each document, until the session ends.
fn work(voice: &Voice, shelf: &Shelf, waiting: &mpsc::Receiver<Job>) {
    // By document, the last first.
    let mut pending: Vec<Job> = Vec::new();
    let add = |job: Job, pending: &mut Vec<Job>| match pending.binary_search_by(|other| job.uri.cmp(&other.uri)) {
        Ok(older) => pending[older] = job,
        Err(place) => pending.insert(place, job),
    };
    loop {
        if pending.is_empty() {
            let Ok(job) = waiting.recv() else { return };
            add(job, &mut pending);
        }
        loop {
            match waiting.recv_timeout(QUIET) {
                Ok(job) => add(job, &mut pending),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        if let Some(job) = pending.pop() {
            answer(voice, shelf, &job);
        }
    }
}

/// Answers the questions of one version that have no answer yet; gives up when it is stopped.
fn answer(voice: &Voice, shelf: &Shelf, job: &Job) {
    let problem = job.file.problem();
    if !job.file.is_sound() {
        return;
    }
    let Ok(prover) = Prover::new(problem) else { return };
    let options = Options { cancel: Some(&job.stop), ..Options::default() };
    let stopped = || job.stop.load(Ordering::Relaxed);
    // Puts an answer on the shelf, if it is still asked for.
    let put = |put: &mut dyn FnMut(&mut Answers)| {
        let mut shelf = locked(shelf);
        let known = shelf.get_mut(&job.uri).filter(|known| known.version == job.version);
        known.is_some_and(|known| {
            put(&mut known.answers);
            !stopped()
        })
    };
    let has = |has: &dyn Fn(&Answers) -> bool| {
        locked(shelf).get(&job.uri).is_some_and(|known| known.version == job.version && has(&known.answers))
    };
    let mut told = Instant::now();
    for index in 0..problem.queries.len() {
        if has(&|answers| answers.answers.get(index).is_some_and(Option::is_some)) {
            continue;
        }
        let mut answer = Some(prover.answer(index, &options));
        if stopped() || !put(&mut |answers| answers.put(index, answer.take())) {
            return;
        }
        if told.elapsed() > NEWS {
            told = Instant::now();
            voice.refresh();
        }
    }
    for index in 0..problem.expectations.len() {
        if has(&|answers| answers.expected.get(index).is_some_and(Option::is_some)) {
            continue;
        }
        let mut expected = Some(prover.expectation(index, &options));
        if stopped() || !put(&mut |answers| answers.put_expected(index, expected.take())) {
            return;
        }
    }
    // Under the lock, so that no later version has been published before.
    let shelf = locked(shelf);
    if let Some(known) = shelf.get(&job.uri).filter(|known| known.version == job.version) {
        voice.publish(&job.uri, job.version, &job.file, Some(&known.answers));
    }
    drop(shelf);
    voice.refresh();
}
