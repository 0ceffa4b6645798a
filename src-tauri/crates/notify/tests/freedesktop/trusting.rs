//! Who is believed: every program of this user can send us anything.

use deskbell_engine::{Notifier, Press};
use zbus::Connection;
use zbus::message::Message;

use crate::bus::PrivateBus;
use crate::desk::{Desk, button, flushed, notice, question, stage, stranger, told};
use crate::server::{PLASMA, Server, Shown, XFCE, emit};

/// A notification on screen, and a stranger who knows all about it: its number, its actions, and who we are.
struct Scene {
    _bus: PrivateBus,
    server: Server,
    desk: Desk,
    stranger: Connection,
    shown: Shown,
    us: String,
}

impl Scene {
    async fn set(capabilities: &[&str], question_too: bool) -> Self {
        let (bus, mut server, desk) = stage(capabilities).await;
        desk.notifier.show(if question_too { question(1) } else { notice(1) });
        let shown = server.shown(1).await;
        let stranger = stranger(&bus).await;
        let us = listener(&stranger).await;
        Self { _bus: bus, server, desk, stranger, shown, us }
    }

    /// What the server says next is all that is heard.
    async fn ends_with_the_operators_own_press(mut self) {
        flushed(&self.stranger).await;
        self.server.acted(self.shown.id, self.shown.action("Deny")).await;
        assert_eq!(self.desk.told().await, button(1, "deny"));
    }
}

/// The one on the bus who is neither the server nor the stranger.
async fn listener(stranger: &Connection) -> String {
    let bus = zbus::fdo::DBusProxy::new(stranger).await.unwrap();
    let server = bus.get_name_owner("org.freedesktop.Notifications".try_into().unwrap()).await.unwrap();
    let names: Vec<String> = bus.list_names().await.unwrap().iter().map(ToString::to_string).collect();
    let known = [server.to_string(), stranger.unique_name().unwrap().to_string()];
    names.into_iter().find(|name| name.starts_with(':') && !known.contains(name)).expect("we are on the bus")
}

#[tokio::test]
async fn a_press_that_a_stranger_tells_everyone_is_none() {
    let scene = Scene::set(XFCE, false).await;
    let approve = (scene.shown.id, scene.shown.action("Approve"));
    emit(&scene.stranger, None, "ActionInvoked", &approve).await;
    emit(&scene.stranger, None, "ActionInvoked", &(scene.shown.id, "default")).await;
    scene.ends_with_the_operators_own_press().await;
}

#[tokio::test]
async fn a_press_that_a_stranger_tells_us_alone_is_none() {
    let scene = Scene::set(XFCE, false).await;
    let approve = (scene.shown.id, scene.shown.action("Approve"));
    emit(&scene.stranger, Some(&scene.us), "ActionInvoked", &approve).await;
    scene.ends_with_the_operators_own_press().await;
}

#[tokio::test]
async fn the_servers_word_for_us_alone_counts() {
    let mut scene = Scene::set(XFCE, false).await;
    scene.server.acted_privately(scene.shown.id, scene.shown.action("Approve"), &scene.us).await;
    assert_eq!(scene.desk.told().await, button(1, "approve"));
}

#[tokio::test]
async fn a_reply_from_a_stranger_is_none() {
    let mut scene = Scene::set(PLASMA, true).await;
    for to in [None, Some(scene.us.as_str())] {
        emit(&scene.stranger, to, "NotificationReplied", &(scene.shown.id, "rm -rf /")).await;
    }
    flushed(&scene.stranger).await;
    scene.server.replied(scene.shown.id, "5432").await;
    assert_eq!(scene.desk.told().await, told(1, Press::Reply("5432".into())));
}

#[tokio::test]
async fn a_closing_from_a_stranger_closes_nothing() {
    let mut scene = Scene::set(XFCE, false).await;
    emit(&scene.stranger, Some(&scene.us), "NotificationClosed", &(scene.shown.id, 2u32)).await;
    flushed(&scene.stranger).await;
    scene.server.acted(scene.shown.id, scene.shown.action("Deny")).await;
    assert_eq!(scene.desk.told().await, button(1, "deny"));
    // What is still up is closed with its press; what had closed would not be.
    let id = scene.shown.id;
    scene.server.until("it is closed", |log| log.closed == [id]).await;
}

#[tokio::test]
async fn a_stranger_cannot_say_that_he_shows_notifications_now() {
    let scene = Scene::set(XFCE, false).await;
    let name = "org.freedesktop.Notifications";
    let me = scene.stranger.unique_name().unwrap().to_string();
    let message =
        Message::signal("/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged").unwrap();
    let message = message.destination(scene.us.as_str()).unwrap().build(&(name, "", me.as_str())).unwrap();
    scene.stranger.send(&message).await.unwrap();
    emit(&scene.stranger, Some(&scene.us), "ActionInvoked", &(scene.shown.id, scene.shown.action("Approve")))
        .await;
    scene.ends_with_the_operators_own_press().await;
}
