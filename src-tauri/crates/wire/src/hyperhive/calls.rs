use std::collections::BTreeMap;

use deskbell_domain::IntentId;

use crate::CallId;

/// The requests that are out, and what each is for.
#[derive(Debug, Default)]
pub(super) struct Calls {
    last: u64,
    out: BTreeMap<CallId, Call>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Call {
    State,
    History,
    Delivery(IntentId),
}

impl Calls {
    /// A number never used before.
    pub fn make(&mut self, call: Call) -> CallId {
        self.last += 1;
        let id = CallId(self.last);
        self.out.insert(id, call);
        id
    }

    /// What a reply is to; nothing where nobody waits for it any more.
    pub fn take(&mut self, id: CallId) -> Option<Call> {
        self.out.remove(&id)
    }

    pub fn forget_readings(&mut self) {
        self.out.retain(|_, call| matches!(call, Call::Delivery(_)));
    }

    pub fn clear(&mut self) {
        self.out.clear();
    }
}
