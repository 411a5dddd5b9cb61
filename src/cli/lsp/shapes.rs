//! The shapes of messages: Language Server Protocol 3.17, as far as it is used here.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The kinds of semantic tokens, in the order of their numbers.
pub const TOKENS: [&str; 10] =
    ["keyword", "function", "operator", "number", "string", "comment", "namespace", "class", "variable", "property"];

/// A place: line and character from 0, the character in the units agreed.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Position {
    pub line: u32,
    pub character: u32,
}

/// Half-open.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Range {
    pub start: Position,
    pub end: Position,
}

#[derive(Deserialize)]
pub struct Uri {
    pub uri: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TextDocument {
    pub text_document: Uri,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct At {
    pub text_document: Uri,
    pub position: Position,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Renamed {
    pub text_document: Uri,
    pub position: Position,
    pub new_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Actions {
    pub text_document: Uri,
    pub range: Range,
}

#[derive(Deserialize)]
pub struct Execute {
    pub command: String,
    #[serde(default)]
    pub arguments: Vec<Value>,
}

#[derive(Deserialize)]
pub struct Item {
    pub uri: String,
    pub version: i64,
    pub text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Opened {
    pub text_document: Item,
}

#[derive(Deserialize)]
pub struct Versioned {
    pub uri: String,
    pub version: i64,
}

/// The whole text: the server asks for nothing less.
#[derive(Deserialize)]
pub struct Text {
    pub text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    pub text_document: Versioned,
    pub content_changes: Vec<Text>,
}
