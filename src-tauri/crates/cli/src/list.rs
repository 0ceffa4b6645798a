//! `bell asks`, `agents`, `threads`, `tasks`, `findings`: what there is, one a line.

use std::fmt::Display;

use deskbell_domain::{AgentState, FindingState, Millis, Novelty, Offer, Severity, TaskStatus, ThreadState};
use deskbell_engine::view::{
    AgentView, AskKind, AskStateWord, AskView, FindingView, OutcomeWord, TaskView, ThreadView,
};
use serde::Serialize;

use crate::desk::Desk;
use crate::moment::Clock;
use crate::paper::{Cell, Ink, Paper};
use crate::trouble::{Exit, Trouble};

pub async fn asks(desk: &Desk, paper: &mut Paper, all: bool) -> Result<Exit, Trouble> {
    let rows = desk.asks(all).await?;
    let nothing = if all { "Nobody has asked anything yet." } else { "Nothing waits for you." };
    let done = print(paper, &rows, &["KEY", "STATE", "WHEN", "AGENT", "TITLE"], nothing, |row, clock| {
        vec![
            key(&row.key),
            ask_state(row),
            ask_time(row, clock),
            row.agent.as_deref().unwrap_or_default().into(),
            Cell::short(&row.title, Ink::Bold),
        ]
    })?;
    if !paper.json {
        for source in desk.sources().await? {
            let waits = rows.iter().any(|row| row.source == source.source && row.settled_at.is_none());
            if let Some(at) = source.as_of.filter(|_| waits) {
                let moment = paper.clock.both(at);
                paper.say(&format!("{} is not live: what waits there is as of {moment}.", source.name))?;
            }
        }
    }
    Ok(done)
}

pub async fn agents(desk: &Desk, paper: &mut Paper) -> Result<Exit, Trouble> {
    let rows = desk.agents().await?;
    print(
        paper,
        &rows,
        &["KEY", "STATE", "NAME", "OFFERS"],
        "There are no agents.",
        |row: &AgentView, clock| {
            let state = match &row.transient {
                Some(transient) => Cell::new(
                    format!("{} {}", transient.kind, clock.relative(transient.since.millis())),
                    Ink::Warm,
                ),
                None => agent_state(&row.state),
            };
            vec![key(&row.key), state, Cell::short(&row.name, Ink::Bold), offers(&row.offers)]
        },
    )
}

pub async fn threads(desk: &Desk, paper: &mut Paper) -> Result<Exit, Trouble> {
    let rows = desk.threads().await?;
    let heads = ["KEY", "STATE", "UPDATED", "AGENT", "TITLE", "OFFERS"];
    print(paper, &rows, &heads, "There are no threads.", |row: &ThreadView, clock| {
        vec![
            key(&row.key),
            thread_state(&row.state),
            moment(row.updated_at, clock),
            row.agent.as_deref().unwrap_or_default().into(),
            Cell::short(&row.title, Ink::Bold),
            offers(&row.offers),
        ]
    })
}

pub async fn tasks(desk: &Desk, paper: &mut Paper) -> Result<Exit, Trouble> {
    let rows = desk.tasks().await?;
    let heads = ["KEY", "STATE", "STARTED", "AGENT", "TURNS", "TOKENS", "COST", "TITLE", "OFFERS"];
    print(paper, &rows, &heads, "There are no tasks.", |row: &TaskView, clock| {
        vec![
            key(&row.key),
            task_state(row),
            moment(row.started_at, clock),
            row.agent.as_deref().unwrap_or_default().into(),
            text(row.turns),
            tokens(row).into(),
            text(row.cost_micros.map(|micros| format!("${:.2}", micros as f64 / 1e6))),
            Cell::short(&row.title, Ink::Bold),
            offers(&row.offers),
        ]
    })
}

pub async fn findings(desk: &Desk, paper: &mut Paper) -> Result<Exit, Trouble> {
    let rows = desk.findings().await?;
    let heads = ["KEY", "STATE", "LAST AUDIT", "SEVERITY", "RULE", "PATH", "TEXT", "OFFERS"];
    print(paper, &rows, &heads, "There are no findings.", |row: &FindingView, _| {
        vec![
            key(&row.key),
            match row.state {
                FindingState::Open => "open".into(),
                FindingState::Overridden => Cell::new("overridden", Ink::Faint),
            },
            match row.news.map(|news| news.what) {
                None => Cell::from(""),
                Some(Novelty::Added) => Cell::new("added", Ink::Warm),
                Some(Novelty::Changed) => Cell::new("changed", Ink::Warm),
                Some(Novelty::Removed) => Cell::new("removed", Ink::Faint),
            },
            severity(&row.severity),
            row.rule.as_str().into(),
            row.path.as_str().into(),
            Cell::short(&row.text, Ink::Bold),
            offers(&row.offers),
        ]
    })
}

fn print<T: Serialize>(
    paper: &mut Paper,
    rows: &[T],
    heads: &[&str],
    nothing: &str,
    cells: impl Fn(&T, &Clock) -> Vec<Cell>,
) -> Result<Exit, Trouble> {
    if paper.json {
        for row in rows {
            paper.object(row)?;
        }
    } else if rows.is_empty() {
        paper.say(nothing)?;
    } else {
        let mut lines = vec![heads.iter().map(|head| Cell::new(head, Ink::Faint)).collect()];
        lines.extend(rows.iter().map(|row| cells(row, &paper.clock)));
        paper.table(&lines)?;
    }
    Ok(Exit::Done)
}

