//! What was heard of late that may be the proof of something sent.

use std::collections::VecDeque;

use deskbell_domain::Millis;

use super::frame::Row;
use crate::hive::{OPERATOR, SKEW_MS};
use crate::words::is_same;

/// How many messages are remembered.
const MOST: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Signs {
    /// Messages of the operator that began a turn, and when that was heard.
    messages: VecDeque<(String, Millis)>,
    /// When the model last said that it shortened its memory.
    compacted: Option<Millis>,
}

impl Signs {
    pub fn hear(&mut self, row: &Row, now: Millis) {
        match row {
            Row::TurnStart { from, body, .. } if from == OPERATOR => {
                self.messages.push_back((body.clone(), now));
                if self.messages.len() > MOST {
                    self.messages.pop_front();
                }
            }
            Row::Stream(stream) if stream.is_compaction() => self.compacted = Some(now),
            Row::TurnStart { .. } | Row::TurnEnd { .. } | Row::Note(_) | Row::Stream(_) | Row::Changed(_) => {
            }
        }
    }

    /// Whether this message was heard since; each proves one sending.
    pub fn take_message(&mut self, body: &str, since: Millis) -> bool {
        let is_it = |(said, at): &(String, Millis)| is_same(said, body) && at.plus(SKEW_MS) >= since;
        let at = self.messages.iter().position(is_it);
        at.is_some_and(|at| self.messages.remove(at).is_some())
    }

    pub fn compacted_since(&self, since: Millis) -> bool {
        self.compacted.is_some_and(|at| at.plus(SKEW_MS) >= since)
    }
}
