use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use deskbell_sim::warren::{Config, Received};

use crate::coordinator::{Ask, Coordinator, Filled, Said, Source};
use crate::held::{Held, Screen};

/// A warren with two tickets.
#[derive(Debug)]
pub struct Warren {
    warren: deskbell_sim::warren::Warren,
    lost: Mutex<Lost>,
}

/// The end of a turn is told to the connection that began it, and to no other.
#[derive(Debug, Default)]
struct Lost {
    turns: BTreeSet<String>,
    /// How often that was so.
    gaps: usize,
}

impl Warren {
    pub async fn start() -> Result<Self> {
        let warren = deskbell_sim::warren::Warren::start(Config::default()).await?;
        warren.open_ticket("T1", "Login from two countries");
        warren.open_ticket("T2", "A new admin");
        Ok(Self { warren, lost: Mutex::default() })
    }

    fn lost(&self) -> MutexGuard<'_, Lost> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lose_turns(&self) {
        let turns = self.warren.state().turns;
        let mut lost = self.lost();
        let before = lost.turns.len();
        lost.turns.extend(turns.into_iter().filter(|(_, status)| status == "running").map(|(id, _)| id));
        lost.gaps += usize::from(lost.turns.len() > before);
    }
}

impl Coordinator for Warren {
    fn source(&self) -> Source {
        let mut source = Source::new("soc", "warren", self.warren.url());
        source.settings = vec![("ticket", "T1".to_owned()), ("ticket", "T2".to_owned())];
        source
    }

    fn is_heard(&self) -> bool {
        self.warren.listeners() == 2
    }

    /// What others say is told to nobody: it is read with the ticket.
    fn work(&self, words: &str) {
        if self.warren.listeners() == 0 {
            self.warren.say_in_slack("T1", "mika", words);
        }
    }

    /// Only words of the operator lead to one.
    fn ask(&self, nth: usize) -> Ask {
        let said = |words| Said {
            thread: "soc/ticket:T1".to_owned(),
            thread_title: "Login from two countries",
            field: "text",
            words,
        };
        match nth {
            1 => Ask::new("Run bq_query?", "approve").after(said("tool SELECT 1")),
            2 => Ask::new("Which host?web-1 web-2", "answer")
                .filled("answer", Filled::Option("web-2"))
                .after(said("ask Which host?web-1 web-2")),
            _ => Ask::new("Where was she", "answer")
                .filled("answer", Filled::Text("Lisbon"))
                .after(said("ask Where was she")),
        }
    }

    async fn cut(&self) {
        self.lose_turns();
        self.warren.cut();
    }

    async fn restart(&self) -> Result<()> {
        self.lose_turns();
        Ok(self.warren.restart().await?)
    }

    fn held(&self) -> Held {
        let mut held = Held::default();
        let (state, lost) = (self.warren.state(), self.lost());
        let runs = |turn: &String| state.turns[turn] == "running" && !lost.turns.contains(turn);
        let busy = state.turns.keys().any(runs);
        held.row(Screen::Agents, if busy { "working" } else { "running" }, ["soc/agent:"]);
        for ticket in state.tickets.keys() {
            held.row(Screen::Threads, "idle", [&format!("soc/ticket:{ticket}")]);
        }
        for (session, turns) in &state.sessions {
            let works = turns.iter().any(runs);
            held.row(
                Screen::Threads,
                if works { "busy" } else { "idle" },
                [&format!("soc/session:{session}")],
            );
        }
        for message in state.messages.keys() {
            let kind = if state.traces.contains(message) { "stream" } else { "message" };
            held.line(kind, [&format!("soc/message:{message}")]);
        }
        for (turn, status) in &state.turns {
            let unheard = lost.turns.contains(turn);
            let word = match (status.as_str(), unheard) {
                ("running", false) => "running",
                ("running", true) => "not heard of since the connection was lost",
                _ => "done",
            };
            held.row(Screen::Tasks, word, [&format!("soc/turn:{turn}")]);
            held.line("turn", [&format!("soc/started:{turn}")]);
            if word == "done" && !unheard {
                held.line("turn", [&format!("soc/ended:{turn}")]);
            }
        }
        for (ask, status) in &state.asks {
            held.line("ask", [&format!("soc/asked:{ask}")]);
            match status.as_str() {
                "pending" => held.row(Screen::Inbox, "open", [&format!("soc/hitl:{ask}")]),
                _ => held.line("ask", [&format!("soc/resolved:{ask}")]),
            }
        }
        for _ in 0..lost.gaps {
            held.line("gap", ["The connection was lost while a turn was under way"]);
        }
        held
    }

    fn answered(&self) -> usize {
        self.warren.received().iter().filter(|one| matches!(one, Received::Mutation(_))).count()
    }
}
