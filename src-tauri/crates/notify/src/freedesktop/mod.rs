//! The freedesktop notifications specification over D-Bus, for Linux and the BSDs.
//!
//! One connection for what is asked and what is heard; one stream, in the order of the bus, for all that is heard;
//! and nothing believed whose sender is not the one who owns the name.

mod face;
mod link;
mod machine;
mod orders;
mod protocol;
mod screen;

use std::num::NonZeroU32;
use std::time::Duration;

use deskbell_domain::Hash;
use deskbell_engine::{Desktop, Notice, Notifier, Press, Tag};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};
use uuid::Uuid;

pub use self::link::Bus;
use self::link::{Happened, Link};
use self::machine::{Effect, Input, Machine};
use self::orders::Order;
use self::screen::Told;

/// How long taking all of them down may take.
const END: Duration = Duration::from_secs(1);

/// So many presses wait for the engine; with more, the desktop's next words wait too.
const MOST_WORDS: usize = 64;

/// Shows notifications. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Freedesktop {
    orders: orders::Sender,
}

/// What the engine is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    Pressed { tag: Tag, shown: Hash, press: Press },
    Desktop(Desktop),
}

pub type Words = mpsc::Receiver<Word>;

impl Freedesktop {
    /// Starts it in the background. What comes of it is heard from the words.
    pub fn start(bus: Bus) -> (Self, Words) {
        let (orders, ordered) = orders::channel();
        let (words, heard) = mpsc::channel(MOST_WORDS);
        let driver = Driver { machine: Machine::default(), link: Link::new(bus), words };
        tokio::spawn(driver.run(ordered));
        (Self { orders }, heard)
    }

    /// Takes all of them down: once nobody listens, a button would promise what nobody does.
    pub async fn take_down(&self) {
        let (done, ended) = oneshot::channel();
        self.orders.send(Order::TakeDown(done));
        if timeout(END, ended).await.is_err() {
            tracing::warn!("notifications stay up");
        }
    }
}

impl Notifier for Freedesktop {
    fn show(&self, notice: Notice) {
        self.orders.send(Order::Show(notice));
    }

    fn withdraw(&self, tag: &Tag) {
        self.orders.send(Order::Withdraw(tag.clone()));
    }
}

struct Driver {
    machine: Machine,
    link: Link,
    words: mpsc::Sender<Word>,
}

impl Driver {
    async fn run(mut self, mut orders: orders::Receiver) {
        let mut ended = None;
        while !(ended.is_some() && self.machine.is_done()) {
            let deadline = self.machine.deadline();
            let due = async {
                match deadline {
                    Some(at) => sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            let input = tokio::select! {
                order = orders.recv() => match order {
                    Some(Order::Show(notice)) => {
                        Input::Show { notice, token: Uuid::new_v4().simple().to_string() }
                    }
                    Some(Order::Withdraw(tag)) => Input::Withdraw(tag),
                    Some(Order::TakeDown(done)) => {
                        ended = Some(done);
                        Input::TakeDown
                    }
                    None => return,
                },
                happened = self.link.next() => match happened {
                    Happened::Connected => Input::Connected,
                    Happened::Lost(why) => Input::Lost(why),
                    Happened::Heard(heard) => Input::Heard(heard),
                },
                () = due => Input::Tick,
            };
            self.take(input).await;
        }
        if let Some(done) = ended {
            // Nobody may be waiting any more.
            let _ = done.send(());
        }
    }

    async fn take(&mut self, input: Input) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            for effect in self.machine.on(input, Instant::now().into_std()) {
                // What is to be told is told all the same.
                if let Err(why) = self.perform(effect).await {
                    inputs.push(Input::Lost(why));
                }
            }
        }
    }

    /// An error means that the connection is no more.
    async fn perform(&mut self, effect: Effect) -> Result<(), String> {
        match effect {
            Effect::Call { serial, to, method } => {
                let Some(serial) = NonZeroU32::new(serial) else { return Ok(()) };
                self.link.call(serial, &to, &method).await?;
            }
            Effect::Tell(Told { tag, shown, press }) => {
                self.say(Word::Pressed { tag, shown, press }).await;
            }
            Effect::Desktop(desktop) => self.say(Word::Desktop(desktop)).await,
            Effect::Hangup => {
                self.link.hang_up();
                return Err("it does not answer".to_owned());
            }
        }
        Ok(())
    }

    async fn say(&mut self, word: Word) {
        // Nobody listens when the app ends.
        let _ = self.words.send(word).await;
    }
}
