use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::intent::{Accepted, Consent, Intent, Refusal, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Tone {
    Yes,
    No,
    Neutral,
}

/// How far an answer reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    Once,
    Thread,
    Always,
}

/// What the operator must do before this is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Danger {
    None,
    Confirm,
    /// Type [`Offer::name`].
    TypeTheName,
}

/// One thing the operator may do here, as data. The server, through its dialect, makes the offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Offer {
    pub id: String,
    pub label: String,
    pub tone: Tone,
    pub scope: Scope,
    pub danger: Danger,
    /// What must be typed where `danger` is `typeTheName`.
    pub name: Option<String>,
    /// What taking it means, in words: the patterns of an "always", the end of a purge.
    pub explains: Option<String>,
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    pub id: String,
    pub label: String,
    pub required: bool,
    pub hint: Option<String>,
    pub input: Input,
}

/// What a field takes, with the limits of the server behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Input {
    Text {
        multiline: bool,
        /// In characters.
        min: u32,
        /// In characters.
        max: u32,
        /// In bytes of UTF-8, where the server counts those.
        max_bytes: Option<u32>,
        default: Option<String>,
    },
    Pick {
        options: Vec<Choice>,
        many: bool,
        /// The operator's own words are allowed beside or instead of the options.
        other: bool,
        /// In bytes of UTF-8, for the whole answer.
        max_bytes: Option<u32>,
    },
    Date {
        default: Option<String>,
    },
    Flag {
        default: bool,
    },
    /// What nobody else may read: asked for without showing it, and never kept.
    Secret {
        /// In characters.
        max: u32,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Choice {
    pub label: String,
    pub explains: Option<String>,
}

impl Choice {
    pub fn plain(label: impl Into<String>) -> Self {
        Self { label: label.into(), explains: None }
    }
}

impl Offer {
    /// A harmless offer for once, without fields.
    pub fn plain(id: &str, label: &str, tone: Tone) -> Self {
        Self {
            id: id.to_owned(),
            label: label.to_owned(),
            tone,
            scope: Scope::Once,
            danger: Danger::None,
            name: None,
            explains: None,
            fields: Vec::new(),
        }
    }

    pub fn with_field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    pub fn explained(mut self, words: impl Into<String>) -> Self {
        self.explains = Some(words.into());
        self
    }

    pub fn scoped(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    pub fn confirmed(mut self) -> Self {
        self.danger = Danger::Confirm;
        self
    }

    pub fn behind_name(mut self, name: impl Into<String>) -> Self {
        self.danger = Danger::TypeTheName;
        self.name = Some(name.into());
        self
    }

    /// Whether it may be taken from a notification: for once, and harmless.
    pub fn fits_a_notification(&self) -> bool {
        self.scope == Scope::Once && self.danger == Danger::None
    }

    /// Whether one press may take it: there is nothing to fill in either.
    pub fn fits_a_button(&self) -> bool {
        self.fits_a_notification() && !self.fields.iter().any(|f| f.required)
    }

    /// Checks an intent against this offer. The only maker of an [`Accepted`].
    pub fn accept(&self, intent: Intent) -> Result<Accepted, Refusal> {
        if intent.offer != self.id {
            return Err(Refusal::NoSuchOffer { offer: intent.offer, known: vec![self.id.clone()] });
        }
        match (self.danger, &intent.consent) {
            (Danger::None, _) | (Danger::Confirm, Consent::Confirmed | Consent::Typed(_)) => {}
            (Danger::Confirm, Consent::None) => {
                return Err(Refusal::NotConfirmed { label: self.label.clone() });
            }
            (Danger::TypeTheName, Consent::Typed(typed)) if Some(typed) == self.name.as_ref() => {}
            (Danger::TypeTheName, _) => {
                return Err(Refusal::NameNotTyped {
                    label: self.label.clone(),
                    name: self.name.clone().unwrap_or_default(),
                });
            }
        }
        if let Some(stray) = intent.values.keys().find(|id| !self.fields.iter().any(|f| f.id == **id)) {
            return Err(Refusal::NoSuchField {
                field: stray.clone(),
                known: self.fields.iter().map(|f| f.id.clone()).collect(),
            });
        }
        for field in &self.fields {
            field.check(intent.values.get(&field.id))?;
        }
        Ok(Accepted::new(intent, self.clone()))
    }
}

impl Field {
    pub fn text(id: &str, label: &str, required: bool, max: u32) -> Self {
        Self {
            id: id.to_owned(),
            label: label.to_owned(),
            required,
            hint: None,
            input: Input::Text { multiline: true, min: 0, max, max_bytes: None, default: None },
        }
    }

    /// A required secret.
    pub fn secret(id: &str, label: &str, max: u32) -> Self {
        Self { input: Input::Secret { max }, ..Self::text(id, label, true, max) }
    }

    fn check(&self, value: Option<&Value>) -> Result<(), Refusal> {
        let bad = |why: String| Err(Refusal::BadValue { field: self.label.clone(), why });
        let Some(value) = value.filter(|v| !v.is_blank()) else {
            return if self.required { bad("it must be filled in".into()) } else { Ok(()) };
        };
        match (&self.input, value) {
            (Input::Text { min, max, max_bytes, .. }, Value::Text(text)) => {
                let count = text.chars().count();
                if count < *min as usize {
                    return bad(format!("it has {count} characters, and {min} are the least"));
                }
                if count > *max as usize {
                    return bad(format!("it has {count} characters, and {max} are the most"));
                }
                self.check_bytes(text.len(), *max_bytes)
            }
            (Input::Pick { options, many, other, max_bytes }, Value::Pick { chosen, other: own }) => {
                if let Some(unknown) = chosen.iter().find(|c| !options.iter().any(|o| o.label == **c)) {
                    return bad(format!("\"{unknown}\" is not among the options"));
                }
                let own = own.as_deref().map(str::trim).filter(|o| !o.is_empty());
                if own.is_some() && !other {
                    return bad("only the listed options are taken".into());
                }
                if !many && chosen.len() + usize::from(own.is_some() && chosen.is_empty()) > 1 {
                    return bad("only one option is taken".into());
                }
                let mut once = std::collections::BTreeSet::new();
                if let Some(twice) = chosen.iter().find(|c| !once.insert(*c)) {
                    return bad(format!("\"{twice}\" is chosen twice"));
                }
                let joined: usize =
                    chosen.iter().map(|c| c.len() + 2).sum::<usize>() + own.map_or(0, str::len);
                self.check_bytes(joined, *max_bytes)
            }
            (Input::Date { .. }, Value::Date(text)) => {
                if is_date(text) {
                    Ok(())
                } else {
                    bad(format!("\"{text}\" is not a date: write year-month-day, as in 2026-03-09"))
                }
            }
            (Input::Flag { .. }, Value::Flag(_)) => Ok(()),
            (Input::Secret { max }, Value::Secret(secret)) => {
                let count = secret.expose().map_or(0, |words| words.chars().count());
                if count > *max as usize {
                    return bad(format!("it has {count} characters, and {max} are the most"));
                }
                Ok(())
            }
            (
                Input::Text { .. }
                | Input::Pick { .. }
                | Input::Date { .. }
                | Input::Flag { .. }
                | Input::Secret { .. },
                Value::Text(_) | Value::Pick { .. } | Value::Date(_) | Value::Flag(_) | Value::Secret(_),
            ) => bad("the value is of another type than the field".into()),
        }
    }

    fn check_bytes(&self, bytes: usize, max: Option<u32>) -> Result<(), Refusal> {
        match max {
            Some(max) if bytes > max as usize => Err(Refusal::BadValue {
                field: self.label.clone(),
                why: format!("it is {bytes} bytes long, and {max} are the most"),
            }),
            _ => Ok(()),
        }
    }
}

/// Whether a text is a day of the calendar, written `YYYY-MM-DD`.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    if (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return false;
    }
    let (Ok(year), Ok(month), Ok(day)) = (year.parse::<u32>(), month.parse::<u32>(), day.parse::<u32>())
    else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Hash, IntentId, ItemId, Key, Secret, SourceId};

    fn intent(offer: &str) -> Intent {
        Intent {
            id: IntentId::new("i1"),
            key: Key::new(SourceId::new("s"), ItemId::new("question:1")),
            offer: offer.to_owned(),
            values: Default::default(),
            shown: Hash::of_bytes(b""),
            consent: Consent::None,
        }
    }

    fn pick(many: bool, other: bool) -> Offer {
        Offer::plain("answer", "Answer", Tone::Yes).with_field(Field {
            id: "answer".into(),
            label: "Answer".into(),
            required: true,
            hint: None,
            input: Input::Pick {
                options: vec![Choice::plain("a"), Choice::plain("b")],
                many,
                other,
                max_bytes: Some(12),
            },
        })
    }

    fn chosen(labels: &[&str], other: Option<&str>) -> Value {
        Value::Pick {
            chosen: labels.iter().map(|l| (*l).to_owned()).collect(),
            other: other.map(str::to_owned),
        }
    }

    fn take(offer: &Offer, value: Value) -> Result<Accepted, Refusal> {
        let mut intent = intent(&offer.id);
        intent.values.insert(offer.fields[0].id.clone(), value);
        offer.accept(intent)
    }

    #[test]
    fn a_purge_is_taken_only_by_its_name() {
        let purge = Offer::plain("purge", "Purge", Tone::No).behind_name("coder");
        for consent in [Consent::None, Consent::Confirmed, Consent::Typed("Coder".into())] {
            let refusal = purge.accept(Intent { consent, ..intent("purge") }).unwrap_err();
            assert!(refusal.to_string().contains("coder"), "{refusal}");
        }
        assert!(purge.accept(Intent { consent: Consent::Typed("coder".into()), ..intent("purge") }).is_ok());
    }

    #[test]
    fn a_danger_needs_a_word() {
        let stop = Offer::plain("kill", "Stop", Tone::No).confirmed();
        assert!(matches!(stop.accept(intent("kill")), Err(Refusal::NotConfirmed { .. })));
        assert!(stop.accept(Intent { consent: Consent::Confirmed, ..intent("kill") }).is_ok());
    }

    #[test]
    fn picks_obey_the_field() {
        assert!(take(&pick(false, true), chosen(&["a"], None)).is_ok());
        assert!(take(&pick(false, true), chosen(&["a"], Some("and mine"))).is_ok());
        assert!(take(&pick(false, true), chosen(&[], Some("mine"))).is_ok());
        assert!(take(&pick(true, false), chosen(&["a", "b"], None)).is_ok());
        for (offer, value) in [
            (pick(false, true), chosen(&["a", "b"], None)),
            (pick(true, false), chosen(&["a"], Some("mine"))),
            (pick(true, true), chosen(&["c"], None)),
            (pick(true, true), chosen(&["a", "a"], None)),
            (pick(true, true), chosen(&[], Some("  "))),
            (pick(true, true), chosen(&["a"], Some("more than twelve bytes"))),
            (pick(true, true), Value::Flag(true)),
        ] {
            assert!(take(&offer, value.clone()).is_err(), "{value:?}");
        }
    }

    #[test]
    fn texts_are_measured_in_characters_and_in_bytes() {
        let mut offer =
            Offer::plain("send", "Send", Tone::Neutral).with_field(Field::text("body", "Message", true, 4));
        assert!(take(&offer, Value::Text("äöüß".into())).is_ok());
        assert!(take(&offer, Value::Text("äöüßx".into())).is_err());
        assert!(take(&offer, Value::Text(" \n".into())).is_err(), "blank is not an answer");
        offer.fields[0].input =
            Input::Text { multiline: true, min: 2, max: 10, max_bytes: Some(7), default: None };
        assert!(take(&offer, Value::Text("äöü".into())).is_ok());
        assert!(take(&offer, Value::Text("äöüß".into())).is_err());
        assert!(take(&offer, Value::Text("x".into())).is_err());
    }

    #[test]
    fn a_secret_is_measured_and_taken_for_a_secret_field_alone() {
        let offer = Offer::plain("code", "Send", Tone::Yes).with_field(Field::secret("code", "Code", 8));
        let accepted = take(&offer, Value::Secret(Secret::new("hunter2"))).unwrap();
        assert_eq!((accepted.secret("code"), accepted.text("code")), (Some("hunter2"), None));
        for bad in [
            Value::Secret(Secret::default()),
            Value::Secret(Secret::new(" ")),
            Value::Secret(Secret::new("far too long")),
            Value::Text("hunter2".into()),
        ] {
            assert!(take(&offer, bad.clone()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_value_for_no_field_is_refused() {
        let mut intent = intent("approve");
        intent.values.insert("note".into(), Value::Text("hi".into()));
        let refusal = Offer::plain("approve", "Approve", Tone::Yes).accept(intent).unwrap_err();
        assert!(matches!(refusal, Refusal::NoSuchField { .. }));
    }

    #[test]
    fn dates_are_days_of_the_calendar() {
        for good in ["2026-11-21", "2024-02-29", "2000-02-29"] {
            assert!(is_date(good), "{good}");
        }
        for bad in
            ["2026-02-29", "1900-02-29", "2026-13-01", "2026-1-1", "21.11.2026", "2026-04-31", "+026-01-01-"]
        {
            assert!(!is_date(bad), "{bad}");
        }
    }
}
