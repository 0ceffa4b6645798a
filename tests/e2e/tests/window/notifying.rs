//! Notifications on real daemons.

use anyhow::{Result, ensure};
use deskbell_e2e::{eventually, named, named_with};

use crate::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn a_press_on_the_notification_approves() -> Result<()> {
    let desk = Desk::open("notify").await?;
    desk.go("History").await?;
    let ask = desk.ask_approval("add ripgrep");
    desk.desktop.notifications.come_to(1).await?;
    desk.picture("notification").await?;
    desk.desktop.notifications.press("Approve", "add ripgrep").await?;
    eventually("the press reaches the coordinator", async || {
        Ok((!desk.hive.received().is_empty()).then_some(()))
    })
    .await?;
    let receipt = eventually("there is a receipt", async || {
        Ok(desk.bell.ring(&["receipts", &ask])?.into_iter().find(|receipt| receipt["verdict"] == "won"))
    })
    .await?;
    ensure!(receipt["surface"] == "notification", "the receipt says {receipt}");
    desk.desktop.notifications.come_to(0).await?;
    desk.receives(&["/approve/1"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_on_the_notification_opens_its_ask_and_answers_nothing() -> Result<()> {
    let desk = Desk::open("notify-open").await?;
    desk.go("History").await?;
    let first = desk.ask_approval("add ripgrep");
    let second = desk.ask_approval("drop the table");
    desk.desktop.notifications.come_to(2).await?;
    desk.desktop.notifications.press("Open", "drop the table").await?;
    desk.is(&second, "open").await?;
    desk.window.sees(&named_with("ask-row", "key", &first)).await?;
    desk.received(&[])
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ask_settled_elsewhere_takes_its_notification_away_and_says_who() -> Result<()> {
    let desk = Desk::open("elsewhere").await?;
    desk.go("History").await?;
    let ask = desk.ask_approval("add ripgrep");
    desk.desktop.notifications.come_to(1).await?;
    desk.go("Inbox").await?;
    desk.show(&ask).await?;
    ensure!(desk.hive.resolve_elsewhere(1, "denied", Some("not now")), "it was not open");
    desk.ends(&ask, "denied").await?;
    desk.window.reads(&named("outcome"), "another operator").await?;
    desk.desktop.notifications.come_to(0).await?;
    desk.picture("settled-elsewhere").await?;
    desk.received(&[])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_pressed_with_the_pointer_approves_though_another_daemon_has_taken_over() -> Result<()> {
    let mut desk = Desk::open("notify-pointer").await?;
    desk.go("History").await?;
    let ask = desk.ask_approval("add ripgrep");
    desk.desktop.notifications.come_to(1).await?;
    let buttons = desk.desktop.draw_buttons()?;
    buttons.come_to(1).await?;
    let server = desk.desktop.notification_server().await?;
    ensure!(server.as_deref() == Some("Xfce Notify Daemon"), "the notifications are shown by {server:?}");
    desk.picture("notification-buttons").await?;
    // Approve, deny, open.
    buttons.press(0, 3).await?;
    let receipt = eventually("there is a receipt", async || {
        Ok(desk.bell.ring(&["receipts", &ask])?.into_iter().find(|receipt| receipt["verdict"] == "won"))
    })
    .await?;
    ensure!(receipt["surface"] == "notification", "the receipt says {receipt}");
    buttons.come_to(0).await?;
    desk.receives(&["/approve/1"]).await
}
