use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A part of what a line of history stands for, whole and with its own lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "piece", rename_all = "camelCase")]
pub enum Piece {
    /// What somebody said: Markdown.
    Said { text: String },
    /// To be read as it is: a thought, what a tool was given, what it brought.
    Shown { title: String, text: String },
}

impl Piece {
    pub fn text(&self) -> &str {
        match self {
            Self::Said { text } | Self::Shown { text, .. } => text,
        }
    }
}
