//! What is to be done next. However fast it comes, of each notification only the last order is of use: no more wait.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use deskbell_engine::{Notice, Tag};
use tokio::sync::{mpsc, oneshot};

#[derive(Debug)]
pub(super) enum Order {
    Show(Notice),
    Withdraw(Tag),
    TakeDown(oneshot::Sender<()>),
}

impl Order {
    fn tag(&self) -> Option<&Tag> {
        match self {
            Self::Show(notice) => Some(&notice.tag),
            Self::Withdraw(tag) => Some(tag),
            Self::TakeDown(_) => None,
        }
    }
}

type Waiting = Arc<Mutex<VecDeque<Order>>>;

#[derive(Clone, Debug)]
pub(super) struct Sender {
    waiting: Waiting,
    wake: mpsc::Sender<()>,
}

#[derive(Debug)]
pub(super) struct Receiver {
    waiting: Waiting,
    woken: mpsc::Receiver<()>,
}

pub(super) fn channel() -> (Sender, Receiver) {
    let (wake, woken) = mpsc::channel(1);
    let waiting = Waiting::default();
    (Sender { waiting: waiting.clone(), wake }, Receiver { waiting, woken })
}

impl Sender {
    pub fn send(&self, order: Order) {
        let mut waiting = lock(&self.waiting);
        let of_the_same =
            order.tag().and_then(|tag| waiting.iter().position(|known| known.tag() == Some(tag)));
        if let Some(at) = of_the_same {
            waiting.remove(at);
        }
        waiting.push_back(order);
        drop(waiting);
        // Full, it wakes already; without a receiver, nothing is shown any more.
        let _ = self.wake.try_send(());
    }
}

impl Receiver {
    /// `None`: nobody is left who could send one.
    pub async fn recv(&mut self) -> Option<Order> {
        loop {
            if let Some(order) = lock(&self.waiting).pop_front() {
                return Some(order);
            }
            self.woken.recv().await?;
        }
    }
}

fn lock(waiting: &Waiting) -> MutexGuard<'_, VecDeque<Order>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(number: u32) -> Tag {
        Tag::Ask(format!("hive/approval:{number}").parse().unwrap())
    }

    #[tokio::test]
    async fn of_each_notification_the_last_order_waits_and_none_is_lost() {
        let (sender, mut receiver) = channel();
        for round in 0..1_000 {
            sender.send(Order::Withdraw(tag(round % 3)));
        }
        let (done, _ended) = oneshot::channel();
        sender.send(Order::TakeDown(done));
        drop(sender);
        let mut tags = Vec::new();
        while let Some(order) = receiver.recv().await {
            tags.push(order.tag().cloned());
        }
        assert_eq!(tags, [Some(tag(1)), Some(tag(2)), Some(tag(0)), None]);
    }
}
