use anyhow::Result;
use deskbell_sim::hyperhive::Container;
use deskbell_sim::hyperhive_agent::Config;
use serde_json::{Value, json};

use super::hyperhive::put_agents;
use super::text;
use crate::coordinator::{Ask, Coordinator, Filled, Source};
use crate::held::{Held, Screen};

/// One agent, on a host that lists it.
#[derive(Debug)]
pub struct HyperhiveAgent {
    agent: deskbell_sim::hyperhive_agent::HyperhiveAgent,
    host: deskbell_sim::Hyperhive,
}

impl HyperhiveAgent {
    pub async fn start() -> Result<Self> {
        let agent = deskbell_sim::hyperhive_agent::HyperhiveAgent::start(Config::default()).await?;
        // The published version tells of a login half a minute later.
        agent.switch(|faults| faults.counts = true);
        let host = deskbell_sim::Hyperhive::start(deskbell_sim::Config::default()).await?;
        let port = agent.url().rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        host.put_container(Container { port, ..Container::running("coder") });
        Ok(Self { agent, host })
    }
}

impl Coordinator for HyperhiveAgent {
    fn source(&self) -> Source {
        let host = Source::new("hive", "hyperhive", self.host.url());
        let mut source = Source::new("hive coder", "hyperhive-agent", self.agent.url());
        source.settings.push(("parent", host.name.to_owned()));
        source.listed = Some((Box::new(host), "coder"));
        source
    }

    fn is_heard(&self) -> bool {
        self.agent.subscribers() > 0
    }

    /// A turn with all that belongs to one; the last one before it may have failed.
    fn work(&self, words: &str) {
        self.agent.begin_turn("manager", words);
        self.agent.say(&format!("{words}, I look"));
        self.agent.use_tool("Bash", &json!({ "command": format!("echo {words}") }), "214 passed");
        self.agent.result(false);
        let failed = words.contains("nobody");
        self.agent.end_turn(!failed, failed.then_some("claude exited with 1"));
    }

    fn ask(&self, nth: usize) -> Ask {
        match nth {
            2 => Ask::new("coder waits for the code of its login", "login-code")
                .filled("code", Filled::Text("c0de")),
            _ => {
                self.agent.need_login();
                Ask::new("coder needs a login", "login-start")
            }
        }
    }

    async fn cut(&self) {
        self.agent.cut_connections().await;
    }

    async fn restart(&self) -> Result<()> {
        Ok(self.agent.restart().await?)
    }

    fn held(&self) -> Held {
        let mut held = Held::default();
        put_agents(&mut held, &self.host.state());
        let status = self.agent.state()["status"].clone();
        let asks = match status.as_str() {
            Some("needs_login_idle") => Some("hive-coder/login:start"),
            Some("needs_login_in_progress") => Some("hive-coder/login:code"),
            _ => None,
        };
        if let Some(key) = asks {
            held.row(Screen::Inbox, "open", [key]);
        }
        let busy = self.agent.is_busy();
        let state = match (asks, busy) {
            (Some(_), _) => "needsLogin",
            (None, true) => "working",
            (None, false) => "running",
        };
        held.row(Screen::Agents, state, ["hive-coder/agent:coder"]);
        held.row(Screen::Threads, if busy { "busy" } else { "idle" }, ["hive-coder/thread:stream"]);
        put_rows(&mut held, &self.agent.rows());
        held
    }

    fn answered(&self) -> usize {
        self.agent.received().len()
    }
}

/// The rows of the agent's store, and the turns they make up.
fn put_rows(held: &mut Held, rows: &[Value]) {
    let mut turn = String::new();
    for row in rows {
        match text(row, "kind") {
            "turn_start" => {
                turn = format!("{}: {}", text(row, "from"), text(row, "body"));
                held.line("turn", ["hive-coder/row:", "Turn begins", &turn]);
            }
            "turn_end" => {
                let done = row["ok"] == true;
                let words = if done { "Turn ended" } else { "Turn failed" };
                held.line("turn", ["hive-coder/row:", words, text(row, "note")]);
                held.row(Screen::Tasks, if done { "done" } else { "failed" }, ["hive-coder/turn:", &turn]);
            }
            "stream" => held.line("stream", ["hive-coder/row:", &said(row)]),
            told => held.line("lifecycle", ["hive-coder/row:", &told.replace('_', " ")]),
        }
    }
}

/// Words that stand in such a row alone.
fn said(row: &Value) -> String {
    let part = &row["message"]["content"][0];
    match (text(row, "type"), text(part, "type")) {
        ("result", _) => "Done in".to_owned(),
        (_, "text") => text(part, "text").to_owned(),
        (_, "tool_use") => text(&part["input"], "command").to_owned(),
        _ => text(&part["content"][0], "text").to_owned(),
    }
}
