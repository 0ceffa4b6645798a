use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use deskbell_sim::opencode::{Config, Deed, Prompt, Turn};
use serde_json::Value;

use super::{rows, text};
use crate::coordinator::{Ask, Coordinator, Filled, Source};
use crate::held::{Held, Screen};

/// An opencode with two sessions: one that asks, and one that only talks.
#[derive(Debug)]
pub struct Opencode {
    server: deskbell_sim::opencode::Opencode,
    work: String,
    talk: String,
    /// The items of all that ever waited: the server keeps only what waits now.
    asked: Mutex<BTreeSet<String>>,
    /// Those of them that waited when it was started again.
    forgotten: Mutex<BTreeSet<String>>,
}

impl Opencode {
    pub async fn start() -> Result<Self> {
        let server = deskbell_sim::opencode::Opencode::start(Config::default()).await?;
        let (work, talk) = (server.session("Write the parser"), server.session("Small talk"));
        Ok(Self { server, work, talk, asked: Mutex::default(), forgotten: Mutex::default() })
    }

    fn asked(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forgotten(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.forgotten.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waiting(&self) -> BTreeSet<String> {
        let state = self.server.state();
        let items = |table: &str, kind: &str| -> Vec<String> {
            rows(&state[table]).map(|row| format!("{kind}:{}", text(row, "id"))).collect()
        };
        items("permissions", "permission").into_iter().chain(items("questions", "question")).collect()
    }
}

impl Coordinator for Opencode {
    fn source(&self) -> Source {
        Source::new("code", "opencode", self.server.url())
    }

    fn is_heard(&self) -> bool {
        self.server.subscribers() > 0
    }

    fn work(&self, words: &str) {
        let turn = Turn::say(&format!("{words}, I read it.")).thinking("Hm.").doing(Deed::read("a.txt"));
        self.server.prompt(&self.talk, words, vec![turn, Turn::say("That was it.")]);
    }

    fn ask(&self, nth: usize) -> Ask {
        let (deed, ask) = match nth {
            1 => (Deed::edit("a.txt", "@@ -1 +1 @@\n-alpha\n+beta\n"), Ask::new("Edit a.txt", "once")),
            2 => {
                let options = [("Yes", "It goes on"), ("No", "It stays")];
                let ask = Ask::new("Shall I go on?", "answer").filled("q1", Filled::Option("Yes"));
                (Deed::Ask(vec![Prompt::new("Go on", "Shall I go on?", &options)]), ask)
            }
            _ => (Deed::run("npm test", "ok\n"), Ask::new("Run: npm test", "once")),
        };
        let turns = vec![Turn::say("I do it.").doing(deed), Turn::say("Done.")];
        self.server.prompt(&self.work, &format!("Step {nth}"), turns);
        self.asked().extend(self.waiting());
        ask
    }

    async fn cut(&self) {
        self.server.cut_connections().await;
    }

    /// What waited is forgotten, and nobody is told.
    async fn restart(&self) -> Result<()> {
        self.forgotten().extend(self.waiting());
        Ok(self.server.restart().await?)
    }

    fn held(&self) -> Held {
        let mut held = Held::default();
        let (state, waiting) = (self.server.state(), self.waiting());
        for item in self.asked().iter() {
            held.line("ask", [&format!("code/asked:{item}")]);
            if waiting.contains(item) {
                held.row(Screen::Inbox, "open", [&format!("code/{item}")]);
            } else {
                let end = if self.forgotten().contains(item) { "vanished" } else { "ended" };
                held.line("ask", [&format!("code/{end}:{item}")]);
            }
        }
        for session in rows(&state["sessions"]) {
            let id = text(session, "id");
            let busy = state["statuses"].get(id).is_some();
            held.row(Screen::Threads, if busy { "busy" } else { "idle" }, [&format!("code/session:{id}")]);
            let idle = if session["tokens"]["output"] == 0 { "waiting" } else { "done" };
            held.row(Screen::Tasks, if busy { "running" } else { idle }, [&format!("code/task:{id}")]);
            for message in rows(&self.server.messages(id)) {
                put_parts(&mut held, message);
            }
        }
        // That a session works or rests, and what it plans, is told as it happens, and kept nowhere.
        held.passing("lifecycle", "code/event:");
        held
    }

    fn answered(&self) -> usize {
        self.server.received().len()
    }
}

fn put_parts(held: &mut Held, message: &Value) {
    let by_operator = message["info"]["role"] == "user";
    for part in rows(&message["parts"]) {
        let kind = match text(part, "type") {
            "step-start" => continue,
            "text" | "reasoning" if text(part, "text").is_empty() => continue,
            "text" if by_operator => "message",
            "step-finish" => "turn",
            _ => "stream",
        };
        held.line(kind, [&format!("code/part:{}", text(part, "id"))]);
    }
}
