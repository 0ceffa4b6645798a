//! The asks that are known, and how each ended.

use std::collections::BTreeMap;

use deskbell_domain::{Ask, IntentId, ItemId, Millis, When};

use super::answer::Answer;
use super::permission::Permission;
use super::question::Question;
use super::session::{self, Sessions};
use super::words::{TITLE, line};

/// How many asks that ended are remembered, so that they never revive and a late judge can look them up.
const ENDED: usize = 1_000;

#[derive(Clone, Debug)]
pub(super) enum Wish {
    Permission(Permission),
    Question(Question),
}

impl Wish {
    pub fn item(&self) -> ItemId {
        match self {
            Self::Permission(permission) => permission.item(),
            Self::Question(question) => question.item(),
        }
    }

    pub fn session(&self) -> &str {
        match self {
            Self::Permission(permission) => &permission.session,
            Self::Question(question) => &question.session,
        }
    }

    pub fn title(&self) -> String {
        match self {
            Self::Permission(permission) => permission.title(),
            Self::Question(question) => question.title(),
        }
    }

    /// The tool call that waits for it.
    pub fn call(&self) -> Option<&str> {
        let tool = match self {
            Self::Permission(permission) => &permission.tool,
            Self::Question(question) => &question.tool,
        };
        tool.as_ref().map(|tool| tool.call.as_str())
    }
}

/// Where an ask is shown: under the top parent of the session that asks.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub thread: ItemId,
    pub agent: Option<String>,
    pub directory: Option<String>,
    /// Which subagent it is, in words.
    pub under: Option<String>,
}

impl Place {
    pub fn of(session: &str, sessions: &Sessions) -> Self {
        let info = sessions.get(session);
        let agent = sessions.agent(session);
        let title = info.and_then(|info| info.title.as_deref()).unwrap_or_default();
        Self {
            thread: session::item(sessions.top(session).id),
            under: info.and_then(|info| info.parent.as_ref()).map(|_| {
                let name = agent.as_deref().map(|agent| format!(" {agent}")).unwrap_or_default();
                line(&format!("Asked by the subagent{name}: {title}"), TITLE)
            }),
            directory: info.and_then(|info| info.directory.clone()),
            agent,
        }
    }
}

/// An answer of ours to one ask.
#[derive(Clone, Debug)]
pub(super) struct Own {
    pub intent: IntentId,
    pub answer: Answer,
    pub sent: Millis,
    /// The server has said that it took it.
    pub taken: bool,
}

/// How an ask ended, in the server's word.
#[derive(Clone, Debug)]
pub(super) struct End {
    pub answer: Answer,
    pub raw: String,
}

#[derive(Clone, Debug)]
pub(super) struct Known {
    pub wish: Wish,
    pub title: String,
    pub asked: When,
    /// What told of it.
    pub raw: String,
    /// Whether the server lists it, as far as we know.
    pub listed: bool,
    /// The thread it was last shown under; nothing while it is not shown yet.
    pub shown: Option<ItemId>,
    pub own: Option<Own>,
    pub end: Option<End>,
    /// Whether its end was told on.
    pub told: bool,
}

impl Known {
    pub fn ask(&self, sessions: &Sessions) -> Ask {
        let place = Place::of(self.wish.session(), sessions);
        match &self.wish {
            Wish::Permission(permission) => permission.ask(&place, self.asked),
            Wish::Question(question) => question.ask(&place, self.asked),
        }
    }

    /// It was shown, and nobody said how it ended.
    pub fn is_missed(&self) -> bool {
        let taken = self.own.as_ref().is_some_and(|own| own.taken);
        self.shown.is_some() && self.end.is_none() && !self.told && !taken
    }

    /// Its end was told on: what is heavy can go.
    pub fn close(&mut self) {
        self.told = true;
        self.listed = false;
        self.raw.clear();
        match &mut self.wish {
            Wish::Permission(permission) => permission.metadata = serde_json::Value::Null,
            Wish::Question(question) => question.questions.clear(),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Asks {
    map: BTreeMap<ItemId, Known>,
}

impl Asks {
    /// Takes an ask that is told. One whose end was told never comes back.
    pub fn open(&mut self, wish: Wish, raw: &str, now: Millis) {
        let item = wish.item();
        if let Some(known) = self.map.get_mut(&item) {
            known.listed = !known.told;
            return;
        }
        self.forget_oldest();
        let known = Known {
            title: wish.title(),
            wish,
            asked: When::Seen(now),
            raw: raw.to_owned(),
            listed: true,
            shown: None,
            own: None,
            end: None,
            told: false,
        };
        self.map.insert(item, known);
    }

    /// A new list is about to be taken.
    pub fn unlist(&mut self) {
        for known in self.map.values_mut() {
            known.listed = false;
        }
    }

    fn forget_oldest(&mut self) {
        // Ids grow with time, so the first that is over is the oldest.
        let over: Vec<ItemId> =
            self.map.iter().filter(|(_, known)| !known.listed).map(|(item, _)| item.clone()).collect();
        for item in over.iter().take(over.len().saturating_sub(ENDED)) {
            self.map.remove(item);
        }
    }

    pub fn get(&self, item: &ItemId) -> Option<&Known> {
        self.map.get(item)
    }

    pub fn get_mut(&mut self, item: &ItemId) -> Option<&mut Known> {
        self.map.get_mut(item)
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&ItemId, &mut Known)> {
        self.map.iter_mut()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&ItemId, &Known)> {
        self.map.iter()
    }

    /// Those that wait for the operator, as far as we know.
    pub fn waiting(&self) -> impl Iterator<Item = (&ItemId, &Known)> {
        self.map.iter().filter(|(_, known)| known.listed && known.end.is_none())
    }
}
