//! What the operator has half written, kept until it is sent or what it is for has ended.

use std::collections::BTreeMap;

use deskbell_domain::{Key, Value};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Nobody has as many thoughts under way. The oldest go first.
const MOST: usize = 200;
/// Of all of them, in bytes.
const LARGEST: usize = 1_000_000;

/// What stands in the fields of an offer and was not sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    pub key: Key,
    pub offer: String,
    /// Never a secret. Empty: there is nothing to keep.
    pub values: BTreeMap<String, Value>,
}

/// All that are kept, the newest last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Drafts(Vec<Draft>);

impl Drafts {
    /// Under which name the store keeps them.
    pub(crate) const NAME: &'static str = "drafts";

    pub fn rows(self) -> Vec<Draft> {
        self.0
    }

    /// Keeps one in the place of what was kept for the same offer.
    pub(crate) fn keep(mut self, mut draft: Draft) -> Self {
        self.0.retain(|known| (&known.key, &known.offer) != (&draft.key, &draft.offer));
        draft.values.retain(|_, value| !matches!(value, Value::Secret(_)));
        if !draft.values.is_empty() && size(&draft) <= LARGEST {
            self.0.push(draft);
        }
        let mut room = LARGEST;
        let fits = |draft: &&Draft| {
            let size = size(draft);
            let fits = size <= room;
            room = room.saturating_sub(size);
            fits
        };
        let many = self.0.iter().rev().take(MOST).take_while(fits).count();
        self.0.drain(..self.0.len() - many);
        self
    }
}

/// As much as it takes, near enough.
fn size(draft: &Draft) -> usize {
    draft.values.values().map(value_size).sum()
}

fn value_size(value: &Value) -> usize {
    match value {
        Value::Text(text) | Value::Date(text) => text.len(),
        Value::Pick { chosen, other } => {
            chosen.iter().map(String::len).sum::<usize>() + other.as_ref().map_or(0, String::len)
        }
        Value::Flag(_) | Value::Secret(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use deskbell_domain::{ItemId, Secret, SourceId};

    use super::*;

    fn draft(item: usize, values: &[(&str, Value)]) -> Draft {
        Draft {
            key: Key::new(SourceId::new("hive"), ItemId::new(item.to_string())),
            offer: "deny".to_owned(),
            values: values.iter().map(|(id, value)| ((*id).to_owned(), value.clone())).collect(),
        }
    }

    fn words(item: usize, words: &str) -> Draft {
        draft(item, &[("note", Value::Text(words.to_owned()))])
    }

    #[test]
    fn an_offer_has_one_draft_and_an_empty_one_is_none() {
        let kept = Drafts::default().keep(words(1, "a")).keep(words(2, "b")).keep(words(1, "c"));
        assert_eq!(kept.clone().rows(), [words(2, "b"), words(1, "c")]);
        assert_eq!(kept.keep(draft(2, &[])).rows(), [words(1, "c")]);
    }

    #[test]
    fn no_secret_is_kept() {
        let code = ("code", Value::Secret(Secret::new("hunter2")));
        let note = ("note", Value::Text("mine".to_owned()));
        let kept = Drafts::default().keep(draft(1, &[code.clone(), note])).keep(draft(2, &[code]));
        assert_eq!(kept.rows(), [words(1, "mine")]);
    }

    #[test]
    fn the_oldest_go_where_there_are_too_many_or_too_much() {
        let many = (0..=MOST).fold(Drafts::default(), |kept, n| kept.keep(words(n, "a")));
        assert_eq!(many.clone().rows().len(), MOST);
        assert_eq!(many.clone().rows().first(), Some(&words(1, "a")));
        let large = "a".repeat(LARGEST - 1);
        assert_eq!(many.clone().keep(words(999, &large)).rows().len(), 2);
        // What is too much alone costs no other its place.
        assert_eq!(many.clone().keep(words(999, &"a".repeat(LARGEST + 1))), many);
    }
}
