//! A question: opencode asks one or more things at once, each with options and mostly with room for own words.

use deskbell_domain::{Ask, AskBody, AskState, Choice, Field, Input, ItemId, Offer, Tone, Urgency, When};
use serde::Deserialize;

use super::asks::Place;
use super::frame::ToolRef;
use super::words::{TITLE, line};

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Question {
    pub id: String,
    #[serde(rename = "sessionID")]
    pub session: String,
    #[serde(default)]
    pub questions: Vec<Prompt>,
    pub tool: Option<ToolRef>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Prompt {
    #[serde(default)]
    pub question: String,
    /// A name for it, 30 characters at most.
    pub header: Option<String>,
    #[serde(default)]
    pub options: Vec<Choices>,
    pub multiple: Option<bool>,
    /// Whether own words are taken; yes where it is not said.
    pub custom: Option<bool>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Choices {
    #[serde(default)]
    pub label: String,
    pub description: Option<String>,
}

/// The id of the field for the prompt at this place, counted from 0.
pub(super) fn field_id(index: usize) -> String {
    format!("q{}", index + 1)
}

impl Question {
    pub fn item(&self) -> ItemId {
        ItemId::of("question", &self.id)
    }

    pub fn ask(&self, place: &Place, asked: When) -> Ask {
        let mut answer = Offer::plain("answer", "Answer", Tone::Yes);
        answer.fields =
            self.questions.iter().enumerate().map(|(index, prompt)| prompt.field(index)).collect();
        Ask {
            item: self.item(),
            agent: place.agent.clone(),
            thread: Some(place.thread.clone()),
            asked,
            expires: None,
            urgency: Urgency::Normal,
            body: AskBody::Question { title: self.title(), detail: place.under.clone() },
            offers: vec![answer, Offer::plain("reject", "Dismiss", Tone::No)],
            state: AskState::Open,
        }
    }

    pub fn title(&self) -> String {
        match self.questions.as_slice() {
            [] => "A question without words".to_owned(),
            [only] => line(&only.question, TITLE),
            several => {
                let names: Vec<&str> = several.iter().map(Prompt::name).collect();
                line(&format!("{} questions: {}", several.len(), names.join(", ")), TITLE)
            }
        }
    }
}

impl Prompt {
    fn name(&self) -> &str {
        self.header.as_deref().filter(|header| !header.trim().is_empty()).unwrap_or(&self.question)
    }

    fn field(&self, index: usize) -> Field {
        let options = self.options.iter();
        Field {
            id: field_id(index),
            label: self.question.clone(),
            required: true,
            hint: self.header.clone(),
            input: Input::Pick {
                options: options
                    .map(|option| Choice {
                        label: option.label.clone(),
                        explains: option.description.clone(),
                    })
                    .collect(),
                many: self.multiple.unwrap_or(false),
                // Without options own words are the only answer there is.
                other: self.custom.unwrap_or(true) || self.options.is_empty(),
                max_bytes: None,
            },
        }
    }
}
