//! What is to be done next. However fast it comes, of each notification only the last orders are of use: that it goes,
//! and what comes up anew after that. No more wait.

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
    /// Whether it is of no use any more once the other one has come.
    fn is_outdone(&self, by: &Order) -> bool {
        match (self, by) {
            (Self::Show(old), Self::Show(new)) => old.tag == new.tag,
            (Self::Show(Notice { tag: old, .. }) | Self::Withdraw(old), Self::Withdraw(new)) => old == new,
            // What was withdrawn comes up anew, not in the place of the old one.
            (Self::Withdraw(_), Self::Show(_)) | (Self::TakeDown(_), _) | (_, Self::TakeDown(_)) => false,
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
    pub fn send(&self, mut order: Order) {
        let mut waiting = lock(&self.waiting);
        if let Order::Show(new) = &mut order {
            // What was to be heard is heard, however soon it was put in other words.
            new.sound |= waiting
                .iter()
                .any(|known| matches!(known, Order::Show(old) if old.tag == new.tag && old.sound));
        }
        waiting.retain(|known| !known.is_outdone(&order));
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
    use deskbell_domain::{Hash, Urgency};
    use deskbell_engine::Stay;

    use super::*;

    fn tag(number: u32) -> Tag {
        Tag::Ask(format!("hive/approval:{number}").parse().unwrap())
    }

    fn show(number: u32, sound: bool) -> Order {
        Order::Show(Notice {
            tag: tag(number),
            shown: Hash::of_bytes(b"shown"),
            title: String::new(),
            body: String::new(),
            buttons: Vec::new(),
            reply: None,
            urgency: Urgency::Normal,
            sound,
            stay: Stay::Standing,
        })
    }

    /// What waits, in words.
    async fn all(sender: Sender, mut receiver: Receiver) -> Vec<String> {
        drop(sender);
        let mut all = Vec::new();
        while let Some(order) = receiver.recv().await {
            all.push(match order {
                Order::Show(notice) => format!("{:?} {}", notice.tag == tag(1), notice.sound),
                Order::Withdraw(gone) => format!("{:?} gone", gone == tag(1)),
                Order::TakeDown(_) => "end".to_owned(),
            });
        }
        all
    }

    #[tokio::test]
    async fn of_each_notification_the_last_orders_wait_and_no_sound_is_lost() {
        let (sender, receiver) = channel();
        for round in 0..1_000 {
            sender.send(show(1, round == 500));
            sender.send(Order::Withdraw(tag(2)));
        }
        let (done, _ended) = oneshot::channel();
        sender.send(Order::TakeDown(done));
        assert_eq!(all(sender, receiver).await, ["true true", "false gone", "end"]);
    }

    #[tokio::test]
    async fn what_was_withdrawn_goes_before_it_comes_up_anew() {
        let (sender, receiver) = channel();
        for _ in 0..100 {
            sender.send(show(1, true));
            sender.send(Order::Withdraw(tag(1)));
            sender.send(show(1, false));
        }
        assert_eq!(all(sender, receiver).await, ["true gone", "true false"]);
    }
}
