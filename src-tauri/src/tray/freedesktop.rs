//! A StatusNotifierItem, for Linux and the BSDs, and the number on the app's own icon in a dock.

use std::collections::HashMap;
use std::time::Duration;

use deskbell_engine::{Engine, Glance, Row, Wish};
use ksni::menu::StandardItem;
use ksni::{Category, Error, Handle, Icon, MenuItem, OfflineReason, Status, ToolTip, Tray, TrayMethods};
use tauri::{AppHandle, Manager};
use tokio::time::{Instant, sleep_until, timeout};
use zbus::zvariant::Value;
use zbus::{Connection, MatchRule, MessageStream};

use super::{choose, picture};
use crate::attention;
use crate::footing::Footing;
use crate::window;

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const WATCHER_PATH: &str = "/StatusNotifierWatcher";
/// A tray takes the size that fits it best.
const SIZES: [u32; 4] = [22, 32, 44, 64];
const PATIENCE: Duration = Duration::from_secs(5);
/// A panel that is restarted comes back within this. After it, a window that is in the tray comes back.
const GRACE: Duration = Duration::from_secs(5);
/// As the package installs it: docks know the app by it.
const DESKTOP_ENTRY: &str = "application://deskbell.desktop";

const NO_BUS: &str = "There is no session bus here, and so no tray. Closing the window ends Deskbell.";
const NO_TRAY: &str = "This desktop shows no tray (nobody on the session bus shows status icons; on GNOME the extension \
                       “AppIndicator” does). Closing the window ends Deskbell.";

