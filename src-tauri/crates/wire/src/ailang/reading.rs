//! Reading all the hub holds: after every connect, and again and again, as it pushes no approvals.

use deskbell_domain::{By, Covers, Event, Fault, FaultCode, Millis, Next, Outcome, Snapshot, When};
use serde_json::Value;

use super::approval::{self, Standing};
use super::asks::{End, Origin, Waiting, asked_line};
use super::conversation::odd;
use super::words::{TITLE, line};
use super::{Ailang, Phase, Purpose, TICK, TICK_MS, emit, inbox, request};
use crate::{Effect, Effects, Reply};

/// Decided approvals that are taken into the history at a connect; the server lists them newest first.
const MOST_DECIDED: usize = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    Threads,
    /// Those that wait, or all with how they ended.
    Approvals {
        all: bool,
    },
    Pending,
    Running,
    Agents,
    Inbox,
}

impl List {
    fn path(self) -> &'static str {
        match self {
            Self::Threads => "/api/threads",
            Self::Approvals { all: true } => "/api/approvals?status=all",
            Self::Approvals { all: false } => "/api/approvals?status=pending",
            Self::Pending => "/api/coordinator/pending",
            Self::Running => "/api/coordinator/running",
            Self::Agents => "/api/agents",
            Self::Inbox => "/api/inbox?inbox=user&unread=true",
        }
    }

    /// Whether a hub may well not have it: it runs without a coordinator, or is older.
    fn is_optional(self) -> bool {
        match self {
            Self::Threads | Self::Approvals { .. } => false,
            Self::Pending | Self::Running | Self::Agents | Self::Inbox => true,
        }
    }
}

/// What has come so far. Of an optional list, that it is not there.
#[derive(Debug)]
pub(super) struct Reading {
    all: bool,
    threads: Option<Vec<Value>>,
    approvals: Option<Vec<Value>>,
    pending: Option<Option<Vec<Value>>>,
    running: Option<Option<Vec<Value>>>,
    agents: Option<Option<Value>>,
    inbox: Option<Option<Vec<Value>>>,
}

impl Reading {
    fn new(all: bool) -> Self {
        Self { all, threads: None, approvals: None, pending: None, running: None, agents: None, inbox: None }
    }

    fn is_whole(&self) -> bool {
        self.threads.is_some()
            && self.approvals.is_some()
            && self.pending.is_some()
            && self.running.is_some()
            && self.agents.is_some()
            && self.inbox.is_some()
    }

    fn take(&mut self, list: List, reply: &Reply) -> Result<(), Fault> {
        let there = !(list.is_optional() && matches!(reply.status, 404 | 405 | 501 | 503));
        let body = if there { Some(body(list, reply)?) } else { None };
        let rows = |name: &str| body.clone().map(|body| rows(body, name));
        let all = |name: &str| rows(name).transpose().map_err(|()| not_ailang(list, reply));
        match list {
            List::Threads => self.threads = Some(all("threads")?.unwrap_or_default()),
            List::Approvals { .. } => self.approvals = Some(all("approvals")?.unwrap_or_default()),
            List::Pending => self.pending = Some(all("pending")?),
            List::Running => self.running = Some(all("running")?),
            List::Agents => self.agents = Some(body),
            List::Inbox => self.inbox = Some(all("messages")?),
        }
        Ok(())
    }
}

impl Ailang {
    pub(super) fn read_all(&mut self, all: bool, out: &mut Effects) {
        if self.recording || self.link == Phase::Down {
            return;
        }
        if self.reading.is_some() {
            // What is asked already may be older than what this is about.
            self.again = true;
            return;
        }
        self.again = false;
        self.reading = Some(Box::new(Reading::new(all)));
        let lists =
            [List::Threads, List::Approvals { all }, List::Pending, List::Running, List::Agents, List::Inbox];
        for list in lists {
            self.call(request::get(list.path()), Purpose::List(list), out);
        }
    }

