use crate::{ItemId, Millis, Task};

/// What a task had taken in all at one time: a point of its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    pub task: ItemId,
    /// Whose work it was then.
    pub agent: Option<String>,
    pub at: Millis,
    pub tokens_in: u64,
    pub tokens_out: u64,
    /// Millionths of a US dollar.
    pub cost_micros: u64,
}

impl Usage {
    /// Nothing where the server counts nothing. What a task took is told as it happens, or, of one that has
    /// ended, at its end: so the past that a first connection brings lies where it belongs.
    pub(crate) fn of(task: &Task, now: Millis) -> Option<Self> {
        let counted = [task.tokens_in, task.tokens_out, task.cost_micros];
        counted.iter().flatten().any(|n| *n > 0).then(|| Self {
            task: task.item.clone(),
            agent: task.agent.clone(),
            at: task.ended.map_or(now, |ended| ended.min(now)),
            tokens_in: task.tokens_in.unwrap_or_default(),
            tokens_out: task.tokens_out.unwrap_or_default(),
            cost_micros: task.cost_micros.unwrap_or_default(),
        })
    }
}
