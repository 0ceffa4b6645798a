//! The back end as a machine: it is told what was heard and what the time is, and says what to send and to tell.
//! So every order of events can be tested without a bus and without waiting.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use deskbell_engine::{Desktop, Notice, Tag};

use super::face::Can;
use super::protocol::{BUS, Event, Heard, Method, Returned, Signal};
use super::screen::{Read, Screen, Sent, Told};

/// A server that takes longer over a call is said not to answer. What it says later still counts.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// Starting a server may take as long as the bus allows for it.
const START: Duration = Duration::from_secs(30);
/// Whoever follows a server that has gone has this long before that one is started again.
pub(super) const SUCCESSION: Duration = Duration::from_secs(2);
/// Signals that may wait for the answer that says what their number means.
const MOST_EARLY: usize = 64;

#[derive(Debug)]
pub(super) enum Input {
    Show {
        notice: Notice,
        token: String,
    },
    Withdraw(Tag),
    /// The end: close everything, show nothing more.
    TakeDown,
    Connected,
    /// There is no bus, or no more.
    Lost(String),
    Heard(Heard),
    Tick,
}

#[derive(Debug, PartialEq)]
pub(super) enum Effect {
    Call {
        serial: u32,
        to: String,
        method: Method,
    },
    Tell(Told),
    Desktop(Desktop),
    /// The bus itself does not answer.
    Hangup,
}

/// What is known of who shows notifications.
#[derive(Debug)]
enum Server {
    Away { why: Option<String> },
    Asking,
    Missing { why: String },
    Meeting { owner: String },
    Serving { owner: String, can: Can },
}

#[derive(Debug)]
struct Call {
    to: String,
    asked: Asked,
    /// Nothing once it has taken too long.
    until: Option<Instant>,
}

#[derive(Debug)]
enum Asked {
    Owner,
    Start,
    Capabilities,
    Name,
    Notify { tag: Tag, sent: Sent },
    Close,
}

#[derive(Debug)]
pub(super) struct Machine {
    server: Server,
    /// The server's name and version, once it has said them.
    name: Option<String>,
    screen: Screen,
    calls: BTreeMap<u32, Call>,
    serial: u32,
    early: Vec<Signal>,
    start_at: Option<Instant>,
    /// Started again since something new was to be shown. What kills its server must not do so for ever.
    revived: bool,
    ended: bool,
    told: Desktop,
    effects: Vec<Effect>,
}

impl Default for Machine {
    fn default() -> Self {
        Self {
            server: Server::Away { why: None },
            name: None,
            screen: Screen::default(),
            calls: BTreeMap::new(),
            serial: 0,
            early: Vec::new(),
            start_at: None,
            revived: false,
            ended: false,
            told: Desktop::default(),
            effects: Vec::new(),
        }
    }
}

impl Machine {
    pub(super) fn on(&mut self, input: Input, now: Instant) -> Vec<Effect> {
        match input {
            Input::Show { notice, token } => self.show(notice, token, now),
            Input::Withdraw(tag) => self.withdraw(&tag, now),
            Input::TakeDown => self.take_down(now),
            Input::Connected => {
                self.server = Server::Asking;
                self.call(BUS, Asked::Owner, Method::GetNameOwner, now);
            }
            Input::Lost(why) => {
                self.forget_server();
                self.calls.clear();
                self.server = Server::Away { why: Some(why) };
            }
            Input::Heard(heard) => self.heard(heard, now),
            Input::Tick => self.tick(now),
        }
        self.settle();
        std::mem::take(&mut self.effects)
    }

