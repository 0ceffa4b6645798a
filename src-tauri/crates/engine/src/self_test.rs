//! The self-test of notifications: one of each kind this desktop can show, and what the operator did with it.

use deskbell_domain::{Hash, Millis, Urgency};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::notice::{Button, Desktop, Notice, Press, Reply, Stay, Tag, TestKind};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SelfTest {
    pub begun_at: Millis,
    pub rows: Vec<TestRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TestRow {
    pub kind: TestKind,
    pub at: Millis,
    #[serde(flatten)]
    pub fate: TestFate,
}

/// What became of one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "fate", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum TestFate {
    /// This desktop does not offer it: Deskbell falls back to what it does.
    NotOffered,
    /// Handed to the desktop, which has said nothing since.
    Sent,
    Opened,
    Pressed {
        label: String,
    },
    Replied {
        text: String,
    },
    Dismissed,
    Failed {
        why: String,
    },
}

const BUTTONS: [(&str, &str); 2] = [("yes", "Yes, I see it"), ("no", "No")];

impl SelfTest {
    /// Under which name the store keeps the last one.
    pub(crate) const NAME: &'static str = "selfTest";

    pub(crate) fn begin(desktop: &Desktop, sound: bool, now: Millis) -> (Self, Vec<Notice>) {
        let offered = |kind| match kind {
            TestKind::Plain | TestKind::Urgent => true,
            TestKind::Buttons => desktop.buttons,
            TestKind::Reply => desktop.reply,
        };
        let row = |kind| {
            let fate = if offered(kind) { TestFate::Sent } else { TestFate::NotOffered };
            TestRow { kind, at: now, fate }
        };
        let test = Self { begun_at: now, rows: TestKind::ALL.map(row).to_vec() };
        let offered = TestKind::ALL.into_iter().filter(|kind| offered(*kind));
        let notices = offered.map(|kind| test.notice(kind, sound)).collect();
        (test, notices)
    }

    /// Takes down what the operator did; `false` where it says nothing about this test.
    pub(crate) fn hear(&mut self, kind: TestKind, shown: &Hash, press: Press, now: Millis) -> bool {
        if *shown != self.hash(kind) {
            return false;
        }
        let Some(row) = self.rows.iter_mut().find(|row| row.kind == kind && row.fate == TestFate::Sent)
        else {
            return false;
        };
        row.at = now;
        row.fate = match press {
            Press::Open => TestFate::Opened,
            Press::Button(id) => TestFate::Pressed {
                label: BUTTONS
                    .iter()
                    .find(|(known, _)| *known == id)
                    .map_or(id.as_str(), |(_, label)| label)
                    .to_owned(),
            },
            Press::Reply(text) => TestFate::Replied { text },
            Press::Dismissed => TestFate::Dismissed,
            Press::Failed(why) => TestFate::Failed { why },
        };
        true
    }

    /// A press on a notification of an earlier test is no word about this one.
    fn hash(&self, kind: TestKind) -> Hash {
        Hash::of(&(self.begun_at, kind))
    }

    fn notice(&self, kind: TestKind, sound: bool) -> Notice {
        let (title, body) = match kind {
            TestKind::Plain => ("Deskbell: a notification", "Click it, or close it."),
            TestKind::Urgent => {
                ("Deskbell: an urgent notification", "It should stand out. Click it, or close it.")
            }
            TestKind::Buttons => {
                ("Deskbell: a notification with buttons", "Do you see two buttons? Press one.")
            }
            TestKind::Reply => ("Deskbell: a notification with a field", "Type something and send it."),
        };
        let button = |(id, label): (&str, &str)| Button { id: id.to_owned(), label: label.to_owned() };
        Notice {
            tag: Tag::Test(kind),
            shown: self.hash(kind),
            title: title.to_owned(),
            body: body.to_owned(),
            buttons: if kind == TestKind::Buttons { BUTTONS.map(button).to_vec() } else { Vec::new() },
            reply: (kind == TestKind::Reply)
                .then(|| Reply { placeholder: "Anything".to_owned(), submit: "Send".to_owned() }),
            urgency: if kind == TestKind::Urgent { Urgency::Urgent } else { Urgency::Normal },
            sound,
            stay: Stay::Standing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desktop() -> Desktop {
        Desktop { buttons: true, ..Desktop::default() }
    }

    #[test]
    fn only_what_the_desktop_offers_is_sent() {
        let (test, notices) = SelfTest::begin(&desktop(), true, Millis(1));
        let sent: Vec<Tag> = notices.iter().map(|notice| notice.tag.clone()).collect();
        assert_eq!(sent, [TestKind::Plain, TestKind::Urgent, TestKind::Buttons].map(Tag::Test));
        assert_eq!(test.rows[3].fate, TestFate::NotOffered);
        assert_eq!(notices[2].buttons.len(), 2);
    }

    #[test]
    fn a_press_is_taken_down_once_and_by_its_label() {
        let (mut test, notices) = SelfTest::begin(&desktop(), true, Millis(1));
        let (buttons, shown) = (TestKind::Buttons, notices[2].shown.clone());
        assert!(test.hear(buttons, &shown, Press::Button("yes".into()), Millis(2)));
        let pressed = TestFate::Pressed { label: "Yes, I see it".into() };
        assert_eq!(test.rows[2], TestRow { kind: buttons, at: Millis(2), fate: pressed });
        assert!(!test.hear(buttons, &shown, Press::Dismissed, Millis(3)), "its closing is no second word");
    }

    #[test]
    fn a_press_on_an_earlier_test_says_nothing_about_this_one() {
        let (_, earlier) = SelfTest::begin(&desktop(), true, Millis(1));
        let (mut test, _) = SelfTest::begin(&desktop(), true, Millis(2));
        assert!(!test.hear(TestKind::Plain, &earlier[0].shown, Press::Open, Millis(3)));
    }
}
