//! A plugin's wish for input as a form, and a filled form as `extra_inputs`.

use deskbell_domain::{Accepted, AskBody, Choice, Field, Hash, Input, ItemId, Offer, Tone, Value as Filled};
use serde_json::{Map, Value};

use super::shapes::{FieldSpec, Pending};
use super::waits;
use crate::words::{LINE, TITLE, line};

/// Above these, a form is shown raw: no person fills it in here.
const MOST_FIELDS: usize = 100;
const MOST_OPTIONS: usize = 500;
const LONGEST_OPTION: usize = 500;
/// ExLab names no limit for a plugin's fields; these keep a slip of the clipboard away from it.
const STRING_CHARS: u32 = 2_000;
const TEXT_CHARS: u32 = 20_000;
/// How much of what could not be shown as a form is shown raw.
const RAW_BYTES: usize = 8_000;

/// What one wait for input is: ExLab gives it no id, so its content and how often that came name it.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub item: ItemId,
    hash: Hash,
    pub plugin: Option<String>,
    pub body: AskBody,
    pub offers: Vec<Offer>,
}

impl Form {
    pub fn new(session: &str, pending: &Value, time: u32, about: &str) -> Self {
        let hash = hash(pending);
        let item = waits::item(session, &hash, time);
        let read = serde_json::from_value::<Pending>(pending.clone()).ok().filter(can_be_shown);
        let plugin = read.as_ref().and_then(|read| read.plugin.as_deref()).map(|name| line(name, TITLE));
        let (body, offers) = match read {
            Some(read) => {
                let reason = read.reason.as_deref().unwrap_or_default();
                let title = match line(reason, TITLE) {
                    blank if blank.is_empty() => "A plugin asks for input".to_owned(),
                    title => title,
                };
                // Only what the title had no room for is told again.
                let more = if line(reason, LINE) == title {
                    String::new()
                } else {
                    format!("{}\n", line(reason, LINE))
                };
                let body = AskBody::Form { title, reason: Some(format!("{more}{about}")) };
                (body, vec![resume(&read.fields), cancel()])
            }
            None => {
                let raw: String = pending.to_string().chars().take(RAW_BYTES).collect();
                (AskBody::Unknown { kind: "input_required".to_owned(), raw }, vec![cancel()])
            }
        };
        Self { item, hash, plugin, body, offers }
    }

    pub fn is_of(&self, pending: &Value) -> bool {
        self.hash == hash(pending)
    }
}

/// The session that an ask's item names.
pub(super) fn session_of(item: &ItemId) -> Option<&str> {
    item.rest().split_once(':').map(|(_, session)| session)
}

fn hash(pending: &Value) -> Hash {
    Hash::of(pending)
}

fn can_be_shown(pending: &Pending) -> bool {
    let mut ids: Vec<&str> = pending.fields.iter().map(|field| field.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.len() == pending.fields.len()
        && ids.len() <= MOST_FIELDS
        && pending.fields.iter().flat_map(|field| &field.options).all(|options| {
            let mut labels: Vec<&String> = options.iter().collect();
            labels.sort_unstable();
            labels.dedup();
            labels.len() == options.len()
                && labels.len() <= MOST_OPTIONS
                && labels.iter().all(|label| label.len() <= LONGEST_OPTION)
        })
}

fn resume(fields: &[FieldSpec]) -> Offer {
    fields
        .iter()
        .fold(Offer::plain("resume", "Continue", Tone::Yes), |offer, spec| offer.with_field(field(spec)))
}

pub(super) fn cancel() -> Offer {
    Offer::plain("cancel", "Cancel the session", Tone::No)
        .confirmed()
        .explained(
            "The session ends for good. With its files discarded, what it has written so far is deleted.",
        )
        .with_field(Field {
            id: "discard_files".to_owned(),
            label: "Discard its files".to_owned(),
            required: false,
            hint: None,
            input: Input::Flag { default: false },
        })
}

fn field(spec: &FieldSpec) -> Field {
    let label = spec.label.as_deref().filter(|label| !label.trim().is_empty()).unwrap_or(&spec.id);
    let default = spec.default.as_ref().and_then(text_of);
    let text =
        |multiline, max| Input::Text { multiline, min: 0, max, max_bytes: None, default: default.clone() };
    let mut hint = spec.hint.as_deref().map(|hint| line(hint, LINE));
    let input = match (spec.kind.as_str(), &spec.options) {
        ("boolean", _) => {
            Input::Flag { default: spec.default.as_ref().and_then(Value::as_bool).unwrap_or_default() }
        }
        ("date", _) => Input::Date { default },
        ("choice", Some(options)) if !options.is_empty() => {
            if let Some(default) = &default {
                let usual = format!("Usually: {}", line(default, TITLE));
                hint = Some(hint.map_or(usual.clone(), |hint| format!("{hint} {usual}")));
            }
            let options = options.iter().map(Choice::plain).collect();
            Input::Pick { options, many: false, other: false, max_bytes: None }
        }
        ("text", _) => text(true, TEXT_CHARS),
        // A string, a choice without options, or a type of a later version: words fit all of them.
        _ => text(false, STRING_CHARS),
    };
    Field { id: spec.id.clone(), label: line(label, TITLE), required: spec.required, hint, input }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Some(value.to_string()),
    }
}

/// What was filled in, as the server takes it. What was left blank is left out.
pub(super) fn extra_inputs(accepted: &Accepted) -> Map<String, Value> {
    let values = &accepted.intent().values;
    let filled = accepted.offer().fields.iter().filter_map(|field| {
        let value = match values.get(&field.id).filter(|value| !value.is_blank())? {
            Filled::Text(text) | Filled::Date(text) => Value::from(text.as_str()),
            Filled::Flag(flag) => Value::from(*flag),
            // ExLab has no field of this kind, and shows what was filled in.
            Filled::Secret(_) => return None,
            Filled::Pick { .. } => Value::from(accepted.picked(&field.id).into_iter().next()?),
        };
        Some((field.id.clone(), value))
    });
    filled.collect()
}

/// What was filled in, for a person to read.
pub(super) fn in_words(inputs: &Map<String, Value>) -> String {
    let words: Vec<String> =
        inputs.iter().map(|(id, value)| format!("{id}: {}", text_of(value).unwrap_or_default())).collect();
    line(&words.join("; "), LINE)
}
