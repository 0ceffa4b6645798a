use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use deskbell_acceptance::eventually;
use futures_util::StreamExt;
use zbus::connection::Builder;
use zbus::message::{Flags, Header, Type};
use zbus::zvariant::{OwnedValue, Value};
use zbus::{Connection, MatchRule, Message, MessageStream, interface};

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";

/// A panel that shows status icons, as far as the bus knows: the watcher and the host of a tray.
#[derive(Debug)]
pub struct Panel {
    connection: Connection,
    items: Items,
    /// What stands on the app's icon in the dock.
    count: Arc<Mutex<i64>>,
}

/// Who has registered, as bus names.
type Items = Arc<Mutex<Vec<String>>>;

struct Watcher {
    items: Items,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    async fn register_status_notifier_item(&self, service: String, #[zbus(header)] header: Header<'_>) {
        // An item gives its name, or only the path at which it is.
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let name = if service.starts_with('/') { sender } else { service };
        self.items.lock().unwrap_or_else(PoisonError::into_inner).push(name);
    }

    async fn register_status_notifier_host(&self, _service: String) {}

    #[zbus(property)]
    async fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    async fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(property)]
    async fn registered_status_notifier_items(&self) -> Vec<String> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Panel {
    pub async fn start(bus: &str) -> Result<Self> {
        let items = Items::default();
        let watcher = Watcher { items: Arc::clone(&items) };
        let connection = Builder::address(bus)?
            .serve_at("/StatusNotifierWatcher", watcher)?
            .name(WATCHER)?
            .build()
            .await
            .context("the panel cannot take its name")?;
        let count = Arc::default();
        tokio::spawn(hear_counts(dock(&connection).await?, Arc::clone(&count)));
        Ok(Self { connection, items, count })
    }

    /// Waits until an item is there, and gives the newest.
    pub async fn item(&self) -> Result<Item> {
        let name = eventually("an icon is in the tray", async || {
            Ok(self.items.lock().unwrap_or_else(PoisonError::into_inner).last().cloned())
        })
        .await?;
        Ok(Item { connection: self.connection.clone(), name })
    }

    /// Waits until the app's icon in the dock has this number.
    pub async fn counts(&self, number: i64) -> Result<()> {
        eventually(&format!("the dock counts {number}"), async || {
            let shown = *self.count.lock().unwrap_or_else(PoisonError::into_inner);
            Ok((shown == number).then_some(()))
        })
        .await
    }

    /// Ends it, and waits until nobody has its name.
    pub async fn end(self) -> Result<()> {
        Ok(self.connection.close().await?)
    }
}

/// What is said of numbers on icons.
async fn dock(connection: &Connection) -> Result<MessageStream> {
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .interface("com.canonical.Unity.LauncherEntry")?
        .member("Update")?
        .build();
    Ok(MessageStream::for_match_rule(rule, connection, None).await?)
}

async fn hear_counts(mut updates: MessageStream, count: Arc<Mutex<i64>>) {
    while let Some(Ok(update)) = updates.next().await {
        let body = update.body();
        let told: zbus::Result<(String, HashMap<String, Value<'_>>)> = body.deserialize();
        let Ok((app, told)) = told else { continue };
        let shown = told.get("count-visible") == Some(&Value::Bool(true));
        if app == "application://deskbell.desktop"
            && let Some(Value::I64(number)) = told.get("count")
        {
            *count.lock().unwrap_or_else(PoisonError::into_inner) = if shown { *number } else { 0 };
        }
    }
}

/// An icon in the tray.
#[derive(Debug)]
pub struct Item {
    connection: Connection,
    name: String,
}

/// An icon's picture: rows of pixels, each alpha, red, green and blue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub width: i32,
    pub height: i32,
    pub argb: Vec<u8>,
}

impl Item {
    /// Waits until its tooltip says this.
    pub async fn says(&self, words: &str) -> Result<()> {
        eventually(&format!("the tray says \"{words}\""), async || {
            Ok((self.tooltip().await? == words).then_some(()))
        })
        .await
    }

    pub async fn status(&self) -> Result<String> {
        Ok(self.property("Status").await?.try_into()?)
    }

    /// Its picture in this size.
    pub async fn picture(&self, size: i32) -> Result<Picture> {
        let pictures: Vec<(i32, i32, Vec<u8>)> = self.property("IconPixmap").await?.try_into()?;
        let fitting = pictures.into_iter().find(|(width, ..)| *width == size);
        let (width, height, argb) = fitting.with_context(|| format!("there is no picture of {size}"))?;
        Ok(Picture { width, height, argb })
    }

    /// What can be chosen, without the lines between.
    pub async fn menu(&self) -> Result<Vec<String>> {
        Ok(self.rows().await?.into_iter().map(|(_, label)| label).collect())
    }

    /// Chooses the first row of the menu that holds these words, as soon as there is one.
    pub async fn choose(&self, words: &str) -> Result<()> {
        let id = eventually(&format!("the tray offers \"{words}\""), async || {
            Ok(self.rows().await?.into_iter().find(|(_, label)| label.contains(words)).map(|(id, _)| id))
        })
        .await?;
        let event = (id, "clicked", Value::from(0_i32), 0_u32);
        // Whoever quits may have no time to reply.
        let choice = Message::method_call("/MenuBar", "Event")?
            .destination(&*self.name)?
            .interface(MENU)?
            .with_flags(Flags::NoReplyExpected)?
            .build(&event)?;
        Ok(self.connection.send(&choice).await?)
    }

    /// Clicks it.
    pub async fn click(&self) -> Result<()> {
        let at = (0_i32, 0_i32);
        self.connection
            .call_method(Some(&*self.name), "/StatusNotifierItem", Some(ITEM), "Activate", &at)
            .await?;
        Ok(())
    }

    async fn tooltip(&self) -> Result<String> {
        type Tooltip = (String, Vec<(i32, i32, Vec<u8>)>, String, String);
        let (_, _, _, says): Tooltip = self.property("ToolTip").await?.try_into()?;
        Ok(says)
    }

    async fn rows(&self) -> Result<Vec<(i32, String)>> {
        type Row = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);
        let asked = (0_i32, -1_i32, Vec::<String>::new());
        let reply = self
            .connection
            .call_method(Some(&*self.name), "/MenuBar", Some(MENU), "GetLayout", &asked)
            .await?;
        let (_, (_, _, children)): (u32, Row) = reply.body().deserialize()?;
        let mut rows = Vec::new();
        for child in children {
            let (id, mut told, _): Row = child.try_into()?;
            if let Some(label) = told.remove("label") {
                rows.push((id, String::try_from(label)?.replace("__", "_")));
            }
        }
        Ok(rows)
    }

    async fn property(&self, name: &str) -> Result<OwnedValue> {
        let reply = self
            .connection
            .call_method(
                Some(&*self.name),
                "/StatusNotifierItem",
                Some("org.freedesktop.DBus.Properties"),
                "Get",
                &(ITEM, name),
            )
            .await?;
        Ok(reply.body().deserialize()?)
    }
}
