use crate::command::Batch;

/// What one listener hears: numbered batches, coalesced by key, at most one per frame (16 ms).
#[derive(Debug)]
pub struct Subscription {}

impl Subscription {
    /// The next batch. Ask for it only when the last one has been handled: until then patches are coalesced,
    /// so a slow listener costs a bounded amount of memory. `None` when the engine has stopped.
    pub async fn next(&mut self) -> Option<Batch> {
        todo!()
    }
}
