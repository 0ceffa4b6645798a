//! What the server holds, as far as it has told: each word and each picture becomes events.

use deskbell_domain::{
    Ask, By, Covers, Entry, EntryKind, Event, Hash, ItemId, Millis, Settlement, Snapshot, When,
};

use super::agents::{Busy, Roster, agent_item};
use super::answers::{Claim, Errands, Need};
use super::asks::{
    Board, End, approval_ask, approval_end, approval_item, asked_entry, question_ask, question_end,
    question_item, settled_entry,
};
use super::frame::{Container, Message, Question, Word};
use super::messages::{Post, message_entry, message_thread, threads};
use super::picture::{History, Picture};
use super::recent::Recent;
use super::words::{clip, one_line};
use crate::{Effect, Effects};

#[derive(Debug)]
pub(super) struct Desk {
    pub board: Board,
    pub roster: Roster,
    pub post: Post,
    /// Lines of history that were told in this connection.
    told: Recent<ItemId, ()>,
}

impl Desk {
    pub fn new() -> Self {
        Self { board: Board::new(), roster: Roster::default(), post: Post::new(), told: Recent::new(16_384) }
    }

    /// A new connection begins: nothing of the last one counts.
    pub fn clear(&mut self) {
        self.board.clear();
        self.roster.clear();
        self.post.clear();
        self.told.clear();
    }

    /// Takes in one event. Without a connection there is no picture to wait for.
    pub fn hear(
        &mut self,
        word: Word,
        raw: &str,
        connected: bool,
        errands: &mut Errands,
        now: Millis,
        out: &mut Effects,
    ) -> Need {
        match word {
            Word::Message(message) => self.hear_message(&message, raw, errands, now, out),
            Word::ApprovalAdded(row) => {
                let is_bare =
                    row.subject() == "apply_commit" && row.diff.is_none() && row.diff_html.is_none();
                let is_news = self.hear_ask(approval_ask(&row, now), raw, out);
                // The event may leave the diff out; the picture has it.
                if is_news && is_bare && connected { Need::Picture } else { Need::Nothing }
            }
            Word::QuestionAdded(row) => {
                self.hear_ask(question_ask(&row, now), raw, out);
                Need::Nothing
            }
            Word::ApprovalResolved(row) => {
                let ask = self.board.get(&approval_item(row.id)).cloned();
                let ask = ask.unwrap_or_else(|| approval_ask(&row, now));
                self.settle(ask, approval_end(&row, now), raw, errands, out);
                Need::Nothing
            }
            Word::QuestionResolved(row) => self.hear_answer(&row, raw, connected, errands, now, out),
            Word::TransientSet(row) => {
                if let Some(name) = self.roster.set_busy(&row, now) {
                    self.show_agent(&name, out);
                    if let Some(busy) = self.roster.busy(&name).cloned() {
                        self.tell(busy_entry(&name, &busy, raw), out);
                    }
                }
                Need::Nothing
            }
            Word::TransientCleared(row) => {
                let Some((name, busy)) = self.roster.clear_busy(&row.name) else { return Need::Nothing };
                self.show_agent(&name, out);
                let item = ItemId::of("transient", format!("{name}:{}:cleared", seconds(busy.since)));
                let text = format!("{name}: {} is over", busy.action);
                self.tell(lifecycle(item, When::Seen(now), Some(&name), text, raw), out);
                // What became of the agent, only the picture tells.
                if connected { Need::Picture } else { Need::Nothing }
            }
            Word::ContainerChanged(container) => {
                let name = container.name.clone();
                let text = container_text(&container);
                self.roster.set_container(container, now);
                self.show_agent(&name, out);
                self.tell(lifecycle(of_frame(raw), When::Seen(now), Some(&name), text, raw), out);
                Need::Nothing
            }
            Word::ContainerRemoved(row) => {
                if self.roster.remove_container(&row.name) {
                    self.show_agent(&row.name, out);
                }
                let text = format!("{} was removed", row.name);
                self.tell(lifecycle(of_frame(raw), When::Seen(now), Some(&row.name), text, raw), out);
                Need::Nothing
            }
            Word::Changed(kind) => {
                self.tell(lifecycle(of_frame(raw), When::Seen(now), None, spaced(&kind), raw), out);
                if connected { Need::Picture } else { Need::Nothing }
            }
            Word::Queue(kind) => {
                self.tell(lifecycle(of_frame(raw), When::Seen(now), None, spaced(&kind), raw), out);
                Need::Nothing
            }
        }
    }

