//! Desktops on which something is missing: it is said, nothing waits for it, and the operator's work goes on.

use anyhow::Result;
use deskbell_e2e::{Desktop, Session, Theme, named};

use crate::desk::Desk;

const TROUBLE: &str = "Notifications cannot be shown";

/// An ask comes and is answered.
async fn work_goes_on(desk: &Desk) -> Result<()> {
    let ask = desk.ask_approval("add ripgrep");
    desk.show(&ask).await?;
    desk.window.click(&named("offer-approve")).await?;
    desk.ends(&ask, "approved").await?;
    desk.received(&["/approve/1"])
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_notification_daemon_the_window_says_so_until_there_is_one() -> Result<()> {
    let desktop = Desktop::without_notifications("no-daemon", Theme::Dark, Session::Bare)?;
    let mut desk = Desk::open_on(desktop).await?;
    desk.window.reads("main", TROUBLE).await?;
    desk.picture("no-notification-daemon").await?;
    work_goes_on(&desk).await?;
    desk.go("History").await?;
    desk.ask_approval("drop the table");
    desk.desktop.serve_notifications().await?;
    desk.desktop.notifications.come_to(1).await?;
    desk.go("Inbox").await?;
    desk.window.lacks("main", TROUBLE).await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_session_bus_the_window_opens_and_says_so() -> Result<()> {
    let desktop = Desktop::without_notifications("no-bus", Theme::Dark, Session::None)?;
    let desk = Desk::open_on(desktop).await?;
    desk.window.reads("main", TROUBLE).await?;
    desk.picture("no-session-bus").await?;
    work_goes_on(&desk).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_daemon_that_starts_again_shows_what_waits() -> Result<()> {
    let mut desk = Desk::open("notify-restart").await?;
    desk.go("History").await?;
    desk.ask_approval("add ripgrep");
    desk.desktop.notifications.come_to(1).await?;
    // In the inbox the ask would be on screen, and rest.
    desk.window.go("Settings").await?;
    desk.desktop.end_notifications();
    desk.window.reads("main", TROUBLE).await?;
    desk.desktop.serve_notifications().await?;
    desk.window.lacks("main", TROUBLE).await?;
    desk.desktop.notifications.come_to(1).await?;
    desk.desktop.notifications.press("Approve", "add ripgrep").await?;
    desk.desktop.notifications.come_to(0).await?;
    desk.receives(&["/approve/1"]).await
}
