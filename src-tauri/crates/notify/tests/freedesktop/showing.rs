//! What a server is asked to show.

use deskbell_domain::Urgency;
use deskbell_engine::{Notice, Notifier, Press, Stay};

use crate::desk::{button, notice, question, stage, stage_with, tag, told};
use crate::server::{BARE, Manner, PLASMA, Server, XFCE};

#[tokio::test]
async fn a_notice_comes_with_its_buttons_and_stays_until_it_is_seen_to() {
    let (_bus, mut server, desk) = stage(XFCE).await;
    desk.notifier.show(Notice { urgency: Urgency::Urgent, ..notice(1) });
    let shown = server.shown(1).await;
    assert_eq!(shown.title, "Ask 1");
    assert_eq!(shown.body, "if a &lt; b &amp;&amp; b &gt; c", "the body is markup here");
    assert_eq!(shown.labels(), ["Approve", "Deny", "Open"]);
    assert_eq!(shown.action("Open"), "default", "a click on the body opens");
    assert_eq!(shown.expires, 0);
    assert_eq!(shown.hint::<u8>("urgency"), Some(2));
    assert_eq!(shown.hint::<bool>("resident"), Some(true));
    assert_eq!(shown.hint::<bool>("action-icons"), Some(false));
    assert_eq!(shown.hint::<bool>("suppress-sound"), None);
    assert!(shown.hints.contains_key("sound-name"));
    assert!(
        !shown.actions.iter().any(|(action, _)| action.contains("approve")),
        "what it stands for stays here"
    );
}

#[tokio::test]
async fn news_may_go_by_itself_and_says_nothing_aloud_where_it_should_not() {
    let (_bus, mut server, desk) = stage(XFCE).await;
    desk.notifier.show(Notice { stay: Stay::Passing, sound: false, ..notice(1) });
    let shown = server.shown(1).await;
    assert_eq!(shown.expires, -1);
    assert_eq!(shown.hint::<u8>("urgency"), Some(1));
    assert_eq!(shown.hint::<bool>("suppress-sound"), Some(true));
    assert!(!shown.hints.contains_key("sound-name"));
}

#[tokio::test]
async fn a_field_is_offered_only_where_the_server_has_one() {
    let (bus, mut server, mut desk) = stage(PLASMA).await;
    assert!(desk.desktop(|desktop| desktop.server.is_some()).await.reply);
    desk.notifier.show(question(1));
    let shown = server.shown(1).await;
    assert_eq!(shown.action("Reply"), "inline-reply");
    assert_eq!(shown.hint::<String>("x-kde-reply-placeholder-text").as_deref(), Some("Which port?"));
    assert_eq!(shown.hint::<String>("x-kde-reply-submit-button-text").as_deref(), Some("Send"));
    server.stop().await;

    let mut server = Server::start(&bus, XFCE).await;
    assert!(!desk.desktop(|desktop| desktop.server.is_some()).await.reply);
    let shown = server.shown(1).await;
    assert_eq!(shown.labels(), ["Open"]);
    assert!(!shown.hints.keys().any(|hint| hint.starts_with("x-kde-reply")), "{:?}", shown.hints);
}

#[tokio::test]
async fn a_server_without_buttons_gets_none_and_plain_text() {
    let (_bus, mut server, mut desk) = stage(BARE).await;
    let desktop = desk.desktop(|desktop| desktop.server.is_some()).await;
    assert_eq!(desktop.server.as_deref(), Some("Scripted 1.0"));
    assert_eq!(desktop.capabilities, BARE);
    assert!(!desktop.buttons && !desktop.reply);
    desk.notifier.show(question(1));
    let shown = server.shown(1).await;
    assert_eq!(shown.actions, []);
    assert_eq!(shown.body, "if a < b && b > c");
}

#[tokio::test]
async fn a_newer_notice_takes_the_place_of_the_older_one() {
    let (_bus, mut server, mut desk) = stage(XFCE).await;
    desk.notifier.show(notice(1));
    let first = server.shown(1).await;
    desk.notifier.show(Notice { title: "One minute left".into(), ..notice(1) });
    let second = server.shown(2).await;
    assert_eq!((second.replaces, second.title.as_str()), (first.id, "One minute left"));
    assert_eq!(second.hint::<bool>("suppress-sound"), None, "it has something new to say");
    server.acted(second.id, second.action("Deny")).await;
    assert_eq!(desk.told().await, button(1, "deny"));
}

#[tokio::test]
async fn what_is_withdrawn_is_closed_even_where_it_was_not_up_yet() {
    let (_bus, mut server, desk) = stage_with(XFCE, Manner::Mute).await;
    desk.notifier.show(notice(1));
    let first = server.shown(1).await;
    desk.notifier.withdraw(&tag(1));
    // Wanted again while the old one is still owed: that one is not mistaken for it.
    desk.notifier.show(notice(1));
    let second = server.shown(2).await;
    assert_eq!(second.replaces, 0);
    server.behave(Manner::Proper);
    server.until("the first is closed", |log| log.closed == [first.id]).await;
    desk.notifier.withdraw(&tag(1));
    server.until("the second, too", |log| log.closed == [first.id, second.id]).await;
    assert_eq!(server.log().shown.len(), 2);
}

#[tokio::test]
async fn at_the_end_all_are_taken_down() {
    let (_bus, mut server, desk) = stage(XFCE).await;
    desk.notifier.show(notice(1));
    desk.notifier.show(notice(2));
    server.shown(2).await;
    desk.notifier.take_down().await;
    desk.notifier.show(notice(3));
    assert_eq!(server.until("both are closed", |log| log.closed.len() == 2).await.shown.len(), 2);
}

#[tokio::test]
async fn a_server_that_will_not_show_it_is_quoted() {
    let (_bus, _server, mut desk) = stage_with(XFCE, Manner::Refusing).await;
    desk.notifier.show(notice(1));
    assert_eq!(desk.told().await, told(1, Press::Failed("Too many notifications".into())));
}
