use std::future::Future;
use std::time::Duration;

use deskbell_domain::{Hash, Urgency};
use deskbell_engine::{Button, Desktop, Notice, Press, Reply, Stay, Tag};
use deskbell_notify::{Bus, Freedesktop, Word, Words};
use zbus::Connection;
use zbus::connection::Builder;

use crate::bus::PrivateBus;
use crate::server::{Manner, Server};

/// How long a condition may take on a busy machine before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

pub async fn soon<T>(what: &str, happens: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, happens)
        .await
        .unwrap_or_else(|_| panic!("{what}: not so after {PATIENCE:?}"))
}

/// The back end on a bus, and what it told.
pub struct Desk {
    pub notifier: Freedesktop,
    words: Words,
}

impl Desk {
    pub fn on(bus: &PrivateBus) -> Self {
        let (notifier, words) = Freedesktop::start(Bus::At(bus.address()));
        Self { notifier, words }
    }

    async fn word(&mut self) -> Word {
        soon("the back end says something", self.words.recv()).await.expect("it lives")
    }

    /// The next thing that is told of a notification.
    pub async fn told(&mut self) -> (Tag, Hash, Press) {
        loop {
            if let Word::Pressed { tag, shown, press } = self.word().await {
                return (tag, shown, press);
            }
        }
    }

    /// Waits until the desktop is known to be so. What is told of notifications meanwhile is dropped.
    pub async fn desktop(&mut self, mut is_so: impl FnMut(&Desktop) -> bool) -> Desktop {
        loop {
            if let Word::Desktop(desktop) = self.word().await
                && is_so(&desktop)
            {
                return desktop;
            }
        }
    }
}

/// A bus, a server on it that can do these, and the back end.
pub async fn stage(capabilities: &[&str]) -> (PrivateBus, Server, Desk) {
    stage_with(capabilities, Manner::Proper).await
}

pub async fn stage_with(capabilities: &[&str], manner: Manner) -> (PrivateBus, Server, Desk) {
    let bus = PrivateBus::start();
    let server = Server::numbered(&bus, capabilities, manner, 0).await;
    let desk = Desk::on(&bus);
    (bus, server, desk)
}

pub fn tag(n: u8) -> Tag {
    Tag::Ask(format!("hive/approval:{n}").parse().unwrap())
}

pub fn hash(n: u8) -> Hash {
    Hash::of_bytes(&[n])
}

pub fn told(n: u8, press: Press) -> (Tag, Hash, Press) {
    (tag(n), hash(n), press)
}

pub fn button(n: u8, id: &str) -> (Tag, Hash, Press) {
    told(n, Press::Button(id.to_owned()))
}

/// A notice with two buttons.
pub fn notice(n: u8) -> Notice {
    let button = |id: &str, label: &str| Button { id: id.into(), label: label.into() };
    Notice {
        tag: tag(n),
        shown: hash(n),
        title: format!("Ask {n}"),
        body: "if a < b && b > c".into(),
        buttons: vec![button("approve", "Approve"), button("deny", "Deny")],
        reply: None,
        urgency: Urgency::Normal,
        sound: true,
        stay: Stay::Standing,
    }
}

/// A notice with a field.
pub fn question(n: u8) -> Notice {
    let reply = Reply { placeholder: "Which port?".into(), submit: "Send".into() };
    Notice { reply: Some(reply), buttons: Vec::new(), ..notice(n) }
}

/// Some other program of this user on the same bus.
pub async fn stranger(bus: &PrivateBus) -> Connection {
    Builder::address(bus.address().as_str()).unwrap().build().await.unwrap()
}

/// Waits until the bus has passed on all that this one has sent.
pub async fn flushed(connection: &Connection) {
    connection
        .call_method(Some("org.freedesktop.DBus"), "/", Some("org.freedesktop.DBus"), "GetId", &())
        .await
        .unwrap();
}
