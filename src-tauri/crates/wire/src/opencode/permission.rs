//! A permission: opencode wants to edit, run, fetch or start something and waits for leave.

use deskbell_domain::{Ask, AskBody, AskState, Field, ItemId, Offer, Scope, Subject, Tone, Urgency, When};
use serde::Deserialize;
use serde_json::Value;

use super::asks::Place;
use super::frame::ToolRef;
use super::words::{TITLE, first_line, line};

/// In characters. The note goes into the model's context; opencode names no limit.
const LONGEST_NOTE: u32 = 10_000;

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Permission {
    pub id: String,
    #[serde(rename = "sessionID")]
    pub session: String,
    /// What kind of leave: `edit`, `bash`, `webfetch`, …
    #[serde(default)]
    pub permission: String,
    #[serde(default)]
    pub patterns: Vec<String>,
    #[serde(default)]
    pub metadata: Value,
    /// What "always" would allow from then on.
    #[serde(default)]
    pub always: Vec<String>,
    pub tool: Option<ToolRef>,
}

impl Permission {
    pub fn item(&self) -> ItemId {
        ItemId::of("permission", &self.id)
    }

    pub fn ask(&self, place: &Place, asked: When) -> Ask {
        Ask {
            item: self.item(),
            agent: place.agent.clone(),
            thread: Some(place.thread.clone()),
            asked,
            expires: None,
            urgency: Urgency::Normal,
            body: AskBody::Approval {
                title: self.title(),
                detail: place.under.clone(),
                subject: self.subject(place),
            },
            offers: self.offers(),
            state: AskState::Open,
        }
    }

    pub fn title(&self) -> String {
        let what = line(&self.patterns.join(", "), TITLE);
        let title = match self.permission.as_str() {
            "edit" if !what.is_empty() => format!("Edit {what}"),
            "edit" => format!("Edit {}", self.meta("filepath").unwrap_or("a file")),
            "bash" => format!("Run: {}", first_line(self.meta("command").unwrap_or(&what), TITLE)),
            "webfetch" => format!("Fetch {}", self.meta("url").unwrap_or(&what)),
            "external_directory" => format!("Reach outside the project: {what}"),
            "task" => format!("Start the subagent {what}"),
            "doom_loop" => format!("Go on although it repeats itself: {what}"),
            "" => format!("Leave for: {what}"),
            kind if what.is_empty() => format!("Use {kind}"),
            kind => format!("Use {kind}: {what}"),
        };
        line(&title, TITLE)
    }

    fn subject(&self, place: &Place) -> Subject {
        if let Some(diff) = self.meta("diff").filter(|diff| !diff.trim().is_empty()) {
            return Subject::Diff { unified: diff.to_owned() };
        }
        if let Some(command) = self.meta("command") {
            return Subject::Command { text: command.to_owned(), cwd: place.directory.clone() };
        }
        let arguments = match &self.metadata {
            Value::Object(map) if !map.is_empty() => {
                serde_json::to_string_pretty(&self.metadata).unwrap_or_default()
            }
            Value::Object(_) | Value::Null => self.patterns.join("\n"),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                self.metadata.to_string()
            }
        };
        Subject::Tool { name: self.permission.clone(), arguments }
    }

    fn offers(&self) -> Vec<Offer> {
        let mut offers = vec![Offer::plain("once", "Approve", Tone::Yes)];
        // Without patterns "always" allows nothing beyond this once.
        if !self.always.is_empty() {
            offers.push(
                Offer::plain("always", "Always approve", Tone::Yes)
                    .scoped(Scope::Always)
                    .confirmed()
                    .explained(self.always_in_words()),
            );
        }
        let mut note = Field::text("note", "Note", false, LONGEST_NOTE);
        note.hint = Some("With a note the agent reads it and goes on; without one it stops.".into());
        offers.push(
            Offer::plain("reject", "Deny", Tone::No)
                .explained("opencode then also denies whatever else this session waits for.")
                .with_field(note),
        );
        offers
    }

    /// opencode keeps what "always" allows in memory, for all sessions of the project, until it ends.
    fn always_in_words(&self) -> String {
        let what = match self.permission.as_str() {
            "edit" => "edits".to_owned(),
            "bash" => "commands".to_owned(),
            "webfetch" => "fetches".to_owned(),
            kind => format!("\"{}\" requests", line(kind, TITLE)),
        };
        let which = if self.always.iter().any(|pattern| pattern == "*") {
            format!("all {what}")
        } else {
            format!("all {what} that match {}", self.always.join(" or "))
        };
        format!(
            "Allows {which}, in every session of this project, without asking again until opencode is restarted."
        )
    }

    fn meta(&self, name: &str) -> Option<&str> {
        self.metadata.get(name).and_then(Value::as_str)
    }
}
