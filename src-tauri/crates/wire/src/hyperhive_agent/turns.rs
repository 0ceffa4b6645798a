//! Turns as tasks: from a `turn_start` to its `turn_end`, with what the model's result says of them.

use deskbell_domain::{ItemId, Millis, Task, TaskStatus, When};
use serde_json::Value;

use super::face::THREAD;
use super::frame::{Row, Stream};
use crate::words::{TITLE, line};

/// The turns, told row by row.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns {
    /// The newest; the earlier ones are told and done.
    last: Option<Task>,
    /// How many messages waited when it began.
    pub unread: u64,
}

impl Turns {
    pub fn is_busy(&self) -> bool {
        self.last.as_ref().is_some_and(|task| task.status == TaskStatus::Running)
    }

    /// Whether no turn was told yet.
    pub fn is_blank(&self) -> bool {
        self.last.is_none()
    }

    /// Takes in a row; gives the tasks that changed.
    pub fn take(&mut self, item: &ItemId, row: &Row, agent: Option<&str>, now: Millis) -> Vec<Task> {
        let mut changed = Vec::new();
        match row {
            Row::TurnStart { from, body, unread } => {
                changed.extend(self.interrupt());
                self.unread = *unread;
                self.last = Some(Task {
                    item: ItemId::of("turn", item.rest()),
                    title: line(&format!("{from}: {body}"), TITLE),
                    agent: agent.map(str::to_owned),
                    thread: Some(ItemId::new(THREAD)),
                    status: TaskStatus::Running,
                    phase: None,
                    progress: None,
                    turns: None,
                    tokens_in: None,
                    tokens_out: None,
                    cost_micros: None,
                    started: When::Seen(now),
                    ended: None,
                    offers: Vec::new(),
                });
                changed.extend(self.last.clone());
            }
            Row::TurnEnd { ok, note } => {
                // An end that comes late tells more than that none came.
                let is_open =
                    |task: &&mut Task| !matches!(task.status, TaskStatus::Done | TaskStatus::Failed);
                let Some(task) = self.last.as_mut().filter(is_open) else {
                    return changed;
                };
                task.status = if *ok { TaskStatus::Done } else { TaskStatus::Failed };
                // Nobody tells when: it is when it was heard, and a replay does not move it.
                task.ended = Some(now);
                if let Some(note) = note {
                    task.phase = Some(line(note, TITLE));
                }
                changed.push(task.clone());
            }
            Row::Stream(stream) => {
                let Some(task) = self.last.as_mut().filter(|task| task.status == TaskStatus::Running) else {
                    return changed;
                };
                let before = task.clone();
                measure(task, stream);
                if *task != before {
                    changed.push(task.clone());
                }
            }
            Row::Note(_) | Row::Changed(_) => {}
        }
        changed
    }

    /// The turn is over, and nobody said how.
    pub fn interrupt(&mut self) -> Option<Task> {
        let task = self.last.as_mut().filter(|task| task.status == TaskStatus::Running)?;
        task.status = TaskStatus::Unknown("interrupted".to_owned());
        Some(task.clone())
    }
}

/// What a row of the model adds to a turn's figures.
fn measure(task: &mut Task, row: &Stream) {
    match row.kind.as_str() {
        "assistant" => {
            let blocks = row.fields.get("message").and_then(|message| message.get("content"));
            let Some(Value::Array(blocks)) = blocks else { return };
            let text = |block: &Value, name: &str| block.get(name).and_then(Value::as_str).map(str::to_owned);
            let newest = blocks.iter().rev().find_map(|block| match text(block, "type")?.as_str() {
                "tool_use" => text(block, "name"),
                "thinking" => Some("thinking".to_owned()),
                "text" => Some("writing".to_owned()),
                _ => None,
            });
            if let Some(phase) = newest {
                task.phase = Some(line(&phase, TITLE));
            }
        }
        "result" => {
            let number = |value: Option<&Value>| value.and_then(Value::as_u64);
            let usage = |name: &str| number(row.fields.get("usage").and_then(|usage| usage.get(name)));
            task.turns = number(row.fields.get("num_turns")).and_then(|turns| u32::try_from(turns).ok());
            let read = ["input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"].map(usage);
            task.tokens_in = read.into_iter().flatten().reduce(u64::saturating_add);
            task.tokens_out = usage("output_tokens");
            let cost = row.fields.get("total_cost_usd").and_then(Value::as_f64).filter(|cost| *cost >= 0.0);
            // A float cast saturates.
            task.cost_micros = cost.map(|cost| (cost * 1_000_000.0).round() as u64);
            task.phase = row.fields.get("duration_ms").and_then(Value::as_f64).map_or_else(
                || row.fields.get("subtype").and_then(Value::as_str).map(|word| line(word, TITLE)),
                |ms| Some(format!("took {:.1} s", ms / 1000.0)),
            );
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hyperhive_agent::frame::hear;

    fn take(turns: &mut Turns, raw: &str) -> Vec<Task> {
        let row = hear(raw).heard.unwrap().unwrap().row;
        turns.take(&ItemId::new("row:x"), &row, Some("coder"), Millis(1))
    }

    #[test]
    fn a_turn_carries_its_figures() {
        let mut turns = Turns::default();
        take(&mut turns, r#"{"kind":"turn_start","from":"operator","body":"go","unread":3}"#);
        assert!(turns.is_busy() && turns.unread == 3);
        take(
            &mut turns,
            r#"{"kind":"stream","type":"assistant","message":{"content":[{"type":"tool_use","name":"Bash"}]}}"#,
        );
        assert_eq!(turns.last.as_ref().unwrap().phase.as_deref(), Some("Bash"));
        take(
            &mut turns,
            r#"{"kind":"stream","type":"result","num_turns":2,"duration_ms":1500,"total_cost_usd":0.0125,"usage":{"input_tokens":10,"cache_read_input_tokens":90,"output_tokens":7}}"#,
        );
        let [done] = &take(&mut turns, r#"{"kind":"turn_end","ok":true,"note":null}"#)[..] else { panic!() };
        assert_eq!(
            (done.turns, done.tokens_in, done.tokens_out, done.cost_micros),
            (Some(2), Some(100), Some(7), Some(12_500))
        );
        assert_eq!((done.status.clone(), done.phase.as_deref()), (TaskStatus::Done, Some("took 1.5 s")));
    }

    #[test]
    fn a_turn_that_another_follows_was_interrupted() {
        let mut turns = Turns::default();
        let start = r#"{"kind":"turn_start","from":"operator","body":"go","unread":0}"#;
        take(&mut turns, start);
        let [old, new] = &take(&mut turns, start)[..] else { panic!() };
        assert_eq!(
            (&old.status, &new.status),
            (&TaskStatus::Unknown("interrupted".into()), &TaskStatus::Running)
        );
        take(&mut turns, r#"{"kind":"turn_end","ok":false,"note":"claude exited 1"}"#);
        assert!(take(&mut turns, r#"{"kind":"turn_end","ok":true,"note":null}"#).is_empty());
    }
}
