use std::sync::Arc;
use std::time::Duration;

use deskbell_sim::Hyperhive;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

pub const EVENTS_PER_SECOND: f64 = 2_000.0;
const BEAT: Duration = Duration::from_millis(5);
/// Each message is two events: it was sent, and it was delivered.
const MESSAGES_PER_BEAT: usize = 5;
/// With it an event has about 300 bytes.
const BODY_CHARS: usize = 200;

/// A coordinator that talks without a pause.
pub struct Load(JoinHandle<()>);

impl Load {
    pub fn start(runtime: &Runtime, hive: &Arc<Hyperhive>) -> Self {
        let hive = Arc::clone(hive);
        Self(runtime.spawn(async move {
            let filler = "x".repeat(BODY_CHARS);
            let mut beat = tokio::time::interval(BEAT);
            for number in 0_u64.. {
                beat.tick().await;
                for nth in 0..MESSAGES_PER_BEAT {
                    hive.send("coder", "operator", &format!("{number}.{nth} {filler}"));
                }
            }
        }))
    }

    pub fn stop(self) {
        self.0.abort();
    }
}
