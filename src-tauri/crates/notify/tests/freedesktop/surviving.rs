//! Servers and buses that come late, go, come back, or say nothing.

use std::os::unix::net::UnixListener;

use deskbell_engine::{Desktop, Notifier, Press};

use crate::bus::PrivateBus;
use crate::desk::{Desk, button, notice, stage, stage_with, tag};
use crate::server::{Manner, Server, XFCE};

fn in_trouble(desktop: &Desktop) -> bool {
    desktop.trouble.is_some()
}

fn serving(desktop: &Desktop) -> bool {
    desktop.trouble.is_none() && desktop.server.is_some()
}

fn says(press: &Press, words: &str) -> bool {
    matches!(press, Press::Failed(why) if why.contains(words))
}

#[tokio::test]
async fn a_server_that_starts_again_is_shown_what_is_open_without_a_sound() {
    let (bus, mut server, mut desk) = stage(XFCE).await;
    for n in 1..=3 {
        desk.notifier.show(notice(n));
    }
    let old = server.shown(3).await;
    desk.notifier.withdraw(&tag(2));
    server.until("the second is closed", |log| log.closed.len() == 1).await;
    server.stop().await;
    desk.desktop(in_trouble).await;

    let mut server = Server::numbered(&bus, XFCE, Manner::Proper, 100).await;
    desk.desktop(serving).await;
    let (first, third) = (server.shown(1).await, server.shown(2).await);
    assert_eq!((first.title.as_str(), third.title.as_str()), ("Ask 1", "Ask 3"));
    for shown in [&first, &third] {
        assert_eq!(shown.replaces, 0, "the old server's numbers mean nothing here");
        assert_eq!(shown.hint::<bool>("suppress-sound"), Some(true));
    }
    server.acted(old.id, old.action("Approve")).await;
    server.acted(third.id, third.action("Deny")).await;
    assert_eq!(desk.told().await, button(3, "deny"));
    assert_eq!(server.log().shown.len(), 2);
}

#[tokio::test]
async fn without_a_server_it_is_said_and_what_waits_is_shown_once_when_one_comes() {
    let bus = PrivateBus::start();
    let mut desk = Desk::on(&bus);
    let desktop = desk.desktop(in_trouble).await;
    assert!(desktop.trouble.unwrap().contains("Start a notification daemon"));
    desk.notifier.show(notice(1));
    let (tag, _, press) = desk.told().await;
    assert!(tag == crate::desk::tag(1) && says(&press, "nothing on this desktop"), "{press:?}");

    let mut server = Server::start(&bus, XFCE).await;
    desk.desktop(serving).await;
    let shown = server.shown(1).await;
    assert_eq!(shown.hint::<bool>("suppress-sound"), None, "nobody has heard it yet");
    server.acted(shown.id, shown.action("Approve")).await;
    assert_eq!(desk.told().await, button(1, "approve"));
    assert_eq!(server.log().shown.len(), 1);
}

#[tokio::test]
async fn without_a_bus_it_is_said_and_all_goes_well_once_there_is_one() {
    let mut bus = PrivateBus::absent();
    let mut desk = Desk::on(&bus);
    let desktop = desk.desktop(in_trouble).await;
    assert!(desktop.trouble.unwrap().contains("session bus"));
    desk.notifier.show(notice(1));
    let (_, _, press) = desk.told().await;
    assert!(says(&press, "session bus"), "{press:?}");

    bus.come_up();
    let mut server = Server::start(&bus, XFCE).await;
    let shown = server.shown(1).await;
    server.acted(shown.id, shown.action("Deny")).await;
    assert_eq!(desk.told().await, button(1, "deny"));
}

#[tokio::test]
async fn a_bus_that_dies_takes_nothing_with_it() {
    let (mut bus, mut server, mut desk) = stage(XFCE).await;
    desk.notifier.show(notice(1));
    server.shown(1).await;
    bus.die();
    desk.desktop(in_trouble).await;
    bus.come_up();
    let mut server = Server::numbered(&bus, XFCE, Manner::Proper, 100).await;
    let shown = server.shown(1).await;
    assert_eq!(shown.title, "Ask 1");
    server.acted(shown.id, shown.action("Approve")).await;
    let pressed = loop {
        // That it was not on screen was said, too.
        let word = desk.told().await;
        if !matches!(word.2, Press::Failed(_)) {
            break word;
        }
    };
    assert_eq!(pressed, button(1, "approve"));
}

#[tokio::test]
async fn a_bus_that_never_answers_is_said_and_stops_nobody() {
    let bus = PrivateBus::absent();
    let _deaf = UnixListener::bind(bus.socket()).unwrap();
    let mut desk = Desk::on(&bus);
    desk.notifier.show(notice(1));
    let (_, _, press) = desk.told().await;
    assert!(says(&press, "does not answer"), "{press:?}");
    desk.notifier.take_down().await;
}

#[tokio::test]
async fn a_server_that_never_answers_is_said_and_what_it_answers_late_still_counts() {
    let (_bus, mut server, mut desk) = stage_with(XFCE, Manner::Mute).await;
    desk.notifier.show(notice(1));
    desk.notifier.show(notice(2));
    server.shown(2).await;
    let (first, second) = (desk.told().await, desk.told().await);
    assert!(first.0 == tag(1) && says(&first.2, "does not answer"), "{first:?}");
    assert!(second.0 == tag(2) && says(&second.2, "does not answer"), "{second:?}");
    assert!(in_trouble(&desk.desktop(|_| true).await));

    server.behave(Manner::Proper);
    desk.desktop(serving).await;
    let shown = server.shown(2).await;
    server.acted(shown.id, shown.action("Approve")).await;
    assert_eq!(desk.told().await, button(2, "approve"));
    assert_eq!(server.log().shown.len(), 2, "nothing was asked for twice");
}
