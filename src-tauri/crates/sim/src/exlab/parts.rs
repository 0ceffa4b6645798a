//! What a test or a scenario puts into an ExLab-Wizard.

use serde::Serialize;
use serde_json::{Value, json};

/// A POST as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    pub path: String,
    pub body: Value,
}

/// A session to be started.
#[derive(Clone, Debug)]
pub struct Draft {
    pub label: String,
    pub equipment: String,
    pub project: String,
    /// What its plugins ask for, one after the other.
    pub forms: Vec<Value>,
    /// How it ends if nobody cancels it.
    pub end: End,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    Done,
    /// With this code and message, and without a word on the queue.
    Failed(String, String),
}

impl Draft {
    pub fn new(label: &str) -> Self {
        Self {
            label: label.to_owned(),
            equipment: "EQ1".to_owned(),
            project: "Proj A".to_owned(),
            forms: Vec::new(),
            end: End::Done,
        }
    }

    pub fn asking(mut self, form: Value) -> Self {
        self.forms.push(form);
        self
    }

    pub fn on(mut self, equipment: &str, project: &str) -> Self {
        (self.equipment, self.project) = (equipment.to_owned(), project.to_owned());
        self
    }

    pub fn failing(mut self, code: &str, message: &str) -> Self {
        self.end = End::Failed(code.to_owned(), message.to_owned());
        self
    }
}

/// A wish for input with one field, as a plugin puts it.
pub fn form(reason: &str, fields: &[Value]) -> Value {
    json!({ "plugin": "input_required_plugin", "fields": fields, "reason": reason })
}

/// The field of the recorded run.
pub fn color() -> Value {
    json!({ "id": "color", "label": "Favorite color?", "type": "string", "required": true })
}

/// A finding as every list tells it. Its `override_active` follows from the records of its run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub rule: String,
    pub tier: String,
    pub run_path: String,
    pub offending_path: String,
    pub offending_kind: String,
    pub matched_token: Option<String>,
    pub rule_detail: String,
    pub synced_under_prior_policy: bool,
    pub override_active: bool,
}

impl Problem {
    pub fn new(rule: &str, run_path: &str) -> Self {
        Self {
            rule: rule.to_owned(),
            tier: "soft".to_owned(),
            run_path: run_path.to_owned(),
            offending_path: run_path.to_owned(),
            offending_kind: "directory_segment".to_owned(),
            matched_token: None,
            rule_detail: String::new(),
            synced_under_prior_policy: false,
            override_active: false,
        }
    }

    pub fn hard(mut self) -> Self {
        self.tier = "hard".to_owned();
        self
    }

    pub fn at(mut self, offending_path: &str, token: &str) -> Self {
        self.offending_path = offending_path.to_owned();
        self.matched_token = Some(token.to_owned());
        self
    }

    pub fn saying(mut self, detail: &str) -> Self {
        self.rule_detail = detail.to_owned();
        self
    }
}

/// How the server behaves from now on. The default is a healthy server of the recorded version.
#[derive(Clone, Debug)]
pub struct Quirks {
    /// On connect, the last published snapshot follows the fresh one.
    pub stale_snapshot: bool,
    /// What is still missing of its setup: nothing works without it.
    pub missing: Vec<String>,
    /// Nothing more is written to any socket, and none is closed.
    pub stalled: bool,
    /// Every GET is answered with this status.
    pub trouble: Option<u16>,
    /// Working steps of a session take this long.
    pub step_ms: u64,
    /// What becomes of the next POST. Holds for one.
    pub next_post: Option<crate::fault::NextPost>,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            stale_snapshot: true,
            missing: Vec::new(),
            stalled: false,
            trouble: None,
            step_ms: 5,
            next_post: None,
        }
    }
}