    pub(super) fn listed(&mut self, list: List, reply: Result<Reply, Fault>, now: Millis, out: &mut Effects) {
        let Some(reading) = &mut self.reading else { return };
        if let Err(fault) = reply.and_then(|reply| reading.take(list, &reply)) {
            self.calls.retain(|_, purpose| !matches!(purpose, Purpose::List(_)));
            self.reading = None;
            return out.push(Effect::Fail(fault));
        }
        if reading.is_whole()
            && let Some(reading) = self.reading.take()
        {
            self.take_all(*reading, now, out);
        }
    }

    fn take_all(&mut self, reading: Reading, now: Millis, out: &mut Effects) {
        for (raw, why) in self.threads.learn_all(&reading.threads.unwrap_or_default()) {
            odd(raw, &why, out);
        }
        let letters = reading.inbox.and_then(|rows| rows);
        let letters = self.inbox.learn_all(letters.as_deref());
        let agents = reading.agents.and_then(|body| body);
        if let Some(body) = &agents {
            self.agents.learn_all(body, out);
        }
        let tasks = self.running_listed(&reading.running.and_then(|rows| rows).unwrap_or_default(), now, out);
        let mut snapshot = Snapshot {
            covers: Covers { agents: agents.is_some(), ..Covers::default() },
            agents: self.agents.all(),
            threads: self.threads.all(),
            tasks,
            ..Snapshot::default()
        };
        snapshot.threads.extend(self.inbox.thread());
        for letter in letters {
            let raw = letter.to_string();
            match inbox::entry(letter, &raw, now) {
                Ok(entry) => snapshot.entries.push(entry),
                Err(why) => odd(raw, &why, out),
            }
        }
        let approvals = reading.approvals.unwrap_or_default();
        let pending = reading.pending.and_then(|rows| rows).unwrap_or_default();
        let known_gone = self.approvals_listed(&approvals, &pending, reading.all, &mut snapshot, now, out);
        snapshot.covers.asks = known_gone && self.threads.is_whole();
        snapshot.asks = self.asks.all().map(|(_, waiting)| waiting.ask.clone()).collect();
        out.push(emit(Event::Snapshot(Box::new(snapshot))));

        for (thread, from) in self.threads.take_due() {
            self.send(request::subscribe(&thread, from), out);
        }
        self.find_diffs(out);
        if self.link == Phase::Open {
            self.link = Phase::Live;
            out.push(Effect::Live);
        }
        if !known_gone {
            self.read_all(true, out);
        } else if self.again {
            self.read_all(false, out);
        }
        out.push(Effect::Arm { timer: TICK, after_ms: TICK_MS });
    }

    /// Takes the approvals. Tells whether it is known of each that waited before whether it still does.
    fn approvals_listed(
        &mut self,
        rows: &[Value],
        pending: &[Value],
        all: bool,
        snapshot: &mut Snapshot,
        now: Millis,
        out: &mut Effects,
    ) -> bool {
        let mut listed: Vec<Waiting> = Vec::new();
        let mut decided = 0;
        for value in rows {
            match approval::read(value, now) {
                Ok(Standing::Pending(waiting)) => listed.push(*waiting),
                Ok(Standing::Ended { item, end, ask }) => {
                    decided += 1;
                    let ours = self.is_waited_for(&item);
                    // Deliveries under way judge their own.
                    if ours || decided > MOST_DECIDED {
                        continue;
                    }
                    if let Some((mut settlement, entry)) = self.asks.close(&item, end, now) {
                        settlement.ask = Some(ask);
                        snapshot.settled.push(settlement);
                        snapshot.entries.push(entry);
                    }
                }
                Err(why) => odd(value.to_string(), &why, out),
            }
        }
        for value in pending {
            match approval::coordinated(value, now) {
                Ok(row) => match listed.iter_mut().find(|known| known.ask.item == row.ask.item) {
                    // The hub's own list says more of it, but not until when it waits.
                    Some(known) => known.ask.expires = known.ask.expires.or(row.ask.expires),
                    None => listed.push(row),
                },
                Err(why) => odd(value.to_string(), &why, out),
            }
        }
        let missing: Vec<_> = self
            .asks
            .all()
            .filter(|(item, waiting)| {
                !matches!(waiting.from, Origin::Thread { .. })
                    && !self.is_waited_for(item)
                    && !listed.iter().any(|listed| listed.ask.item == **item)
            })
            .map(|(item, _)| item.clone())
            .collect();
        for waiting in listed {
            let new = self.asks.get(&waiting.ask.item).is_none();
            let entry = asked_line(&waiting, now);
            if self.asks.open(waiting) && new {
                snapshot.entries.push(entry);
            }
        }
        if !all {
            return missing.is_empty();
        }
        for item in missing {
            let raw = serde_json::json!({ "vanished": item }).to_string();
            let end = End { at: When::Seen(now), by: By::Nobody, outcome: Outcome::Vanished, raw };
            if let Some((settlement, entry)) = self.asks.close(&item, end, now) {
                snapshot.settled.push(settlement);
                snapshot.entries.push(entry);
            }
        }
        true
    }

