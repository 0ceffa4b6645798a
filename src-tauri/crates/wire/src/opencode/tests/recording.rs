//! A real server's stream, whole.

use std::collections::BTreeMap;

use deskbell_domain::TaskStatus;

use super::*;

const RECORDING: &str = include_str!("../../../../../../tests/fixtures/opencode/event.sse.txt");

fn frames() -> Vec<&'static str> {
    RECORDING.lines().filter_map(|line| Some(line.split_once("data: ")?.1)).collect()
}

fn check(desk: &Desk) {
    let ended: BTreeMap<&str, &str> =
        desk.state.settled.iter().map(|(item, outcome)| (item.as_str(), outcome.word())).collect();
    let expected = [
        ("permission:per_1fbcef036001WBTz2Ydc2kfzH7", "approved"),
        ("permission:per_1fbcef62e001o2o8dH5pklVh5H", "denied"),
        ("permission:per_1fbcefb3700124KvyhoW94UhET", "approved"),
        ("permission:per_1fbcf09bc001ki4j7I9iBrgmNE", "approved"),
        ("question:que_1fbcefee7001QAJgl2J7P9GVYt", "answered"),
        ("question:que_1fbcf0334001Vc2p2dVCXwfnx1", "cancelled"),
    ];
    assert_eq!(ended, BTreeMap::from(expected));
    let open: Vec<&str> = desk.state.asks.keys().map(ItemId::as_str).collect();
    assert_eq!(open, ["permission:per_1fbcf1550001G5apUu0Hyrh3N5"]);

    let top = ItemId::new("session:ses_e04311aa1ffeiJNo5IxvpFMmWo");
    let child = &desk.state.threads[&ItemId::new("session:ses_e0430f734ffeQ0Wd2KZND5DkA7")];
    assert_eq!((child.parent.as_ref(), child.agent.as_deref()), (Some(&top), Some("general")));
    assert_eq!(desk.state.threads[&top].title, "Fake session title");
    let [task] = desk.state.tasks.values().collect::<Vec<_>>()[..] else { panic!("{:?}", desk.state.tasks) };
    assert_eq!((task.status.clone(), task.thread.as_ref()), (TaskStatus::Running, Some(&top)));
    assert_eq!((task.tokens_in, task.tokens_out, task.cost_micros), (Some(18_510), Some(840), Some(17_490)));
}

#[test]
fn a_recorded_run_ends_in_the_servers_state_and_nothing_is_odd() {
    let mut desk = Desk::new();
    desk.connect(&Held::default());
    for frame in frames() {
        let out = desk.hear_text(frame);
        assert!(!out.iter().any(|effect| matches!(effect, Effect::Odd { .. })), "{out:?}");
        assert_eq!(calls(&out), [], "everything it needs is in the stream");
    }
    check(&desk);
    let sub =
        desk.entries.iter().find(|e| e.item.as_str().ends_with("per_1fbcf09bc001ki4j7I9iBrgmNE")).unwrap();
    assert_eq!(
        sub.thread,
        Some(ItemId::new("session:ses_e04311aa1ffeiJNo5IxvpFMmWo")),
        "under the top parent"
    );
}

#[test]
fn a_replay_of_the_recording_says_nothing_new() {
    let mut desk = Desk::new();
    desk.connect(&Held::default());
    for frame in frames() {
        desk.hear_text(frame);
    }
    let lines = desk.entries.len();
    for frame in frames() {
        assert_eq!(desk.hear_text(frame), []);
    }
    assert_eq!(desk.entries.len(), lines);
    check(&desk);
}

#[test]
fn the_recording_is_decoded_as_it_stands_in_the_file() {
    let mut adapter = Opencode::new(&source(None)).unwrap();
    let mut asks = 0;
    for line in RECORDING.lines() {
        let mut out = Vec::new();
        adapter.decode(Frame::Text(line), NOW, &mut out);
        for effect in &out {
            assert!(matches!(effect, Effect::Emit(_)), "{effect:?}");
            asks += usize::from(matches!(effect, Effect::Emit(Event::Ask(_))));
        }
    }
    assert_eq!(asks, 7);
}
