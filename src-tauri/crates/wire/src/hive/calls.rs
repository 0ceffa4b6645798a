use std::collections::BTreeMap;

use deskbell_domain::IntentId;

use crate::{CallId, Effect, Effects, Request};

/// The requests that are out, and what each is for.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    last: u64,
    out: BTreeMap<CallId, Call>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    State,
    History,
    Delivery(IntentId),
}

impl Calls {
    /// Sends a request under a number never used before.
    pub fn send(&mut self, call: Call, request: Request, out: &mut Effects) {
        let delivers = match &call {
            Call::Delivery(intent) => Some(intent.clone()),
            Call::State | Call::History => None,
        };
        self.last += 1;
        let id = CallId(self.last);
        self.out.insert(id, call);
        out.push(Effect::Http { call: id, request, delivers });
    }

    /// What a reply is to; nothing where nobody waits for it any more.
    pub fn take(&mut self, id: CallId) -> Option<Call> {
        self.out.remove(&id)
    }

    /// Waits no more for readings of this kind.
    pub fn forget(&mut self, reading: &Call) {
        self.out.retain(|_, call| call != reading);
    }

    pub fn forget_readings(&mut self) {
        self.out.retain(|_, call| matches!(call, Call::Delivery(_)));
    }

    pub fn clear(&mut self) {
        self.out.clear();
    }
}
