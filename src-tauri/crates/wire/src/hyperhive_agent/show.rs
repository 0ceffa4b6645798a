//! What the agent holds, as far as it has told: rows and states become events.

use std::collections::BTreeMap;

use deskbell_domain::{
    By, Covers, Entry, EntryKind, Event, Gap, Hash, ItemId, Millis, Settlement, Snapshot, Task, When,
};

use super::deed::Seen;
use super::errands::Errands;
use super::face::{self, THREAD};
use super::frame::{Heard, Row};
use super::history::History;
use super::login::{Logins, settlement};
use super::picture::{Letter, Picture};
use super::row;
use super::scroll::{FULL, Laid, Scroll, is_anchor};
use super::turns::Turns;
use crate::words::{LINE, line};
use crate::{Effect, Effects};

#[derive(Debug, Default)]
pub(super) struct Show {
    pub scroll: Scroll,
    pub turns: Turns,
    pub logins: Logins,
    pub picture: Picture,
    /// Another source, under which this is shown.
    parent: Option<String>,
    /// When the last row was heard.
    updated: Millis,
    /// The newest turn, told apart from others.
    turn: Option<ItemId>,
}

impl Show {
    pub fn new(parent: Option<String>) -> Self {
        Self { parent, ..Self::default() }
    }

    pub fn seen(&self) -> Seen<'_> {
        Seen {
            picture: &self.picture,
            busy: self.is_busy(),
            turn: self.turn.as_ref(),
            open: self.logins.open(),
        }
    }

    pub fn is_busy(&self) -> bool {
        self.turns.is_busy() || (self.turns.is_blank() && self.picture.is_busy() == Some(true))
    }

    /// Takes in one row of the stream.
    pub fn hear(&mut self, heard: &Heard, raw: &str, errands: &mut Errands, now: Millis, out: &mut Effects) {
        let item = self.scroll.add(heard);
        self.updated = now;
        let tasks = self.turn(&item, &heard.row, now);
        errands.signs.hear(&heard.row, now);
        out.push(Effect::Emit(Event::Entry(self.entry(item, heard, raw, now))));
        out.extend(tasks.into_iter().map(|task| Effect::Emit(Event::Task(task))));
    }

    /// Takes in a row that cannot be asked about: there is no connection.
    pub fn recount(&mut self, heard: &Heard, raw: &str, now: Millis, out: &mut Effects) {
        self.hear(heard, raw, &mut Errands::default(), now, out);
    }

    /// The agent and its thread, as they are now.
    pub fn tell(&self, now: Millis, out: &mut Effects) {
        let parent = self.parent.as_deref();
        let agent = face::agent(&self.picture, &self.turns, self.is_busy(), parent, now);
        out.push(Effect::Emit(Event::Agent(agent)));
        let thread = face::thread(&self.picture, self.is_busy(), self.updated);
        out.push(Effect::Emit(Event::Thread(thread)));
    }

    /// Takes in a state alone.
    pub fn see_state(&mut self, picture: Picture, errands: &Errands, now: Millis, out: &mut Effects) {
        self.picture = picture;
        if let Some(settlement) = self.see_login(errands, now) {
            out.push(Effect::Emit(Event::Settled(settlement)));
        }
        if let Some(ask) = self.logins.ask(&self.picture) {
            out.push(Effect::Emit(Event::Ask(Box::new(ask))));
        }
        for letter in &self.picture.inbox {
            out.push(Effect::Emit(Event::Entry(self.letter(letter, now))));
        }
        self.tell(now, out);
    }

    /// Takes in history and state. Gives what the history holds that was not known before.
    pub fn see<'a>(
        &mut self,
        history: &'a History,
        picture: Picture,
        errands: &mut Errands,
        now: Millis,
        out: &mut Effects,
    ) -> Vec<&'a Heard> {
        self.picture = picture;
        for (raw, why) in &history.odd {
            out.push(Effect::Odd { raw: raw.clone().into_bytes(), why: why.clone() });
        }
        let rows: Vec<&Heard> = history.rows.iter().map(|(heard, _)| heard).collect();
        let is_first = self.scroll.is_empty();
        let Laid { rows: laid, fresh, is_torn } = self.scroll.lay(&rows);
        if is_torn {
            let why = "The agent's history no longer reaches back to what was last heard of it.".to_owned();
            out.push(Effect::Emit(Event::Gap(Gap { why })));
        }
        if rows.iter().any(|row| matches!(row.row, Row::TurnStart { .. } | Row::TurnEnd { .. })) {
            self.turns = Turns::default();
        }
        let covers = Covers { asks: true, agents: true, threads: true, ..Covers::default() };
        let mut snapshot = Snapshot { covers, ..Snapshot::default() };
        let mut tasks: BTreeMap<ItemId, Task> = BTreeMap::new();
        // Where the beginning is gone, rows before the model's first output are not to be told apart.
        let mut is_placed = !is_first || rows.len() < FULL;
        for ((item, is_news), (heard, raw)) in laid.into_iter().zip(&history.rows) {
            is_placed |= is_anchor(heard);
            tasks.extend(self.turn(&item, &heard.row, now).into_iter().map(|task| (task.item.clone(), task)));
            if is_news && is_placed {
                if !is_first {
                    errands.signs.hear(&heard.row, now);
                }
                self.updated = now;
                snapshot.entries.push(self.entry(item, heard, raw, now));
            }
        }
        snapshot.settled.extend(self.see_login(errands, now));
        snapshot.asks.extend(self.logins.ask(&self.picture));
        snapshot.entries.extend(self.picture.inbox.iter().map(|letter| self.letter(letter, now)));
        snapshot.tasks = tasks.into_values().collect();
        snapshot.agents =
            vec![face::agent(&self.picture, &self.turns, self.is_busy(), self.parent.as_deref(), now)];
        snapshot.threads = vec![face::thread(&self.picture, self.is_busy(), self.updated)];
        out.push(Effect::Emit(Event::Snapshot(Box::new(snapshot))));
        rows.into_iter().rev().take(fresh).rev().collect()
    }

    /// The agent says that no turn is under way, whatever its history says: the turn was cut off.
    pub fn settle_turn(&mut self, out: &mut Effects) {
        if self.picture.is_busy() == Some(false)
            && let Some(task) = self.turns.interrupt()
        {
            out.push(Effect::Emit(Event::Task(task)));
        }
    }

    fn turn(&mut self, item: &ItemId, row: &Row, now: Millis) -> Vec<Task> {
        if matches!(row, Row::TurnStart { .. }) {
            self.turn = Some(item.clone());
        }
        let agent = self.picture.label.clone();
        self.turns.take(item, row, agent.as_deref(), now)
    }

    fn see_login(&mut self, errands: &Errands, now: Millis) -> Option<Settlement> {
        let (item, outcome) = self.logins.see(&self.picture, self.turn.as_ref(), now)?;
        let by = if errands.claims(&item, &self.picture) { By::Us } else { By::Other("somebody".to_owned()) };
        Some(settlement(item, by, outcome, now))
    }

    fn entry(&self, item: ItemId, heard: &Heard, raw: &str, now: Millis) -> Entry {
        Entry {
            item,
            at: When::Seen(now),
            kind: row::kind(&heard.row),
            agent: self.picture.label.clone(),
            thread: Some(ItemId::new(THREAD)),
            ask: None,
            text: row::text(&heard.row, raw),
            raw: raw.to_owned(),
        }
    }

    fn letter(&self, letter: &Letter, now: Millis) -> Entry {
        let Letter { from, body, at } = letter;
        Entry {
            item: ItemId::of("inbox", Hash::of(&(from, body, at))),
            at: at.map_or(When::Seen(now), |at| When::Said(Millis::from_seconds(at))),
            kind: EntryKind::Message,
            agent: self.picture.label.clone(),
            thread: Some(ItemId::new(THREAD)),
            ask: None,
            text: line(&format!("{from} (in the inbox): {body}"), LINE),
            raw: serde_json::json!({ "from": from, "body": body, "at": at }).to_string(),
        }
    }
}
