//! Holding the history to the rules of retention, and what the operator does about its size.

use std::sync::Arc;
use std::time::Duration;

use deskbell_domain::{Rule, SourceId};
use deskbell_store::{Op, RULES};

use super::{Engine, failed, invalid};
use crate::command::{Answer, CommandError};

/// How often it is looked whether there is more than the rules allow.
const PACE: Duration = Duration::from_secs(60);
const MOST_RULES: usize = 200;

impl Engine {
    /// Until the engine is gone.
    pub(super) fn begin_upkeep(&self) {
        self.inner.desk.set_upkeep(self.inner.store.upkeep());
        let inner = Arc::downgrade(&self.inner);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(PACE).await;
                let Some(inner) = inner.upgrade() else { return };
                inner.store.tidy(inner.clock.now());
            }
        });
    }

    pub(super) async fn set_rules(&self, rules: Vec<Rule>) -> Result<Answer, CommandError> {
        if let Some(fault) = rules.iter().find_map(Rule::fault) {
            return Err(invalid(fault.to_owned()));
        }
        if rules.len() > MOST_RULES {
            return Err(invalid(format!("Keep at most {MOST_RULES} rules.")));
        }
        let value = serde_json::to_string(&rules).map_err(|error| failed(&error))?;
        self.write(&SourceId::new(""), Op::Setting { name: RULES.to_owned(), value }).await?;
        self.inner.store.tidy(self.inner.clock.now());
        Ok(Answer::Done)
    }
}
