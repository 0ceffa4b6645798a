//! The login dialogue as asks: one while a login is needed, one while it waits for its code.

use std::collections::BTreeMap;

use deskbell_domain::{
    Ask, AskBody, AskState, By, Field, ItemId, Millis, Offer, Outcome, Settlement, State, Tone, Urgency, When,
};

use super::face::{THREAD, name};
use super::picture::{Login, Picture};

/// How many places of logins are remembered.
const MOST: usize = 256;
const CODE_CHARS: u32 = 4_096;

/// Where the login of this agent stands, over all connections.
#[derive(Debug, Default)]
pub(super) struct Logins {
    open: Option<(ItemId, Login, Millis)>,
    /// The number of the last login that ended, by what it is named after.
    ended: BTreeMap<String, u32>,
}

impl Logins {
    /// Goes on counting from what was known before.
    pub fn recall(&mut self, known: &State) {
        for item in known.settled.keys().filter(|item| item.kind() == "login") {
            self.end(item);
        }
    }

    fn end(&mut self, item: &ItemId) {
        let (base, number) = item.rest().split_once('~').unwrap_or((item.rest(), "1"));
        let Ok(number) = number.parse() else { return };
        if self.ended.len() >= MOST && !self.ended.contains_key(base) {
            self.ended.clear();
        }
        let last = self.ended.entry(base.to_owned()).or_insert(number);
        *last = number.max(*last);
    }

    /// The ask that is open.
    pub fn open(&self) -> Option<&ItemId> {
        self.open.as_ref().map(|(item, _, _)| item)
    }

    /// Takes in where the login stands now: what ended, and how. `turn` is the newest turn.
    pub fn see(
        &mut self,
        picture: &Picture,
        turn: Option<&ItemId>,
        now: Millis,
    ) -> Option<(ItemId, Outcome)> {
        let stage = picture.login();
        let ended = match self.open.take_if(|(_, open, _)| *open != stage) {
            Some((item, was, _)) => {
                let outcome = match (was, stage) {
                    (Login::Needed, Login::UnderWay) => {
                        Outcome::Answered { text: "login started".to_owned() }
                    }
                    (_, Login::Needed) => Outcome::Cancelled,
                    (_, Login::NotNeeded | Login::UnderWay) => {
                        Outcome::Answered { text: "logged in".to_owned() }
                    }
                };
                self.end(&item);
                Some((item, outcome))
            }
            None => None,
        };
        if stage != Login::NotNeeded && self.open.is_none() {
            self.open = Some((self.next(stage, turn), stage, now));
        }
        ended
    }

    pub fn ask(&self, picture: &Picture) -> Option<Ask> {
        let (item, stage, since) = self.open.as_ref()?;
        Some(Ask {
            item: item.clone(),
            agent: Some(name(picture).to_owned()),
            thread: Some(ItemId::new(THREAD)),
            asked: When::Seen(*since),
            expires: None,
            urgency: Urgency::Normal,
            body: body(picture, *stage),
            offers: offers(*stage),
            state: AskState::Open,
        })
    }

    /// The server has no ids for logins: the newest turn and a count tell them apart.
    fn next(&self, stage: Login, turn: Option<&ItemId>) -> ItemId {
        let word = if stage == Login::UnderWay { "code" } else { "start" };
        let base = format!("{word}-{}", turn.map_or("begin", ItemId::rest));
        match self.ended.get(&base) {
            None => ItemId::of("login", base),
            Some(last) => ItemId::of("login", format!("{base}~{}", last.saturating_add(1))),
        }
    }
}

pub(super) fn settlement(item: ItemId, by: By, outcome: Outcome, now: Millis) -> Settlement {
    Settlement { item, at: When::Seen(now), by, outcome, ask: None }
}

fn body(picture: &Picture, stage: Login) -> AskBody {
    let name = name(picture);
    let output =
        picture.session.as_ref().map(|session| session.output.trim()).filter(|words| !words.is_empty());
    match stage {
        Login::UnderWay => AskBody::Form {
            title: format!("{name} waits for the code of its login"),
            reason: Some(output.unwrap_or("The agent has not said yet where to get it.").to_owned()),
        },
        Login::Needed | Login::NotNeeded => AskBody::Form {
            title: format!("{name} needs a login"),
            reason: Some(
                "It cannot work before. Start the login, and it says where to get the code.".to_owned(),
            ),
        },
    }
}

fn offers(stage: Login) -> Vec<Offer> {
    match stage {
        Login::UnderWay => {
            let code = Field::secret("code", "Code", CODE_CHARS);
            vec![
                Offer::plain("login-code", "Send the code", Tone::Yes).with_field(code),
                Offer::plain("login-cancel", "Give the login up", Tone::No),
            ]
        }
        Login::Needed | Login::NotNeeded => vec![Offer::plain("login-start", "Start login", Tone::Yes)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(status: &str) -> Picture {
        Picture { status: status.to_owned(), ..Picture::default() }
    }

    #[test]
    fn a_login_that_ended_before_deskbell_did_is_not_the_next_one() {
        let mut known = State::default();
        known.settled.insert(ItemId::new("login:start-begin~2"), Outcome::Cancelled);
        let mut logins = Logins::default();
        logins.recall(&known);
        logins.see(&picture("needs_login_idle"), None, Millis(1));
        assert_eq!(logins.open(), Some(&ItemId::new("login:start-begin~3")));
    }

    #[test]
    fn a_login_that_is_needed_again_is_another_ask() {
        let (mut logins, now) = (Logins::default(), Millis(1));
        let mut see = |status: &str| {
            let ended = logins.see(&picture(status), None, now);
            (ended.map(|(item, outcome)| (item.to_string(), outcome)), logins.open().map(ToString::to_string))
        };
        let started = Outcome::Answered { text: "login started".into() };
        assert_eq!(see("needs_login_idle"), (None, Some("login:start-begin".into())));
        assert_eq!(see("needs_login_idle"), (None, Some("login:start-begin".into())));
        assert_eq!(
            see("needs_login_in_progress"),
            (Some(("login:start-begin".into(), started)), Some("login:code-begin".into()))
        );
        let (ended, open) = see("needs_login_idle");
        assert_eq!(ended, Some(("login:code-begin".into(), Outcome::Cancelled)));
        assert_eq!(open.as_deref(), Some("login:start-begin~2"));
        assert_eq!(see("online").1, None);
    }
}
