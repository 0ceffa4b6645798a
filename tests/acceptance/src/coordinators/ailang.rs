use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use deskbell_sim::ailang::Config;
use serde_json::{Value, json};

use super::{rows, text};
use crate::coordinator::{Ask, Coordinator, Filled, Source};
use crate::held::{Held, Screen};

/// A hub with one thread and one task.
#[derive(Debug)]
pub struct Ailang {
    hub: deskbell_sim::ailang::Ailang,
    thread: String,
    task: String,
    /// The ids of its questions, answered or not: the hub keeps them as messages among others.
    questions: Mutex<Vec<String>>,
}

impl Ailang {
    pub async fn start() -> Result<Self> {
        let hub = deskbell_sim::ailang::Ailang::start(Config::default()).await?;
        let thread = hub.put_thread("Write the parser", "coder");
        let task = hub.put_task("Parser, first part", &thread);
        // One batch, and an empty one.
        for step in 1..=50 {
            hub.say(&thread, "coder", "result", &format!("Step {step}"))
                .context("there is no such thread")?;
        }
        Ok(Self { hub, thread, task, questions: Mutex::default() })
    }

    fn asked(&self) -> MutexGuard<'_, Vec<String>> {
        self.questions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Coordinator for Ailang {
    fn source(&self) -> Source {
        Source::new("hub", "ailang", self.hub.url())
    }

    fn is_heard(&self) -> bool {
        self.hub.connections() > 0
    }

    /// A status, a turn of the task, and a letter.
    fn work(&self, words: &str) {
        self.hub.say(&self.thread, "coder", "status", words);
        let turn = self.hub.state()["tasks"][&self.task].as_array().map_or(0, Vec::len) + 1;
        self.hub.work(&self.task, json!({ "stream_type": "text", "turn_num": turn, "text": words }));
        let end = json!({ "stream_type": "turn_end", "turn_num": turn, "tokens_in": 100, "tokens_out": 10 });
        self.hub.work(&self.task, end);
        self.hub.write_letter("coder", "user", words);
    }

    fn ask(&self, nth: usize) -> Ask {
        let question = |words: &str, answer| {
            self.asked().extend(self.hub.say(&self.thread, "coder", "question", words));
            Ask::new(words, "answer").filled("text", Filled::Text(answer))
        };
        match nth {
            1 => question("Tabs or spaces?", "Spaces"),
            2 => {
                self.hub.ask_approval(&self.thread, "coder", "Merge the parser", &json!({}));
                Ask::new("Merge the parser", "approve")
            }
            _ => question("Which name?", "Any"),
        }
    }

    async fn cut(&self) {
        self.hub.cut();
    }

    async fn restart(&self) -> Result<()> {
        Ok(self.hub.restart().await?)
    }

    fn held(&self) -> Held {
        let mut held = Held::default();
        let state = self.hub.state();
        for (agent, runs) in state["agents"].as_object().into_iter().flatten() {
            let word = if *runs == true { "running" } else { "stopped" };
            held.row(Screen::Agents, word, [&format!("hub/agent:{agent}")]);
        }
        held.row(Screen::Threads, "idle", ["hub/inbox:user"]);
        for (thread, messages) in state["threads"].as_object().into_iter().flatten() {
            held.row(Screen::Threads, "idle", [&format!("hub/thread:{thread}")]);
            for id in rows(messages).filter_map(Value::as_str) {
                held.line("message", [&format!("hub/message:{id}")]);
            }
        }
        for letter in rows(&state["unread"]).filter_map(Value::as_str) {
            held.line("message", [&format!("hub/letter:{letter}")]);
        }
        for (task, events) in state["tasks"].as_object().into_iter().flatten() {
            held.row(Screen::Tasks, "running", [&format!("hub/task:{task}")]);
            for row in rows(events) {
                match text(row, "stream_type") {
                    "text" => held.line("stream", ["hub/stream:", text(row, "text")]),
                    _ => held.line("turn", ["hub/stream:", &format!("Turn {}:", row["turn_num"])]),
                }
            }
        }
        put_asks(&mut held, &state, &self.asked());
        held
    }

    fn answered(&self) -> usize {
        self.hub.received().len()
    }
}

fn put_asks(held: &mut Held, state: &Value, questions: &[String]) {
    for id in questions {
        held.line("ask", [&format!("hub/asked:question:{id}")]);
        if rows(&state["waiting"]).any(|waiting| waiting == id) {
            held.row(Screen::Inbox, "open", [&format!("hub/question:{id}")]);
        } else {
            held.line("ask", [&format!("hub/ended:question:{id}")]);
        }
    }
    for (id, status) in state["approvals"].as_object().into_iter().flatten() {
        held.line("ask", [&format!("hub/asked:approval:{id}")]);
        match status.as_str() {
            Some("pending") => held.row(Screen::Inbox, "open", [&format!("hub/approval:{id}")]),
            _ => held.line("ask", [&format!("hub/ended:approval:{id}")]),
        }
    }
}