    /// What a new approval would merge is read once.
    fn find_diffs(&mut self, out: &mut Effects) {
        for (item, task) in self.asks.take_unillustrated() {
            let request = request::get_of("/api/coordinator/tasks/", &task, "/diff");
            self.call(request, Purpose::Diff(item), out);
        }
    }

    pub(super) fn diff_told(
        &mut self,
        item: &deskbell_domain::ItemId,
        reply: Option<Reply>,
        out: &mut Effects,
    ) {
        let body = reply.filter(|reply| reply.status == 200);
        let body = body.and_then(|reply| serde_json::from_slice::<Value>(&reply.body).ok());
        let diff = body.as_ref().and_then(|body| super::json::Row(body).text("diff"));
        if let Some(ask) = diff.and_then(|diff| self.asks.add_diff(item, diff)) {
            out.push(emit(Event::Ask(Box::new(ask))));
        }
    }

    pub(super) fn show_inbox(&self, out: &mut Effects) {
        out.extend(self.inbox.thread().map(Event::Thread).map(emit));
    }
}

fn body(list: List, reply: &Reply) -> Result<Value, Fault> {
    match reply.status {
        200 => serde_json::from_slice(&reply.body).map_err(|_| not_ailang(list, reply)),
        401 | 403 => Err(unauthorized(reply.status)),
        429 | 500.. => Err(Fault::new(
            FaultCode::Server,
            format!("The hub is in trouble: {} answered {} {}", list.path(), reply.status, beginning(reply)),
            "",
            Next::Soon,
        )),
        _ => Err(not_ailang(list, reply)),
    }
}

/// A bare list, `null` for an empty one, or a list under its name.
pub(super) fn rows(body: Value, name: &str) -> Result<Vec<Value>, ()> {
    match body {
        Value::Null => Ok(Vec::new()),
        Value::Array(rows) => Ok(rows),
        Value::Object(mut map) => match map.remove(name) {
            Some(Value::Array(rows)) => Ok(rows),
            Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) | None => Err(()),
        },
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Err(()),
    }
}

fn unauthorized(status: u16) -> Fault {
    Fault::new(
        FaultCode::Unauthorized,
        format!("The hub does not let us in ({status})."),
        "Set the bearer token it wants.",
        Next::Never,
    )
}

fn not_ailang(list: List, reply: &Reply) -> Fault {
    Fault::new(
        FaultCode::WrongDialect,
        format!(
            "This does not speak as an AILANG hub does: {} answered {}: {}",
            list.path(),
            reply.status,
            beginning(reply)
        ),
        "Check that the address is that of the Collaboration Hub, without a path.",
        Next::Never,
    )
}

/// What a reply begins with, for an error text: the hub's errors are plain text.
pub(super) fn beginning(reply: &Reply) -> String {
    let bytes = reply.body.get(..reply.body.len().min(1_000)).unwrap_or_default();
    line(&String::from_utf8_lossy(bytes), TITLE)
}
