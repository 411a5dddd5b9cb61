//! `whatif lsp` as an editor uses it: the program in a process of its own, messages over its pipes.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

/// Longer than any machine takes; nothing waits for it but a test that fails.
const PATIENCE: Duration = Duration::from_secs(120);

struct Editor {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    /// What came in the meantime.
    aside: Vec<Value>,
    requests: i64,
}

impl Editor {
    fn new(client: &Value) -> (Self, Value) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_whatif"))
            .args(["lsp", "--stdio"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = child.stdout.take().unwrap();
        let (sender, messages) = mpsc::channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let mut editor = Self { child, input, messages, aside: Vec::new(), requests: 0 };
        let told = editor.ask("initialize", client);
        editor.tell("initialized", &json!({}));
        (editor, told)
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.aside.iter().position(&wanted) {
            return self.aside.remove(at);
        }
        loop {
            let message = self.messages.recv_timeout(PATIENCE).unwrap();
            if wanted(&message) {
                return message;
            }
            self.aside.push(message);
        }
    }

    fn response(&mut self, method: &str, params: &Value) -> Value {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        self.wait(|message| message["id"] == id && message.get("method").is_none())
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        let response = self.response(method, params);
        assert!(response.get("error").is_none(), "{response}");
        response["result"].clone()
    }

    fn write(&mut self, version: i64, text: &str) {
        let (method, params) = if version == 1 {
            let document = json!({ "uri": URI, "languageId": "causal", "version": 1, "text": text });
            ("textDocument/didOpen", json!({ "textDocument": document }))
        } else {
            let document = json!({ "uri": URI, "version": version });
            ("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [{ "text": text }] }))
        };
        self.tell(method, &params);
    }

    /// The next diagnostics of a version, as ranges and messages.
    fn diagnostics(&mut self, version: i64) -> Value {
        let told = self.wait(|message| {
            message["method"] == "textDocument/publishDiagnostics" && message["params"]["version"] == version
        });
        told["params"]["diagnostics"].clone()
    }

    fn at(&mut self, method: &str, line: u32, character: u32) -> Value {
        self.ask(method, &place(line, character))
    }

    fn end(mut self) {
        self.ask("shutdown", &Value::Null);
        self.tell("exit", &Value::Null);
        assert!(self.child.wait().unwrap().success());
    }
}

const URI: &str = "file:///work/shop.causal";

fn place(line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": URI }, "position": { "line": line, "character": character } })
}

fn document() -> Value {
    json!({ "textDocument": { "uri": URI } })
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim() {
            "" => break,
            header => {
                if let Some(value) = header.strip_prefix("Content-Length: ") {
                    length = value.parse().ok()?;
                }
            }
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

fn client() -> Value {
    json!({
        "processId": null,
        "rootUri": null,
        "capabilities": { "workspace": { "codeLens": { "refreshSupport": true } } },
    })
}

const TEXT: &str = "\
graph shop {
    service -> engagement -> churn
    service -> churn
}
total: P(churn | do(engagement))
expect identifiable P(churn | do(engagement))
";

#[test]
fn a_session() {
    let (mut editor, told) = Editor::new(&client());
    assert_eq!(told["capabilities"]["positionEncoding"], "utf-16");
    assert_eq!(told["serverInfo"]["name"], "whatif");

    // A mistake is told while it is typed, and can be mended.
    editor.write(1, &TEXT.replace("do(engagement))\nexpect", "do(engagment))\nexpect"));
    let wrong = editor.diagnostics(1);
    assert_eq!(wrong.as_array().unwrap().len(), 1);
    assert_eq!(wrong[0]["code"], "whatif::unknown_variable");
    assert_eq!(wrong[0]["range"]["start"], json!({ "line": 4, "character": 20 }));
    let params = json!({
        "textDocument": { "uri": URI }, "range": wrong[0]["range"], "context": { "diagnostics": wrong },
    });
    let actions = editor.ask("textDocument/codeAction", &params);
    assert_eq!(actions[0]["title"], "write engagement");
    assert_eq!(actions[0]["edit"]["changes"][URI][0]["newText"], "engagement");

    // Without it the question is answered, and the editor told to look.
    editor.write(2, TEXT);
    assert_eq!(editor.diagnostics(2), json!([]));
    editor.wait(|message| message["method"] == "workspace/codeLens/refresh");
    let lenses = editor.ask("textDocument/codeLens", &document());
    assert_eq!(lenses[0]["command"]["title"], "identifiable: adjust for service · show steps");
    assert_eq!(lenses[0]["command"]["command"], "whatif.steps");
    assert_eq!(lenses[1]["command"]["title"], "holds");
    let steps = editor.ask(
        "workspace/executeCommand",
        &json!({ "command": "whatif.steps", "arguments": lenses[0]["command"]["arguments"] }),
    );
    assert!(steps.as_str().unwrap().contains("rule 2"), "{steps}");
    let hints = editor.ask("textDocument/inlayHint", &document());
    assert_eq!(hints[0]["label"], "= Σ_{service} P(service) P(churn | service, engagement)");
    let hover = editor.at("textDocument/hover", 4, 7);
    assert!(hover["contents"]["value"].as_str().unwrap().contains("Back-door"), "{hover}");

    let definition = editor.at("textDocument/definition", 4, 22);
    assert_eq!(definition["range"]["start"], json!({ "line": 1, "character": 15 }));
    assert_eq!(editor.at("textDocument/references", 4, 22).as_array().unwrap().len(), 3);
    let renamed = json!({
        "textDocument": { "uri": URI }, "position": { "line": 4, "character": 22 }, "newName": "use",
    });
    let edit = editor.ask("textDocument/rename", &renamed);
    assert_eq!(edit["changes"][URI].as_array().unwrap().len(), 3);
    let taken = json!({
        "textDocument": { "uri": URI }, "position": { "line": 4, "character": 22 }, "newName": "churn",
    });
    let refused = editor.response("textDocument/rename", &taken);
    assert!(refused["error"]["message"].as_str().unwrap().contains("something else"), "{refused}");
    let symbols = editor.ask("textDocument/documentSymbol", &document());
    assert_eq!(symbols[0]["children"].as_array().unwrap().len(), 3);
    assert_eq!(editor.ask("textDocument/formatting", &document()), json!([]));
    let tokens = editor.ask("textDocument/semanticTokens/full", &document());
    let data = tokens["data"].as_array().unwrap();
    assert!(data.len() > 50 && data.len().is_multiple_of(5), "{tokens}");

    // What is half written is completed, and an expectation that no longer holds is told where it stands.
    editor.write(3, &format!("{}P(ch", TEXT.replace("expect identifiable", "expect not identifiable")));
    let words = editor.at("textDocument/completion", 6, 4);
    assert_eq!(words[0]["label"], "churn");
    editor.write(4, &TEXT.replace("expect identifiable", "expect not identifiable"));
    let told = loop {
        let told = editor.diagnostics(4);
        if told != json!([]) {
            break told;
        }
    };
    assert_eq!(told[0]["range"]["start"]["line"], 5);
    assert!(told[0]["message"].as_str().unwrap().starts_with("expected otherwise"), "{told}");
    let unknown = editor.response("whatif/nothing", &json!({}));
    assert_eq!(unknown["error"]["code"], -32601);
    editor.end();
}

#[test]
fn characters_are_counted_as_agreed() {
    let mut bytes = client();
    bytes["capabilities"]["general"] = json!({ "positionEncodings": ["utf-8", "utf-16"] });
    for (client, column) in [(client(), 13), (bytes, 16)] {
        let (mut editor, _) = Editor::new(&client);
        editor.write(1, "graph { \"é→\" -> x y z }\n");
        let tokens = editor.ask("textDocument/semanticTokens/full", &document());
        let data: Vec<u64> = tokens["data"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
        let arrow: u64 = data.chunks(5).take_while(|token| token[3] != 2).map(|token| token[1]).sum();
        let step = data.chunks(5).find(|token| token[3] == 2).unwrap()[1];
        assert_eq!(arrow + step, column);
        editor.end();
    }
}

/// A question that takes long is stopped by the next change, and a keystroke is answered meanwhile.
#[test]
fn a_long_answer_keeps_no_keystroke_waiting() {
    let (mut editor, _) = Editor::new(&client());
    let mut text = String::from("graph {\n");
    for node in 0..400 {
        text += &format!("    v{node} -> v{}; v{node} <-> v{}\n", node + 1, node + 1);
    }
    text += "}\n";
    for node in 0..200 {
        text += &format!("P(v400 | do(v{node}))\n");
    }
    for version in 1..20 {
        editor.write(version, &text);
        text.push_str("// more\n");
        assert_eq!(editor.diagnostics(version), json!([]));
    }
    editor.write(20, "graph { x -> y }\nP(y | do(x))\n");
    assert_eq!(editor.diagnostics(20), json!([]));
    editor.wait(|message| message["method"] == "workspace/codeLens/refresh");
    let lenses = loop {
        let lenses = editor.ask("textDocument/codeLens", &document());
        if lenses != json!([]) {
            break lenses;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(lenses[0]["command"]["title"].as_str().unwrap().starts_with("identifiable"), "{lenses}");
    editor.end();
}
