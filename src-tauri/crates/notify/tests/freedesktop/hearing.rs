//! What a server says that the operator did.

use deskbell_engine::{Notifier, Press};

use crate::desk::{button, notice, question, stage, stage_with, told};
use crate::server::{Manner, PLASMA, XFCE};

#[tokio::test]
async fn a_reply_typed_into_the_notification_comes_back_whole() {
    let (_bus, mut server, mut desk) = stage(PLASMA).await;
    desk.notifier.show(question(1));
    let id = server.shown(1).await.id;
    server.replied(id, "5432 <b>& no other</b>\nü").await;
    assert_eq!(desk.told().await, told(1, Press::Reply("5432 <b>& no other</b>\nü".into())));
    server.until("it is closed", |log| log.closed == [id]).await;
}

#[tokio::test]
async fn a_reply_to_what_has_no_field_is_none() {
    let (_bus, mut server, mut desk) = stage(PLASMA).await;
    desk.notifier.show(notice(1));
    let shown = server.shown(1).await;
    server.replied(shown.id, "approve").await;
    server.acted(shown.id, "inline-reply").await;
    server.acted(shown.id, shown.action("Deny")).await;
    assert_eq!(desk.told().await, button(1, "deny"));
}

#[tokio::test]
async fn a_click_on_the_body_opens() {
    let (_bus, mut server, mut desk) = stage(XFCE).await;
    desk.notifier.show(notice(1));
    let shown = server.shown(1).await;
    server.acted(shown.id, shown.action("Open")).await;
    assert_eq!(desk.told().await, told(1, Press::Open));
}

#[tokio::test]
async fn a_press_is_told_once_and_no_other_number_is_mistaken_for_it() {
    let (_bus, mut server, mut desk) = stage(XFCE).await;
    desk.notifier.show(notice(1));
    desk.notifier.show(notice(2));
    let (first, second) = (server.shown(1).await, server.shown(2).await);
    server.acted(77, first.action("Approve")).await;
    server.acted(second.id, first.action("Approve")).await;
    for _ in 0..2 {
        server.acted(first.id, first.action("Approve")).await;
        server.closed(first.id).await;
    }
    server.acted(second.id, second.action("Deny")).await;
    assert_eq!(desk.told().await, button(1, "approve"));
    assert_eq!(desk.told().await, button(2, "deny"));
}

#[tokio::test]
async fn a_press_counts_that_comes_after_its_closing() {
    let (_bus, mut server, mut desk) = stage(XFCE).await;
    desk.notifier.show(notice(1));
    let shown = server.shown(1).await;
    server.closed(shown.id).await;
    server.acted(shown.id, shown.action("Approve")).await;
    assert_eq!(desk.told().await, button(1, "approve"));
}

#[tokio::test]
async fn a_press_counts_that_comes_before_the_server_has_said_its_number() {
    let (_bus, _server, mut desk) = stage_with(XFCE, Manner::Hasty).await;
    desk.notifier.show(notice(1));
    assert_eq!(desk.told().await, button(1, "approve"));
}

#[tokio::test]
async fn a_dismissal_answers_nothing_and_is_told() {
    let (_bus, mut server, mut desk) = stage(XFCE).await;
    desk.notifier.show(notice(1));
    let shown = server.shown(1).await;
    server.closed(shown.id).await;
    assert_eq!(desk.told().await, told(1, Press::Dismissed));
    // It is over with that one.
    server.acted(shown.id, shown.action("Approve")).await;
    desk.notifier.show(notice(2));
    let second = server.shown(2).await;
    server.acted(second.id, "default").await;
    assert_eq!(desk.told().await, told(2, Press::Open));
}

#[tokio::test]
async fn a_press_counts_on_what_took_the_place_of_another_before_the_server_has_said_so() {
    let (_bus, mut server, mut desk) = stage(XFCE).await;
    desk.notifier.show(notice(1));
    server.shown(1).await;
    server.behave(Manner::Hasty);
    desk.notifier.show(notice(1));
    assert_eq!(desk.told().await, button(1, "approve"));
}
