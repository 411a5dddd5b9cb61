//! `whatif lsp`: a language server on standard input and output.
//!
//! One thread reads what the editor says and answers from the text alone, at once; another answers the questions of the
//! text, is stopped by each change of it, and tells the editor to ask again when it has something. `lsp-server` carries the
//! messages. The few shapes of them that occur here are in `shapes`: a crate with the types of the whole protocol takes
//! longer to compile than the rest of this folder and its two dependencies together.

mod desk;
mod places;
mod shapes;

use super::output::Output;
use super::status;
use desk::Desk;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, Response};
use places::Encoding;
use serde_json::{Value, json};
use shapes::{At, Renamed, TextDocument};

/// What is asked of the server in the course of a session.
const STEPS: &str = "whatif.steps";

/// `whatif lsp`
#[derive(clap::Args, Debug)]
#[command(after_help = HELP)]
pub struct Lsp {
    /// Speak on standard input and output, the only way there is; some editors say so
    #[arg(long)]
    stdio: bool,
}

const HELP: &str = "\
An editor starts this program by itself and keeps its input open; editors/ says what to write in its settings.

Examples:
  whatif lsp < /dev/null";

/// Serves until the editor ends the session.
pub fn lsp(_: &Lsp, output: &mut Output) -> u8 {
    let (connection, threads) = Connection::stdio();
    match serve(&connection) {
        Ok(()) => {
            drop(connection);
            // The reading thread ends with the input.
            let _ = threads.join();
            status::FINE
        }
        Err(why) => {
            output.remark(&format!("whatif lsp: {why}"));
            status::INPUT
        }
    }
}

fn serve(connection: &Connection) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (id, client) = match connection.initialize_start() {
        Ok(begun) => begun,
        // Nobody was there.
        Err(why) if why.channel_is_disconnected() => return Ok(()),
        Err(why) => return Err(why.into()),
    };
    let encoding = Encoding::agreed(&client);
    let capabilities = json!({
        "capabilities": {
            "positionEncoding": encoding.name(),
            "textDocumentSync": { "openClose": true, "change": 1 },
            "completionProvider": { "triggerCharacters": ["(", "|", ",", " "] },
            "hoverProvider": true,
            "definitionProvider": true,
            "referencesProvider": true,
            "renameProvider": { "prepareProvider": true },
            "documentSymbolProvider": true,
            "documentFormattingProvider": true,
            "codeActionProvider": { "codeActionKinds": ["quickfix"] },
            "codeLensProvider": { "resolveProvider": false },
            "inlayHintProvider": true,
            "executeCommandProvider": { "commands": [STEPS] },
            "semanticTokensProvider": {
                "legend": { "tokenTypes": shapes::TOKENS, "tokenModifiers": [] },
                "full": true,
            },
        },
        "serverInfo": { "name": "whatif", "version": env!("CARGO_PKG_VERSION") },
    });
    connection.initialize_finish(id, capabilities)?;
    let mut desk = Desk::new(connection.sender.clone(), encoding, &client);
    for message in &connection.receiver {
        match message {
            Message::Request(request) => {
                if connection.handle_shutdown(&request)? {
                    break;
                }
                connection.sender.send(answer(&mut desk, request).into())?;
            }
            Message::Notification(notification) => notice(&mut desk, notification),
            Message::Response(_) => {}
        }
    }
    desk.close();
    Ok(())
}

fn notice(desk: &mut Desk, notification: Notification) {
    let Notification { method, params } = notification;
    match method.as_str() {
        "textDocument/didOpen" => {
            if let Ok(opened) = serde_json::from_value::<shapes::Opened>(params) {
                desk.changed(&opened.text_document.uri, opened.text_document.version, opened.text_document.text);
            }
        }
        "textDocument/didChange" => {
            if let Ok(mut changed) = serde_json::from_value::<shapes::Changed>(params)
                && let Some(last) = changed.content_changes.pop()
            {
                desk.changed(&changed.text_document.uri, changed.text_document.version, last.text);
            }
        }
        "textDocument/didClose" => {
            if let Ok(closed) = serde_json::from_value::<TextDocument>(params) {
                desk.closed(&closed.text_document.uri);
            }
        }
        _ => {}
    }
}

fn answer(desk: &mut Desk, request: Request) -> Response {
    let Request { id, method, params } = request;
    let result = match method.as_str() {
        "textDocument/completion" => at(params, |at| desk.completion(&at)),
        "textDocument/hover" => at(params, |at| desk.hover(&at)),
        "textDocument/definition" => at(params, |at| desk.definition(&at)),
        "textDocument/references" => at(params, |at| desk.references(&at)),
        "textDocument/prepareRename" => at(params, |at| desk.prepare_rename(&at)),
        "textDocument/rename" => match serde_json::from_value::<Renamed>(params) {
            Ok(renamed) => match desk.rename(&renamed) {
                Ok(edit) => Ok(edit),
                Err(why) => return Response::new_err(id, ErrorCode::InvalidParams as i32, why),
            },
            Err(why) => Err(why),
        },
        "textDocument/documentSymbol" => document(params, |uri| desk.symbols(uri)),
        "textDocument/formatting" => document(params, |uri| desk.formatting(uri)),
        "textDocument/codeLens" => document(params, |uri| desk.lenses(uri)),
        "textDocument/inlayHint" => document(params, |uri| desk.hints(uri)),
        "textDocument/semanticTokens/full" => document(params, |uri| desk.tokens(uri)),
        "textDocument/codeAction" => {
            serde_json::from_value::<shapes::Actions>(params).map(|asked| desk.actions(&asked))
        }
        "workspace/executeCommand" => {
            serde_json::from_value::<shapes::Execute>(params).map(|execute| desk.execute(&execute))
        }
        _ => {
            let why = format!("{method} is not served");
            return Response::new_err(id, ErrorCode::MethodNotFound as i32, why);
        }
    };
    match result {
        Ok(value) => Response::new_ok(id, value),
        Err(why) => Response::new_err(id, ErrorCode::InvalidParams as i32, why.to_string()),
    }
}

fn at(params: Value, f: impl FnOnce(At) -> Value) -> Result<Value, serde_json::Error> {
    serde_json::from_value(params).map(f)
}

fn document(params: Value, f: impl FnOnce(&str) -> Value) -> Result<Value, serde_json::Error> {
    serde_json::from_value::<TextDocument>(params).map(|document| f(&document.text_document.uri))
}
