//! A gate before a server. A script says by it how far things go before the next step falls.

use tokio::sync::watch;

/// Lets requests in, in the order in which they come, or has them wait. It is open until it is closed.
#[derive(Clone, Debug)]
pub struct Gate {
    count: watch::Sender<Count>,
}

#[derive(Clone, Copy, Debug)]
struct Count {
    came: u64,
    /// So many of those that come are let in.
    admitted: u64,
}

impl Default for Gate {
    fn default() -> Self {
        Self { count: watch::Sender::new(Count { came: 0, admitted: u64::MAX }) }
    }
}

impl Gate {
    /// Lets everybody in.
    pub fn open(&self) {
        self.count.send_modify(|count| count.admitted = u64::MAX);
    }

    /// Lets so many more in, of those who wait and then of those who come, and nobody else.
    pub fn admit(&self, more: u64) {
        self.count.send_modify(|count| count.admitted = count.admitted.min(count.came) + more);
    }

    /// Returns when this request is let in.
    pub(crate) async fn pass(&self) {
        let mut number = 0;
        self.count.send_modify(|count| {
            number = count.came;
            count.came += 1;
        });
        // Its sender is held here.
        let _ = self.count.subscribe().wait_for(|count| number < count.admitted).await;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn so_many_are_let_in_and_the_others_wait() {
        let gate = Gate::default();
        assert!(gate.pass().now_or_never().is_some());
        gate.admit(0);
        let (mut first, mut second) = (Box::pin(gate.pass()), Box::pin(gate.pass()));
        assert!((&mut first).now_or_never().is_none() && (&mut second).now_or_never().is_none());
        gate.admit(1);
        assert!((&mut second).now_or_never().is_none(), "whoever came first goes first");
        assert!((&mut first).now_or_never().is_some());
        gate.open();
        assert!(second.now_or_never().is_some() && gate.pass().now_or_never().is_some());
    }
}