    /// When it wants to be told the time.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let calls = self.calls.values().filter_map(|call| call.until);
        calls.chain(self.screen.deadline()).chain(self.start_at).min()
    }

    /// It has ended, and nothing more is to come of what was sent.
    pub(super) fn is_done(&self) -> bool {
        self.ended && self.calls.is_empty()
    }

    fn show(&mut self, notice: Notice, token: String, now: Instant) {
        if self.ended {
            return;
        }
        let tag = notice.tag.clone();
        self.screen.want(notice, token);
        self.revived = false;
        self.send(&tag, now);
        if matches!(self.server, Server::Missing { .. }) && self.start_at.is_none() {
            self.start(now);
        }
    }

    fn send(&mut self, tag: &Tag, now: Instant) {
        let Server::Serving { owner, can } = &self.server else { return };
        let serial = next(self.serial);
        if let Some((replaces, face, sent)) = self.screen.send(tag, can, serial) {
            let owner = owner.clone();
            let asked = Asked::Notify { tag: tag.clone(), sent };
            self.call(&owner, asked, Method::Notify { replaces, face }, now);
        }
    }

    fn withdraw(&mut self, tag: &Tag, now: Instant) {
        if let Some(id) = self.screen.withdraw(tag) {
            self.close(id, now);
        }
    }

    fn take_down(&mut self, now: Instant) {
        self.ended = true;
        self.start_at = None;
        for tag in self.screen.tags() {
            self.withdraw(&tag, now);
        }
    }

    fn close(&mut self, id: u32, now: Instant) {
        if let Server::Serving { owner, .. } = &self.server {
            let owner = owner.clone();
            self.call(&owner, Asked::Close, Method::Close { id }, now);
        }
    }

    fn start(&mut self, now: Instant) {
        self.start_at = None;
        if !self.is_starting() {
            self.call(BUS, Asked::Start, Method::StartService, now);
        }
    }

    fn is_starting(&self) -> bool {
        self.calls.values().any(|call| matches!(call.asked, Asked::Start))
    }

    fn call(&mut self, to: &str, asked: Asked, method: Method, now: Instant) {
        self.serial = next(self.serial);
        let patience = if let Asked::Start = asked { START } else { PATIENCE };
        self.calls.insert(self.serial, Call { to: to.to_owned(), asked, until: Some(now + patience) });
        self.effects.push(Effect::Call { serial: self.serial, to: to.to_owned(), method });
    }

    fn tell(&mut self, told: impl IntoIterator<Item = Told>) {
        self.effects.extend(told.into_iter().map(Effect::Tell));
    }

    fn heard(&mut self, heard: Heard, now: Instant) {
        let Heard { from, event } = heard;
        // Anyone on the bus can send us anything: who sent it is all that makes it true.
        match event {
            Event::Owner { new } if from == BUS => self.owner(new, now),
            Event::Signal(signal) if self.owner_is(&from) => self.signal(signal, now),
            Event::Returned { serial, returned } => self.returned(&from, serial, returned, now),
            Event::Owner { .. } | Event::Signal(_) => {}
        }
    }

    fn owner_is(&self, name: &str) -> bool {
        match &self.server {
            Server::Meeting { owner } | Server::Serving { owner, .. } => owner == name,
            Server::Away { .. } | Server::Asking | Server::Missing { .. } => false,
        }
    }

    fn owner(&mut self, new: Option<String>, now: Instant) {
        let had_one = matches!(self.server, Server::Meeting { .. } | Server::Serving { .. });
        match new {
            Some(owner) if self.owner_is(&owner) => {}
            Some(owner) => {
                self.forget_server();
                self.call(&owner, Asked::Capabilities, Method::GetCapabilities, now);
                self.call(&owner, Asked::Name, Method::GetServerInformation, now);
                self.server = Server::Meeting { owner };
            }
            None if had_one => {
                self.forget_server();
                self.server = Server::Missing { why: "what showed them has ended".to_owned() };
                if !self.screen.is_empty() && !self.revived {
                    self.revived = true;
                    self.start_at = Some(now + SUCCESSION);
                }
            }
            None => {}
        }
    }

    /// Its numbers mean nothing any more, and it will answer nothing.
    fn forget_server(&mut self) {
        self.name = None;
        self.start_at = None;
        self.early.clear();
        self.calls.retain(|_, call| call.to == BUS);
        let dismissed = self.screen.forget();
        self.tell(dismissed);
    }

    fn returned(&mut self, from: &str, serial: u32, returned: Returned, now: Instant) {
        // The bus answers for those who are gone.
        if !self.calls.get(&serial).is_some_and(|call| call.to == from || from == BUS) {
            return;
        }
        let Some(Call { asked, .. }) = self.calls.remove(&serial) else { return };
        match (asked, returned) {
            (Asked::Owner, Returned::Text(owner)) => self.owner(Some(owner), now),
            (Asked::Owner, _) => self.start(now),
            (Asked::Start, Returned::Refused { message, .. }) => self.not_started(message),
            // Who came up is told by the change of the name's owner.
            (Asked::Start, _) => {}
            (Asked::Capabilities, Returned::Words(words)) => self.meet(words, now),
            (Asked::Capabilities, _) => self.meet(Vec::new(), now),
            (Asked::Name, Returned::Server { name, version }) => {
                self.name = Some(format!("{name} {version}"))
            }
            (Asked::Notify { tag, sent }, Returned::Number(id)) => {
                self.came_up(&tag, serial, id, sent, now);
            }
            (Asked::Notify { tag, .. }, Returned::Refused { gone: true, .. }) => {
                self.screen.was_not_heard(&tag, serial);
            }
            (Asked::Notify { tag, .. }, Returned::Refused { message, .. }) => {
                let told = self.screen.refused(&tag, serial, message);
                self.tell(told);
            }
            (Asked::Notify { tag, .. }, _) => {
                let why = "what the notification server answered makes no sense".to_owned();
                let told = self.screen.refused(&tag, serial, why);
                self.tell(told);
            }
            (Asked::Name | Asked::Close, _) => {}
        }
    }

    fn not_started(&mut self, message: String) {
        if let Server::Asking | Server::Missing { .. } = self.server {
            self.server = Server::Missing { why: message };
        }
    }

    fn meet(&mut self, words: Vec<String>, now: Instant) {
        if let Server::Meeting { owner } = &self.server {
            self.server = Server::Serving { owner: owner.clone(), can: Can::of(words) };
            for tag in self.screen.tags() {
                self.send(&tag, now);
            }
        }
    }

    fn came_up(&mut self, tag: &Tag, serial: u32, id: u32, sent: Sent, now: Instant) {
        if self.screen.came_up(tag, serial, id, sent) {
            // It may have changed meanwhile.
            self.send(tag, now);
        } else {
            self.close(id, now);
        }
        for signal in std::mem::take(&mut self.early) {
            self.signal(signal, now);
        }
    }

    fn signal(&mut self, signal: Signal, now: Instant) {
        match self.screen.read(&signal, now) {
            Read::Nothing => {}
            Read::Over { told, open } => {
                if open {
                    // Some servers leave it up, as we asked them to.
                    self.close(signal.id(), now);
                }
                self.tell([told]);
            }
            Read::Unknown => {
                let unanswered = self.calls.values().any(|call| matches!(call.asked, Asked::Notify { .. }));
                if unanswered && self.early.len() < MOST_EARLY {
                    self.early.push(signal);
                }
            }
        }
    }

    fn tick(&mut self, now: Instant) {
        let due = |until: Option<Instant>| until.is_some_and(|until| until <= now);
        if due(self.start_at) {
            self.start(now);
        }
        let dismissed = self.screen.dismissed(now);
        self.tell(dismissed);
        let late: Vec<u32> =
            self.calls.iter().filter(|(_, call)| due(call.until)).map(|(serial, _)| *serial).collect();
        for serial in late {
            self.late(serial);
        }
    }

    fn late(&mut self, serial: u32) {
        let Some(call) = self.calls.get_mut(&serial) else { return };
        call.until = None;
        match &call.asked {
            Asked::Owner => self.effects.push(Effect::Hangup),
            // Its answer is still of use when it comes.
            Asked::Capabilities => {}
            Asked::Notify { tag, .. } => {
                let told = self.screen.fail(tag, "the notification server does not answer");
                self.tell(told);
            }
            Asked::Start => {
                self.calls.remove(&serial);
                self.not_started("it does not start".to_owned());
            }
            Asked::Name | Asked::Close => {
                self.calls.remove(&serial);
            }
        }
    }

    /// Says how things stand, where that has changed.
    fn settle(&mut self) {
        let desktop = self.desktop();
        let nobody = matches!(self.server, Server::Away { .. } | Server::Missing { .. });
        let hope = self.start_at.is_some() || self.is_starting();
        if let Some(trouble) = desktop.trouble.as_deref().filter(|_| nobody && !hope) {
            for tag in self.screen.tags() {
                let told = self.screen.fail(&tag, trouble);
                self.tell(told);
            }
        }
        if desktop != self.told {
            self.told = desktop.clone();
            self.effects.push(Effect::Desktop(desktop));
        }
    }

    fn desktop(&self) -> Desktop {
        let nothing = |trouble| Desktop { trouble, ..Desktop::default() };
        match &self.server {
            Server::Away { why: None } | Server::Asking => nothing(None),
            Server::Away { why: Some(why) } => nothing(Some(format!(
                "Notifications cannot be shown: the session bus cannot be reached ({why}). They come back with it."
            ))),
            Server::Missing { why } => nothing(Some(format!(
                "Notifications cannot be shown: nothing on this desktop does it ({why}). Start a notification \
                 daemon, and what waits is shown then."
            ))),
            Server::Meeting { .. } => nothing(self.silence()),
            Server::Serving { can, .. } => Desktop {
                server: self.name.clone(),
                buttons: can.actions,
                reply: can.inline_reply,
                capabilities: can.words.clone(),
                trouble: self.silence(),
            },
        }
    }

    /// Said while the server owes an answer for too long.
    fn silence(&self) -> Option<String> {
        self.calls.values().any(|call| call.until.is_none()).then(|| {
            let who = self.name.as_deref().unwrap_or("what shows them here");
            format!("Notifications may not be on screen: {who} does not answer. Start it again.")
        })
    }
}

/// Zero is no serial.
fn next(serial: u32) -> u32 {
    serial.checked_add(1).unwrap_or(1)
}

#[cfg(test)]
mod tests;