    /// Takes in a whole picture: what it does not list is gone.
    pub fn see(
        &mut self,
        picture: &Picture,
        history: &History,
        errands: &mut Errands,
        now: Millis,
        out: &mut Effects,
    ) {
        for (raw, why) in picture.odd().chain(&history.rows.odd) {
            out.push(Effect::Odd { raw: raw.clone().into_bytes(), why: why.clone() });
        }
        self.roster.replace(picture, now);
        let mut snapshot = Snapshot {
            covers: Covers {
                asks: knows_all_asks(picture),
                agents: knows_all_agents(picture),
                ..Covers::default()
            },
            ..Snapshot::default()
        };
        for (row, raw) in &picture.approval_history.rows {
            let (ask, end) = (approval_ask(row, now), approval_end(row, now));
            self.see_end(ask, end, raw, errands, &mut snapshot);
        }
        for (row, raw) in &picture.question_history.rows {
            let (ask, end) = (question_ask(row, now), question_end(row, now));
            if row.asked_at.is_some() {
                self.see_entry(asked_entry(&ask, raw), &mut snapshot);
            }
            self.see_end(ask, end, raw, errands, &mut snapshot);
        }
        let open = (picture.approvals.rows.iter().map(|(row, raw)| (approval_ask(row, now), raw)))
            .chain(picture.questions.rows.iter().map(|(row, raw)| (question_ask(row, now), raw)));
        for (ask, raw) in open {
            self.see_entry(asked_entry(&ask, raw), &mut snapshot);
            // A server that lists it both as open and as ended means the latter.
            if self.board.end(&ask.item).is_none() {
                self.board.open(&ask);
                snapshot.asks.push(ask);
            }
        }
        self.keep_unlisted(errands, &mut snapshot);
        snapshot.agents = self.roster.all();
        self.see_lifecycle(picture, now, &mut snapshot);
        let messages = || history.rows.rows.iter().map(|(message, _)| message);
        let items = self.post.history(messages());
        for (item, (message, raw)) in items.iter().zip(&history.rows.rows) {
            self.see_entry(message_entry(item.clone(), message, raw, now), &mut snapshot);
        }
        snapshot.threads = threads(messages(), now);
        out.push(Effect::Emit(Event::Snapshot(Box::new(snapshot))));
        for (item, message) in items.iter().zip(messages()) {
            errands.heard(item, message, out);
        }
    }

    fn hear_message(
        &mut self,
        message: &Message,
        raw: &str,
        errands: &mut Errands,
        now: Millis,
        out: &mut Effects,
    ) -> Need {
        let item = self.post.next(message);
        out.push(Effect::Emit(Event::Thread(message_thread(message, now))));
        self.tell(message_entry(item.clone(), message, raw, now), out);
        errands.heard(&item, message, out);
        Need::Nothing
    }

    /// Says whether it is news.
    fn hear_ask(&mut self, ask: Ask, raw: &str, out: &mut Effects) -> bool {
        let is_news = self.board.open(&ask);
        self.tell(asked_entry(&ask, raw), out);
        if is_news {
            out.push(Effect::Emit(Event::Ask(Box::new(ask))));
        }
        is_news
    }

    /// `question_resolved` does not repeat the question: it is ours to have kept.
    fn hear_answer(
        &mut self,
        row: &Question,
        raw: &str,
        connected: bool,
        errands: &mut Errands,
        now: Millis,
        out: &mut Effects,
    ) -> Need {
        let item = question_item(row.id);
        let end = question_end(row, now);
        if let Some(ask) = self.board.get(&item).cloned() {
            self.settle(ask, end, raw, errands, out);
            return Need::Nothing;
        }
        if self.board.end(&item).is_some() {
            return Need::Nothing;
        }
        let mut entry = settled_entry(&question_ask(row, now), &end, raw);
        if connected {
            // The picture has the question's text: leave the telling of its end to it.
            entry.item = ItemId::of("heard", &item);
            self.tell(entry, out);
            return Need::Picture;
        }
        self.tell(entry, out);
        self.board.close(&item, end.clone());
        out.push(Effect::Emit(Event::Settled(end.settle(item, None))));
        Need::Nothing
    }

    fn settle(&mut self, ask: Ask, end: End, raw: &str, errands: &mut Errands, out: &mut Effects) {
        let item = ask.item.clone();
        if !self.board.close(&item, end.clone()) {
            return;
        }
        self.tell(settled_entry(&ask, &end, raw), out);
        match claimed(errands.claim(&item, &end), &end, &ask) {
            Some(settlement) => out.push(Effect::Emit(Event::Settled(settlement))),
            None => errands.park(&item, Some(ask)),
        }
        errands.ended(&item, &end, out);
    }

