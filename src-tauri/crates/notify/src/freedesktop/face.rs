use deskbell_domain::Urgency;
use deskbell_engine::{Notice, Stay};

use crate::face;

/// A click on the body.
pub(super) const DEFAULT: &str = "default";
const INLINE_REPLY: &str = "inline-reply";

/// What a notification server can do, as far as it matters here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Can {
    pub(super) words: Vec<String>,
    pub(super) actions: bool,
    pub(super) inline_reply: bool,
    body_markup: bool,
    action_icons: bool,
    sound: bool,
}

impl Can {
    pub(super) fn of(words: Vec<String>) -> Self {
        let has = |word: &str| words.iter().any(|known| known == word);
        // A field without buttons is nothing that a server draws.
        let actions = has("actions");
        Self {
            actions,
            inline_reply: actions && has(INLINE_REPLY),
            body_markup: has("body-markup"),
            action_icons: has("action-icons"),
            sound: has("sound"),
            words,
        }
    }
}

/// A notice as this server is to show it: the arguments of `Notify`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Face {
    pub(super) title: String,
    pub(super) body: String,
    /// Action and label, in the order to show.
    pub(super) actions: Vec<(String, String)>,
    pub(super) hints: Vec<(&'static str, Hint)>,
    /// Milliseconds; 0 is never, -1 as the server sees fit.
    pub(super) expires: i32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hint {
    Byte(u8),
    Flag(bool),
    Text(String),
}

impl Face {
    /// `heard`: it has rung already, and only comes back.
    pub(super) fn of(notice: &Notice, token: &str, can: &Can, heard: bool) -> Self {
        Self {
            title: plain(&notice.title),
            body: if can.body_markup { face::escape(&plain(&notice.body)) } else { plain(&notice.body) },
            actions: if can.actions { actions(notice, token, can) } else { Vec::new() },
            hints: hints(notice, can, notice.sound && !heard),
            expires: match notice.stay {
                Stay::Standing => 0,
                Stay::Passing => -1,
            },
        }
    }
}

/// The body's click comes last: some servers draw a button for it, too.
fn actions(notice: &Notice, token: &str, can: &Can) -> Vec<(String, String)> {
    let reply = notice.reply.iter().filter(|_| can.inline_reply);
    let buttons = face::actions(&notice.buttons, token);
    reply
        .map(|_| (INLINE_REPLY.to_owned(), "Reply".to_owned()))
        .chain(buttons.into_iter().map(|(action, label)| (action, plain(&label))))
        .chain(std::iter::once((DEFAULT.to_owned(), "Open".to_owned())))
        .collect()
}

fn hints(notice: &Notice, can: &Can, sound: bool) -> Vec<(&'static str, Hint)> {
    let urgency = match notice.urgency {
        Urgency::Normal => 1,
        Urgency::Urgent => 2,
    };
    let mut hints = vec![
        ("urgency", Hint::Byte(urgency)),
        ("desktop-entry", Hint::Text("deskbell".to_owned())),
        // A press is checked first; what becomes of the notification is said then.
        ("resident", Hint::Flag(true)),
    ];
    if can.action_icons {
        // The actions' names are ours, and no icon's.
        hints.push(("action-icons", Hint::Flag(false)));
    }
    if !sound {
        hints.push(("suppress-sound", Hint::Flag(true)));
    } else if can.sound {
        hints.push(("sound-name", Hint::Text("message-new-instant".to_owned())));
    }
    if let Some(reply) = notice.reply.as_ref().filter(|_| can.inline_reply) {
        hints.push(("x-kde-reply-placeholder-text", Hint::Text(plain(&reply.placeholder))));
        hints.push(("x-kde-reply-submit-button-text", Hint::Text(plain(&reply.submit))));
    }
    hints
}

/// D-Bus knows no text with a NUL in it.
fn plain(text: &str) -> String {
    text.replace('\0', "")
}