/// Shows it for as long as the engine is there.
pub async fn run(app: AppHandle) {
    let engine = app.state::<Engine>().inner().clone();
    let mut glances = engine.glances();
    let Some(first) = glances.next().await else { return };
    let standing = |trouble: Option<&str>| {
        app.state::<Footing>().change(|shell| shell.tray_trouble = trouble.map(str::to_owned));
    };
    let (item, mut hosts) = match start(&app, first.clone()).await {
        Ok(started) => started,
        Err(error) => {
            tracing::warn!(%error, "there is no tray");
            standing(Some(if matches!(error, Error::Dbus(_)) { NO_BUS } else { NO_TRAY }));
            // The window calls all the same.
            attention::tell(&app, &first);
            while let Some(glance) = glances.next().await {
                attention::tell(&app, &glance);
            }
            return;
        }
    };
    attention::tell(&app, &first);
    hosts.count(first.waiting).await;
    let mut lost = None;
    let mut there = hosts.is_there().await;
    standing((!there).then_some(NO_TRAY));
    loop {
        let back = async {
            match lost {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            glance = glances.next() => {
                let Some(glance) = glance else { return };
                attention::tell(&app, &glance);
                hosts.count(glance.waiting).await;
                item.update(|item| item.glance = glance).await;
            }
            () = hosts.changed() => {
                let now = hosts.is_there().await;
                if now != there {
                    there = now;
                    standing((!there).then_some(NO_TRAY));
                    lost = (!there).then(|| Instant::now() + GRACE);
                }
            }
            () = back => {
                lost = None;
                window::bring_back(&app);
            }
        }
    }
}

async fn start(app: &AppHandle, glance: Glance) -> Result<(Handle<Item>, Hosts), Error> {
    let hosts = Hosts::watch().await.map_err(Error::Dbus)?;
    let item = Item { app: app.clone(), glance };
    // A tray that comes later finds it.
    Ok((item.assume_sni_available(true).spawn().await?, hosts))
}

struct Item {
    app: AppHandle,
    glance: Glance,
}

impl Item {
    fn row(row: &Row) -> MenuItem<Self> {
        match row {
            Row::Separator => MenuItem::Separator,
            Row::Item { label, wish } => {
                let wish = wish.clone();
                let activate = Box::new(move |item: &mut Self| choose(&item.app, wish.clone()));
                // A single underscore would mark a key.
                StandardItem { label: label.replace('_', "__"), activate, ..StandardItem::default() }.into()
            }
        }
    }
}

impl Tray for Item {
    fn id(&self) -> String {
        "deskbell".to_owned()
    }

    fn category(&self) -> Category {
        Category::Communications
    }

    fn title(&self) -> String {
        "Deskbell".to_owned()
    }

    fn status(&self) -> Status {
        if self.glance.urgent > 0 { Status::NeedsAttention } else { Status::Active }
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        SIZES.iter().map(|size| icon(*size, self.glance.waiting)).collect()
    }

    fn attention_icon_pixmap(&self) -> Vec<Icon> {
        self.icon_pixmap()
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip { title: "Deskbell".to_owned(), description: self.glance.says.clone(), ..ToolTip::default() }
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        self.glance.menu.iter().map(Self::row).collect()
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        choose(&self.app, Wish::Open);
    }

    /// It waits for the next tray. Whether there is one, [`Hosts`] says.
    fn watcher_offline(&self, _: OfflineReason) -> bool {
        true
    }
}

fn icon(size: u32, waiting: usize) -> Icon {
    let mut data = picture::bell(size, waiting).rgba;
    for pixel in data.chunks_exact_mut(4) {
        pixel.rotate_right(1);
    }
    let side = i32::try_from(size).unwrap_or_default();
    Icon { width: side, height: side, data }
}

/// Whether anybody on the bus shows status icons.
struct Hosts {
    connection: Connection,
    changes: futures_util::stream::Select<MessageStream, MessageStream>,
}

impl Hosts {
    async fn watch() -> zbus::Result<Self> {
        let connecting = async {
            let connection = Connection::session().await?;
            let owner = MatchRule::builder()
                .msg_type(zbus::message::Type::Signal)
                .sender("org.freedesktop.DBus")?
                .member("NameOwnerChanged")?
                .arg(0, WATCHER)?
                .build();
            let hosts = MatchRule::builder()
                .msg_type(zbus::message::Type::Signal)
                .sender(WATCHER)?
                .interface(WATCHER)?
                .build();
            let owners = MessageStream::for_match_rule(owner, &connection, None).await?;
            let hosts = MessageStream::for_match_rule(hosts, &connection, None).await?;
            zbus::Result::Ok(Self { changes: futures_util::stream::select(owners, hosts), connection })
        };
        timeout(PATIENCE, connecting)
            .await
            .unwrap_or_else(|_| Err(zbus::Error::Failure("the session bus does not answer".to_owned())))
    }

    /// Something may have changed.
    async fn changed(&mut self) {
        use futures_util::StreamExt;
        if self.changes.next().await.is_none() {
            // The bus is gone, and nothing changes any more.
            std::future::pending().await
        }
    }

    async fn is_there(&self) -> bool {
        let asked = self.connection.call_method(
            Some(WATCHER),
            WATCHER_PATH,
            Some("org.freedesktop.DBus.Properties"),
            "Get",
            &(WATCHER, "IsStatusNotifierHostRegistered"),
        );
        let Ok(Ok(reply)) = timeout(PATIENCE, asked).await else { return false };
        let body = reply.body();
        let registered: zbus::Result<Value<'_>> = body.deserialize();
        matches!(registered, Ok(Value::Bool(true)))
    }

    /// Puts the number on the app's icon, in docks that have such.
    async fn count(&self, waiting: usize) {
        let count = i64::try_from(waiting).unwrap_or(i64::MAX);
        let shown: HashMap<&str, Value<'_>> =
            HashMap::from([("count", Value::from(count)), ("count-visible", Value::from(waiting > 0))]);
        let body = (DESKTOP_ENTRY, shown);
        let told = self.connection.emit_signal(
            None::<&str>,
            "/app/deskbell/Deskbell",
            "com.canonical.Unity.LauncherEntry",
            "Update",
            &body,
        );
        if let Err(error) = told.await {
            tracing::warn!(%error, "the dock was not told what waits");
        }
    }
}
