//! The D-Bus messages of the freedesktop notifications specification 1.2, and of the bus itself.

use std::collections::HashMap;
use std::num::NonZeroU32;

use zbus::Message;
use zbus::message::Type;
use zbus::zvariant::Value;

use super::face::{Face, Hint};

pub(super) const BUS: &str = "org.freedesktop.DBus";
const BUS_PATH: &str = "/org/freedesktop/DBus";
pub(super) const NOTIFICATIONS: &str = "org.freedesktop.Notifications";
const NOTIFICATIONS_PATH: &str = "/org/freedesktop/Notifications";
const APP: &str = "Deskbell";
const ICON: &str = "deskbell";

/// What is asked of a server or of the bus.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Method {
    GetNameOwner,
    StartService,
    GetCapabilities,
    GetServerInformation,
    Notify { replaces: u32, face: Face },
    Close { id: u32 },
}

/// What came over the bus, and from whom: the bus itself vouches for the sender.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Heard {
    pub(super) from: String,
    pub(super) event: Event,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Event {
    /// Who shows notifications now.
    Owner {
        new: Option<String>,
    },
    Signal(Signal),
    Returned {
        serial: u32,
        returned: Returned,
    },
}

/// What a server says of a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    Acted { id: u32, action: String },
    Replied { id: u32, text: String },
    Closed { id: u32 },
}

impl Signal {
    pub(super) fn id(&self) -> u32 {
        match self {
            Self::Acted { id, .. } | Self::Replied { id, .. } | Self::Closed { id } => *id,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Returned {
    Nothing,
    Text(String),
    Words(Vec<String>),
    Number(u32),
    Server {
        name: String,
        version: String,
    },
    /// `gone`: nobody is there any more who could have done it.
    Refused {
        message: String,
        gone: bool,
    },
}

/// What is to be heard: all of it, so that one stream keeps the order. What is meant for us alone comes anyway.
pub(super) fn subscriptions() -> zbus::Result<Vec<Message>> {
    let rules = [
        format!("type='signal',interface='{NOTIFICATIONS}',path='{NOTIFICATIONS_PATH}'"),
        format!("type='signal',sender='{BUS}',member='NameOwnerChanged',arg0='{NOTIFICATIONS}'"),
    ];
    rules.iter().map(|rule| to_bus("AddMatch")?.build(&rule.as_str())).collect()
}

fn to_bus(method: &'static str) -> zbus::Result<zbus::message::Builder<'static>> {
    Message::method_call(BUS_PATH, method)?.interface(BUS)?.destination(BUS)
}

impl Method {
    /// The message that asks it of `to`, with a number to know the answer by.
    pub(super) fn message(&self, to: &str, serial: NonZeroU32) -> zbus::Result<Message> {
        let bus = |method| Ok::<_, zbus::Error>(to_bus(method)?.serial(serial));
        let server = |method: &'static str| {
            let call = Message::method_call(NOTIFICATIONS_PATH, method)?.interface(NOTIFICATIONS)?;
            Ok::<_, zbus::Error>(call.destination(to.to_owned())?.serial(serial))
        };
        match self {
            Self::GetNameOwner => bus("GetNameOwner")?.build(&NOTIFICATIONS),
            Self::StartService => bus("StartServiceByName")?.build(&(NOTIFICATIONS, 0u32)),
            Self::GetCapabilities => server("GetCapabilities")?.build(&()),
            Self::GetServerInformation => server("GetServerInformation")?.build(&()),
            Self::Notify { replaces, face } => {
                let actions: Vec<&str> =
                    face.actions.iter().flat_map(|(action, label)| [action.as_str(), label]).collect();
                let hints: HashMap<&str, Value<'_>> =
                    face.hints.iter().map(|(name, hint)| (*name, hint.into())).collect();
                server("Notify")?.build(&(
                    APP,
                    replaces,
                    ICON,
                    face.title.as_str(),
                    face.body.as_str(),
                    actions,
                    hints,
                    face.expires,
                ))
            }
            Self::Close { id } => server("CloseNotification")?.build(id),
        }
    }
}

impl<'a> From<&'a Hint> for Value<'a> {
    fn from(hint: &'a Hint) -> Self {
        match hint {
            Hint::Byte(byte) => Self::from(*byte),
            Hint::Flag(flag) => Self::from(*flag),
            Hint::Text(text) => Self::from(text.as_str()),
        }
    }
}

/// What a message says, if it says anything to us.
pub(super) fn read(message: &Message) -> Option<Heard> {
    let header = message.header();
    let event = match message.message_type() {
        Type::Signal => signal(message)?,
        Type::MethodReturn => {
            Event::Returned { serial: header.reply_serial()?.get(), returned: returned(message) }
        }
        Type::Error => Event::Returned { serial: header.reply_serial()?.get(), returned: refused(message) },
        Type::MethodCall => return None,
    };
    Some(Heard { from: header.sender()?.to_string(), event })
}

fn signal(message: &Message) -> Option<Event> {
    let header = message.header();
    let body = message.body();
    Some(match (header.interface()?.as_str(), header.member()?.as_str()) {
        (BUS, "NameOwnerChanged") => {
            let (name, _, new) = body.deserialize::<(String, String, String)>().ok()?;
            let new = Some(new).filter(|new| !new.is_empty());
            (name == NOTIFICATIONS).then_some(Event::Owner { new })?
        }
        (NOTIFICATIONS, "ActionInvoked") => {
            let (id, action) = body.deserialize().ok()?;
            Event::Signal(Signal::Acted { id, action })
        }
        (NOTIFICATIONS, "NotificationReplied") => {
            let (id, text) = body.deserialize().ok()?;
            Event::Signal(Signal::Replied { id, text })
        }
        (NOTIFICATIONS, "NotificationClosed") => {
            let (id, _reason) = body.deserialize::<(u32, u32)>().ok()?;
            Event::Signal(Signal::Closed { id })
        }
        _ => return None,
    })
}

fn returned(message: &Message) -> Returned {
    let body = message.body();
    let read = match body.signature().to_string().as_str() {
        "s" => body.deserialize().map(Returned::Text),
        "u" => body.deserialize().map(Returned::Number),
        "as" => body.deserialize().map(Returned::Words),
        "(ssss)" => body
            .deserialize::<(String, String, String, String)>()
            .map(|(name, _, version, _)| Returned::Server { name, version }),
        _ => Ok(Returned::Nothing),
    };
    read.unwrap_or(Returned::Nothing)
}

fn refused(message: &Message) -> Returned {
    let header = message.header();
    let name = header.error_name().map(ToString::to_string).unwrap_or_default();
    let gone = ["ServiceUnknown", "NameHasNoOwner", "NoReply", "Disconnected"];
    Returned::Refused {
        message: message.body().deserialize().unwrap_or_else(|_| name.clone()),
        gone: name.strip_prefix("org.freedesktop.DBus.Error.").is_some_and(|name| gone.contains(&name)),
    }
}
