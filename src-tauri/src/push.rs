//! Batches to the window, no faster than it takes them.

use std::future::Future;
use std::sync::{Mutex, PoisonError};

use deskbell_engine::Subscription;
use deskbell_engine::command::Batch;
use tauri::async_runtime::{JoinHandle, spawn};
use tauri::ipc::Channel;
use tokio::sync::watch;

/// Batches the window may have before it has acknowledged them. The channel itself never says stop.
const AHEAD: u64 = 2;

/// The flow to the window. There is one page, so there is one flow.
#[derive(Default)]
pub struct Push {
    flow: Mutex<Option<Flow>>,
}

struct Flow {
    task: JoinHandle<()>,
    acked: watch::Sender<u64>,
}

impl Push {
    /// Sends what a subscription gives. The flow before it ends: its page was reloaded, or asked again.
    pub fn start(&self, batches: impl Batches + 'static, channel: Channel<Batch>) {
        let (acked, acks) = watch::channel(0);
        let task = spawn(pump(batches, channel, acks));
        if let Some(old) = self.lock().replace(Flow { task, acked }) {
            old.task.abort();
        }
    }

    /// The window has handled every batch up to this number.
    pub fn ack(&self, number: u64) {
        if let Some(flow) = &*self.lock() {
            acknowledge(&flow.acked, number);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Flow>> {
        self.flow.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An acknowledgement that comes late or twice changes nothing.
fn acknowledge(acked: &watch::Sender<u64>, number: u64) {
    acked.send_if_modified(|acked| {
        let newer = number > *acked;
        *acked = number.max(*acked);
        newer
    });
}

/// Where batches come from.
pub trait Batches: Send {
    fn next(&mut self) -> impl Future<Output = Option<Batch>> + Send;
}

impl Batches for Subscription {
    fn next(&mut self) -> impl Future<Output = Option<Batch>> + Send {
        Subscription::next(self)
    }
}

async fn pump(mut batches: impl Batches, channel: Channel<Batch>, mut acks: watch::Receiver<u64>) {
    let mut sent = 0;
    loop {
        if acks.wait_for(|acked| sent < acked.saturating_add(AHEAD)).await.is_err() {
            return;
        }
        let Some(batch) = batches.next().await else { return };
        sent = batch.number;
        if channel.send(batch).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::{Pin, pin};
    use std::sync::mpsc::{Receiver, channel as queue};
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    use deskbell_engine::command::Patch;
    use tauri::ipc::InvokeResponseBody;
    use tokio::sync::oneshot;
    use tokio::time::timeout;

    use super::*;

    /// A source that always has more, and tells when it is dropped.
    struct Endless {
        number: u64,
        _alive: oneshot::Sender<()>,
    }

    impl Batches for Endless {
        async fn next(&mut self) -> Option<Batch> {
            self.number += 1;
            Some(Batch { number: self.number, patches: vec![Patch::Reset] })
        }
    }

    fn endless() -> (Endless, oneshot::Receiver<()>) {
        let (alive, gone) = oneshot::channel();
        (Endless { number: 0, _alive: alive }, gone)
    }

    /// A source with nothing to say: its flow waits for it, not for the page.
    struct Quiet {
        _alive: oneshot::Sender<()>,
    }

    impl Batches for Quiet {
        fn next(&mut self) -> impl Future<Output = Option<Batch>> + Send {
            std::future::pending()
        }
    }

    /// A page, and the numbers it hears.
    fn page() -> (Channel<Batch>, Receiver<u64>) {
        let (heard, hears) = queue();
        let channel = Channel::new(move |body| {
            let InvokeResponseBody::Json(json) = body else { panic!("a batch is JSON") };
            let number = json.trim_start_matches("{\"number\":").split(',').next().unwrap().parse().unwrap();
            heard.send(number).map_err(|_| std::io::Error::other("gone").into())
        });
        (channel, hears)
    }

    /// Lets a flow go as far as it can, and gives what the page heard.
    fn run(flow: Pin<&mut impl Future<Output = ()>>, hears: &Receiver<u64>) -> Vec<u64> {
        let pending = flow.poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(pending, Poll::Pending);
        hears.try_iter().collect()
    }

    #[test]
    fn a_window_that_does_not_answer_is_two_batches_behind_and_no_more() {
        let (channel, hears) = page();
        let (_acked, acks) = watch::channel(0);
        let mut flow = pin!(pump(endless().0, channel, acks));
        assert_eq!(run(flow.as_mut(), &hears), [1, 2]);
        assert!(run(flow.as_mut(), &hears).is_empty());
    }

    #[test]
    fn an_acknowledgement_lets_the_next_one_go_and_counts_once() {
        let (channel, hears) = page();
        let (acked, acks) = watch::channel(0);
        let mut flow = pin!(pump(endless().0, channel, acks));
        assert_eq!(run(flow.as_mut(), &hears), [1, 2]);
        acknowledge(&acked, 1);
        acknowledge(&acked, 1);
        assert_eq!(run(flow.as_mut(), &hears), [3]);
        acknowledge(&acked, 3);
        acknowledge(&acked, 2);
        assert_eq!(run(flow.as_mut(), &hears), [4, 5]);
    }

    #[tokio::test]
    async fn a_reloaded_page_ends_the_flow_of_the_old_one() {
        let push = Push::default();
        let (alive, gone) = oneshot::channel();
        push.start(Quiet { _alive: alive }, page().0);
        push.start(endless().0, page().0);
        assert!(timeout(Duration::from_secs(5), gone).await.unwrap().is_err(), "the old source is let go");
    }

    #[tokio::test]
    async fn a_window_that_is_gone_ends_the_flow() {
        let push = Push::default();
        let (source, gone) = endless();
        let (channel, hears) = page();
        drop(hears);
        push.start(source, channel);
        assert!(timeout(Duration::from_secs(5), gone).await.unwrap().is_err());
    }
}
