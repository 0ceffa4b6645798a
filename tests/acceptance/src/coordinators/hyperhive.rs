use anyhow::Result;
use deskbell_sim::Config;
use deskbell_sim::hyperhive::Prompt;
use serde_json::Value;

use super::{rows, text};
use crate::coordinator::{Ask, Coordinator, Filled, Source};
use crate::held::{Held, Screen};

/// One hyperhive host, with the agent `coder`.
#[derive(Debug)]
pub struct Hyperhive(deskbell_sim::Hyperhive);

impl Hyperhive {
    pub async fn start() -> Result<Self> {
        Ok(Self(deskbell_sim::Hyperhive::start(Config::default()).await?))
    }
}

impl Coordinator for Hyperhive {
    fn source(&self) -> Source {
        Source::new("hive", "hyperhive", self.0.url())
    }

    fn is_heard(&self) -> bool {
        self.0.subscribers() > 0
    }

    /// A message, and a question that somebody else answers.
    fn work(&self, words: &str) {
        self.0.send("coder", "operator", words);
        let question = self.0.ask_question(Prompt::new("coder", &format!("{words}: again?")));
        self.0.answer_elsewhere(question, "No", "manager");
    }

    fn ask(&self, nth: usize) -> Ask {
        match nth {
            1 => {
                self.0.ask_approval("coder", "Add ripgrep");
                Ask::new("Add ripgrep", "approve")
            }
            2 => {
                let prompt = Prompt::new("coder", "Which hosts get the update?").options(&["alpha", "beta"]);
                self.0.ask_question(prompt.multi());
                Ask::new("Which hosts get the update?", "answer")
                    .filled("answer", Filled::Option("beta"))
                    .filled("answer", Filled::Text("after the backup"))
            }
            _ => {
                self.0.ask_approval("coder", "Drop the table");
                Ask::new("Drop the table", "deny").filled("note", Filled::Text("not on a Friday"))
            }
        }
    }

    async fn cut(&self) {
        self.0.cut_connections().await;
    }

    async fn restart(&self) -> Result<()> {
        Ok(self.0.restart().await?)
    }

    fn held(&self) -> Held {
        let mut held = Held::default();
        let state = self.0.state();
        put_agents(&mut held, &state);
        put_asks(&mut held, &state);
        for message in rows(&self.0.history()["events"]) {
            let (from, to, body) = (text(message, "from"), text(message, "to"), text(message, "body"));
            if message["kind"] == "delivered" {
                held.line("lifecycle", ["hive/message:", &format!("delivered to {to}: {body}")]);
            } else {
                held.line("message", ["hive/message:", &format!("{from} → {to}: {body}")]);
            }
        }
        held.row(Screen::Threads, "idle", ["hive/thread:coder"]);
        // What is approved is built, which is told as it begins and as it ends.
        for approval in rows(&state["approval_history"]).filter(|row| row["status"] == "approved") {
            let agent = text(approval, "agent");
            held.line("lifecycle", [&format!("hive/transient:{agent}:"), ":rebuilding"]);
            held.line("lifecycle", [&format!("hive/transient:{agent}:"), ":cleared"]);
        }
        held
    }

    fn answered(&self) -> usize {
        self.0.received().len()
    }
}

/// Whoever works for a host, as its source `hive` shows them.
pub(super) fn put_agents(held: &mut Held, state: &Value) {
    held.row(Screen::Agents, "running", ["hive/agent:*"]);
    for container in rows(&state["containers"]) {
        let word = if container["running"] == true { "running" } else { "stopped" };
        held.row(Screen::Agents, word, [&format!("hive/agent:{}", text(container, "name"))]);
    }
}

fn put_asks(held: &mut Held, state: &Value) {
    for (table, ended, kind, title) in [
        ("approvals", "approval_history", "approval", "description"),
        ("questions", "question_history", "question", "question"),
    ] {
        let key = |row: &Value, what: &str| format!("hive/{what}{kind}:{}", row["id"]);
        for row in rows(&state[table]) {
            held.row(Screen::Inbox, "open", [&key(row, ""), text(row, title)]);
        }
        for row in rows(&state[table]).chain(rows(&state[ended])) {
            held.line("ask", [&key(row, "asked:"), text(row, title)]);
        }
        for row in rows(&state[ended]) {
            let how = match (text(row, "status"), text(row, "answer")) {
                ("approved", _) => "Approved",
                ("denied", _) => "Denied",
                (_, answer) => answer,
            };
            held.line("ask", [&key(row, "settled:"), text(row, title), how]);
        }
    }
}