/// The state of an ask in a word; where it ended, how.
pub fn ask_state(ask: &AskView) -> Cell {
    let (word, ink) = match (ask.state, ask.outcome) {
        (AskStateWord::Open, _) => (kind(ask.kind), Ink::Warm),
        (AskStateWord::Held, _) => ("held", Ink::Warm),
        (AskStateWord::Sending, _) => ("sending", Ink::Warm),
        (AskStateWord::Sent, _) => ("sent", Ink::Warm),
        (AskStateWord::Stuck, _) => ("stuck", Ink::Bad),
        (AskStateWord::Settled, None) => ("settled", Ink::Faint),
        (AskStateWord::Settled, Some(OutcomeWord::Approved)) => ("approved", Ink::Good),
        (AskStateWord::Settled, Some(OutcomeWord::Denied)) => ("denied", Ink::Bad),
        (AskStateWord::Settled, Some(OutcomeWord::Answered)) => ("answered", Ink::Good),
        (AskStateWord::Settled, Some(OutcomeWord::Cancelled)) => ("cancelled", Ink::Faint),
        (AskStateWord::Settled, Some(OutcomeWord::Expired)) => ("expired", Ink::Faint),
        (AskStateWord::Settled, Some(OutcomeWord::Failed)) => ("failed", Ink::Bad),
        (AskStateWord::Settled, Some(OutcomeWord::Vanished)) => ("vanished", Ink::Faint),
    };
    Cell::new(word, ink)
}

pub fn kind(kind: AskKind) -> &'static str {
    match kind {
        AskKind::Approval => "approval",
        AskKind::Question => "question",
        AskKind::Form => "form",
        AskKind::Unknown => "unknown",
    }
}

/// When a snooze ends, the deadline of what waits, the end of what has ended, otherwise when it was asked.
fn ask_time(ask: &AskView, clock: &Clock) -> Cell {
    if let Some(until) = ask.snoozed_until.filter(|until| *until > clock.now) {
        return Cell::new(format!("sleeps until {}", clock.wall(until)), Ink::Faint);
    }
    match (ask.settled_at, ask.expires_at) {
        (Some(at), _) => moment(at, clock),
        (None, Some(at)) => Cell::new(format!("due {}", clock.relative(at)), Ink::Warm),
        (None, None) => moment(ask.asked_at, clock),
    }
}

fn moment(at: Millis, clock: &Clock) -> Cell {
    Cell::new(clock.relative(at), Ink::Faint)
}

fn key(key: &deskbell_domain::Key) -> Cell {
    Cell::from(key.to_string())
}

fn text(value: Option<impl Display>) -> Cell {
    Cell::from(value.map(|value| value.to_string()).unwrap_or_default())
}

fn offers(offers: &[Offer]) -> Cell {
    Cell::new(offers.iter().map(|offer| offer.id.as_str()).collect::<Vec<_>>().join(" "), Ink::Faint)
}

fn tokens(task: &TaskView) -> String {
    match (task.tokens_in, task.tokens_out) {
        (None, None) => String::new(),
        (into, out) => format!("{} → {}", into.unwrap_or_default(), out.unwrap_or_default()),
    }
}

fn agent_state(state: &AgentState) -> Cell {
    match state {
        AgentState::Running => Cell::new("running", Ink::Good),
        AgentState::Working => Cell::new("working", Ink::Good),
        AgentState::Stopped => Cell::new("stopped", Ink::Faint),
        AgentState::NeedsLogin => Cell::new("needs login", Ink::Bad),
        AgentState::Gone => Cell::new("gone", Ink::Faint),
        AgentState::Unknown(word) => Cell::short(word, Ink::Plain),
    }
}

fn thread_state(state: &ThreadState) -> Cell {
    match state {
        ThreadState::Idle => Cell::new("idle", Ink::Plain),
        ThreadState::Busy => Cell::new("busy", Ink::Good),
        ThreadState::Ended => Cell::new("ended", Ink::Faint),
        ThreadState::Unknown(word) => Cell::short(word, Ink::Plain),
    }
}

fn task_state(task: &TaskView) -> Cell {
    let (word, ink) = match &task.state {
        TaskStatus::Waiting => ("waiting", Ink::Warm),
        TaskStatus::Running => ("running", Ink::Good),
        TaskStatus::Done => ("done", Ink::Faint),
        TaskStatus::Failed => ("failed", Ink::Bad),
        TaskStatus::Cancelled => ("cancelled", Ink::Faint),
        TaskStatus::Unknown(word) => (word.as_str(), Ink::Plain),
    };
    match task.progress {
        Some(percent) => Cell::short(format!("{word} {percent}%"), ink),
        None => Cell::short(word, ink),
    }
}

fn severity(severity: &Severity) -> Cell {
    match severity {
        Severity::Info => Cell::new("info", Ink::Plain),
        Severity::Warning => Cell::new("warning", Ink::Warm),
        Severity::Error => Cell::new("error", Ink::Bad),
        Severity::Unknown(word) => Cell::short(word, Ink::Plain),
    }
}
