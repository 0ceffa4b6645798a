use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::watch;
use zbus::connection::Builder;
use zbus::message::Message;
use zbus::zvariant::{DynamicType, OwnedValue};
use zbus::{Connection, fdo, interface};

use crate::bus::PrivateBus;
use crate::desk::soon;

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// What real servers say they can do.
pub const PLASMA: &[&str] = &["actions", "body", "body-markup", "inline-reply", "persistence"];
pub const XFCE: &[&str] = &["actions", "body", "body-markup", "action-icons", "sound"];
pub const BARE: &[&str] = &["body"];

/// How a server takes `Notify`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Manner {
    #[default]
    Proper,
    /// Takes it, and never answers.
    Mute,
    /// Shows nothing, and says why.
    Refusing,
    /// The first button is pressed before the call is answered.
    Hasty,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    pub id: u32,
    pub replaces: u32,
    pub title: String,
    pub body: String,
    /// Action and label.
    pub actions: Vec<(String, String)>,
    pub hints: HashMap<String, OwnedValue>,
    pub expires: i32,
}

impl Shown {
    pub fn labels(&self) -> Vec<&str> {
        self.actions.iter().map(|(_, label)| label.as_str()).collect()
    }

    /// The action behind a label.
    pub fn action(&self, label: &str) -> &str {
        let found = self.actions.iter().find(|(_, known)| known == label);
        &found.unwrap_or_else(|| panic!("no {label} in {:?}", self.actions)).0
    }

    pub fn hint<T: TryFrom<OwnedValue>>(&self, name: &str) -> Option<T> {
        self.hints.get(name).and_then(|value| T::try_from(value.clone()).ok())
    }
}

#[derive(Clone, Debug, Default)]
pub struct Log {
    pub shown: Vec<Shown>,
    pub closed: Vec<u32>,
}

struct Served {
    capabilities: Vec<String>,
    manner: watch::Receiver<Manner>,
    log: watch::Sender<Log>,
    last: AtomicU32,
}

#[interface(name = "org.freedesktop.Notifications")]
impl Served {
    fn get_capabilities(&self) -> Vec<String> {
        self.capabilities.clone()
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ("Scripted".into(), "Deskbell".into(), "1.0".into(), "1.2".into())
    }

    #[expect(clippy::too_many_arguments, reason = "the specification says so")]
    async fn notify(
        &self,
        _app: String,
        replaces: u32,
        _icon: String,
        title: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        expires: i32,
        #[zbus(connection)] connection: &Connection,
    ) -> fdo::Result<u32> {
        let manner = *self.manner.borrow();
        let id = if replaces == 0 { self.last.fetch_add(1, Ordering::Relaxed) + 1 } else { replaces };
        let actions: Vec<_> = actions.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
        let hasty = actions.iter().find(|(action, _)| action.contains(':')).cloned();
        let shown = Shown { id, replaces, title, body, actions, hints, expires };
        self.log.send_modify(|log| log.shown.push(shown));
        match manner {
            Manner::Proper => {}
            Manner::Mute => {
                // Until it is told to behave, and then it answers what it owes.
                let mut manner = self.manner.clone();
                let _ = manner.wait_for(|manner| *manner == Manner::Proper).await;
            }
            Manner::Refusing => return Err(fdo::Error::LimitsExceeded("Too many notifications".into())),
            Manner::Hasty => {
                let (action, _) = hasty.expect("a button to press");
                emit(connection, None, "ActionInvoked", &(id, action.as_str())).await;
            }
        }
        Ok(id)
    }

    async fn close_notification(&self, id: u32) {
        self.log.send_modify(|log| log.closed.push(id));
    }
}

/// A notification server that does what the test says.
#[derive(Debug)]
pub struct Server {
    connection: Connection,
    log: watch::Receiver<Log>,
    manner: watch::Sender<Manner>,
}

impl Server {
    pub async fn start(bus: &PrivateBus, capabilities: &[&str]) -> Self {
        Self::numbered(bus, capabilities, Manner::Proper, 0).await
    }

    /// `last`: the number it gave last.
    pub async fn numbered(bus: &PrivateBus, capabilities: &[&str], manner: Manner, last: u32) -> Self {
        let (log, logged) = watch::channel(Log::default());
        let (manner, manners) = watch::channel(manner);
        let served = Served {
            capabilities: capabilities.iter().map(|word| (*word).to_owned()).collect(),
            manner: manners,
            log,
            last: AtomicU32::new(last),
        };
        let builder = Builder::address(bus.address().as_str()).unwrap();
        let builder = builder.serve_at(PATH, served).unwrap().name(NAME).unwrap();
        Self { connection: builder.build().await.unwrap(), log: logged, manner }
    }

    /// Ends it, and waits until the bus knows.
    pub async fn stop(self) {
        self.connection.release_name(NAME).await.unwrap();
        self.connection.close().await.unwrap();
    }

    pub fn behave(&self, manner: Manner) {
        self.manner.send_replace(manner);
    }

    pub fn log(&self) -> Log {
        self.log.borrow().clone()
    }

    /// Waits until something is so.
    pub async fn until(&mut self, what: &str, is_so: impl FnMut(&Log) -> bool) -> Log {
        soon(what, self.log.wait_for(is_so)).await.unwrap().clone()
    }

    /// The notification that came as the `n`th, from 1.
    pub async fn shown(&mut self, n: usize) -> Shown {
        let log = self.until("a notification comes", |log| log.shown.len() >= n).await;
        log.shown[n - 1].clone()
    }

    pub async fn acted(&self, id: u32, action: &str) {
        emit(&self.connection, None, "ActionInvoked", &(id, action)).await;
    }

    /// To the one who showed it, and to nobody else.
    pub async fn acted_privately(&self, id: u32, action: &str, to: &str) {
        emit(&self.connection, Some(to), "ActionInvoked", &(id, action)).await;
    }

    pub async fn replied(&self, id: u32, text: &str) {
        emit(&self.connection, None, "NotificationReplied", &(id, text)).await;
    }

    pub async fn closed(&self, id: u32) {
        emit(&self.connection, None, "NotificationClosed", &(id, 2u32)).await;
    }
}

/// Sends a signal of the notifications' interface, to all who listen or to one.
pub async fn emit<B>(connection: &Connection, to: Option<&str>, signal: &str, body: &B)
where
    B: serde::Serialize + DynamicType,
{
    let mut message = Message::signal(PATH, NAME, signal).unwrap();
    if let Some(to) = to {
        message = message.destination(to).unwrap();
    }
    connection.send(&message.build(body).unwrap()).await.unwrap();
}