    fn see_end(&mut self, ask: Ask, end: End, raw: &str, errands: &mut Errands, snapshot: &mut Snapshot) {
        let item = ask.item.clone();
        self.see_entry(settled_entry(&ask, &end, raw), snapshot);
        match claimed(errands.claim(&item, &end), &end, &ask) {
            Some(settlement) => snapshot.settled.push(settlement),
            None => errands.park(&item, self.board.get(&item).cloned()),
        }
        self.board.close(&item, end);
    }

    /// What is in no list and is not gone either: an answer's reply is still out, or its build still runs.
    fn keep_unlisted(&mut self, errands: &Errands, snapshot: &mut Snapshot) {
        if !snapshot.covers.asks {
            return;
        }
        let is_listed = |asks: &[Ask], item: &ItemId| asks.iter().any(|ask| ask.item == *item);
        for ask in errands.parked() {
            if !is_listed(&snapshot.asks, &ask.item) {
                snapshot.asks.push(ask.clone());
            }
        }
        for ask in self.board.opened() {
            if !is_listed(&snapshot.asks, &ask.item) && errands.builds(ask, &self.roster) {
                snapshot.asks.push(ask.clone());
            }
        }
        let listed: std::collections::HashSet<&ItemId> = snapshot.asks.iter().map(|ask| &ask.item).collect();
        self.board.keep_open(|item| listed.contains(item));
    }

    fn see_lifecycle(&mut self, picture: &Picture, now: Millis, snapshot: &mut Snapshot) {
        for (row, raw) in &picture.transients.rows {
            if let Some(busy) = self.roster.busy(&row.name).cloned() {
                self.see_entry(busy_entry(&row.name, &busy, raw), snapshot);
            }
        }
        for (row, raw) in &picture.warnings.rows {
            let item = ItemId::of("warning", Hash::of(&(&row.kind, &row.message)));
            let text = format!("Warning: {}", one_line(&row.message));
            self.see_entry(lifecycle(item, When::Seen(now), None, text, raw), snapshot);
        }
    }

    fn tell(&mut self, entry: Entry, out: &mut Effects) {
        if self.told.insert(entry.item.clone(), ()) {
            out.push(Effect::Emit(Event::Entry(entry)));
        }
    }

    fn see_entry(&mut self, entry: Entry, snapshot: &mut Snapshot) {
        if self.told.insert(entry.item.clone(), ()) {
            snapshot.entries.push(entry);
        }
    }

    fn show_agent(&self, name: &str, out: &mut Effects) {
        out.push(Effect::Emit(match self.roster.agent(name) {
            Some(agent) => Event::Agent(agent),
            None => Event::AgentGone(agent_item(name)),
        }));
    }
}

/// The end of an ask with whose it is; nothing while that is not known.
fn claimed(claim: Claim, end: &End, ask: &Ask) -> Option<Settlement> {
    let by = match claim {
        Claim::Us => By::Us,
        Claim::Them => end.by.clone(),
        Claim::Wait => return None,
    };
    Some(End { by, ..end.clone() }.settle(ask.item.clone(), Some(ask.clone())))
}

/// Whether an ask that the picture does not list is truly not open. A row that could not be read may be it.
fn knows_all_asks(picture: &Picture) -> bool {
    picture.approvals.is_whole()
        && picture.questions.is_whole()
        && picture.approval_history.odd.is_empty()
        && picture.question_history.odd.is_empty()
}

fn knows_all_agents(picture: &Picture) -> bool {
    picture.containers.is_whole() && picture.transients.odd.is_empty() && picture.tombstones.odd.is_empty()
}

fn busy_entry(name: &str, busy: &Busy, raw: &str) -> Entry {
    let item = ItemId::of("transient", format!("{name}:{}:{}", seconds(busy.since), busy.action));
    lifecycle(item, busy.since, Some(name), format!("{name}: {}", busy.action), raw)
}

fn lifecycle(item: ItemId, at: When, agent: Option<&str>, text: String, raw: &str) -> Entry {
    Entry {
        item,
        at,
        kind: EntryKind::Lifecycle,
        agent: agent.map(str::to_owned),
        thread: None,
        ask: None,
        text: clip(&text, 500),
        raw: raw.to_owned(),
    }
}

/// The identity of a frame that names nothing and tells no time.
fn of_frame(raw: &str) -> ItemId {
    ItemId::of("lifecycle", Hash::of_bytes(raw.as_bytes()))
}

fn container_text(container: &Container) -> String {
    let state = match (container.running, container.needs_login) {
        (true, true) => "needs a login",
        (true, false) => "is running",
        (false, _) => "is stopped",
    };
    match &container.pending {
        Some(action) => format!("{}: {action}", container.name),
        None => format!("{} {state}", container.name),
    }
}

fn seconds(at: When) -> i64 {
    at.millis().0.div_euclid(1000)
}

fn spaced(kind: &str) -> String {
    kind.replace('_', " ")
}
