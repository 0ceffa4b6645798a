use super::*;

#[test]
fn batches_are_continued_until_there_is_no_more() {
    let mut desk = Desk::new();
    assert_eq!(subscribed(&desk.connect()), [0]);
    let out = desk.hear("batch", batch(1, 50, true));
    assert_eq!((subscribed(&out), acknowledged(&out)), (vec![50], vec![50]));
    let out = desk.hear("batch", batch(51, 100, true));
    assert_eq!(subscribed(&out), [100]);
    // Exactly 50·n messages end with an empty batch.
    let out = desk.hear("batch", json!({ "thread_id": "t", "messages": [], "has_more": false }));
    assert_eq!((subscribed(&out), acknowledged(&out)), (vec![], vec![]));
    assert_eq!(desk.lines.len(), 100);
}

#[test]
fn a_hole_is_asked_for_again_from_the_last_without_one() {
    let mut desk = Desk::live();
    desk.hear("batch", batch(1, 2, false));
    let out = desk.hear("message", message(5, "coder", "result"));
    assert_eq!(
        (subscribed(&out), acknowledged(&out)),
        (vec![2], vec![]),
        "nothing beyond the hole is acknowledged"
    );
    let out = desk.hear("message", message(6, "coder", "result"));
    assert_eq!(subscribed(&out), Vec::<u64>::new(), "once is enough");
    let out = desk.hear("batch", batch(3, 6, false));
    assert_eq!(acknowledged(&out), [6]);
    assert_eq!(desk.lines.len(), 6);
}

#[test]
fn a_message_told_twice_is_one() {
    let mut desk = Desk::live();
    desk.hear("batch", batch(1, 1, false));
    assert_eq!(acknowledged(&desk.hear("message", message(2, "coder", "result"))), [2]);
    assert_eq!(desk.hear("message", message(2, "coder", "result")), []);
}

#[test]
fn every_thread_is_subscribed_again_on_a_new_connection() {
    let mut desk = Desk::live();
    desk.hear("batch", batch(1, 7, false));
    desk.hold("/api/threads", &json!([thread("t", 7), thread("u", 0)]));
    assert_eq!(subscribed(&desk.connect()), [7, 0]);
}

#[test]
fn a_thread_that_shrank_is_read_from_its_beginning() {
    let mut desk = Desk::live();
    desk.hear("batch", batch(1, 7, false));
    desk.hold("/api/threads", &json!([thread("t", 2)]));
    assert_eq!(subscribed(&desk.connect()), [0]);
}

#[test]
fn every_error_is_told_and_closes_nothing() {
    let mut desk = Desk::live();
    for code in [
        "PARSE_ERROR",
        "UNKNOWN_EVENT",
        "INVALID_SUBSCRIBE",
        "SUBSCRIBE_FAILED",
        "FETCH_FAILED",
        "BATCH_FAILED",
        "INVALID_ACK",
        "ACK_FAILED",
    ] {
        let out = desk.hear("error", json!({ "code": code, "message": "no" }));
        assert!(matches!(out[..], [Effect::Emit(_)]), "{code}: {out:?}");
    }
    // Whatever still waited for its batch is subscribed again.
    assert_eq!(subscribed(&desk.tick()), [0]);
    let out = desk.hear("error", json!({ "code": "NEW_ONE", "message": "no" }));
    assert!(matches!(out[..], [Effect::Odd { .. }]), "{out:?}");
}

#[test]
fn what_was_missed_of_a_task_is_in_its_record_and_counts_once() {
    let mut desk = Desk::live();
    let row = |turn: u32| json!({ "task_id": "T", "stream_type": "turn_end", "turn_num": turn, "tokens_in": 10, "tokens_out": 2, "cost": 0.5 });
    desk.hear("task_stream", row(1));
    desk.hold(
        "/api/coordinator/running",
        &json!([{ "id": "T", "title": "Parse", "status": "running", "created_at": NOW.0 }]),
    );
    desk.hold("/api/coordinator/tasks/T/events", &json!({ "task_id": "T", "events": [row(1), row(2)] }));
    desk.tick();
    let task = &desk.state.tasks[&ItemId::new("task:T")];
    assert_eq!(
        (task.turns, task.tokens_in, task.tokens_out, task.cost_micros),
        (Some(2), Some(20), Some(4), Some(1_000_000))
    );
}

#[test]
fn zero_is_absent() {
    let mut desk = Desk::live();
    desk.hear("task_stream", json!({ "task_id": "T", "stream_type": "turn_end" }));
    let task = &desk.state.tasks[&ItemId::new("task:T")];
    assert_eq!((task.turns, task.tokens_in), (None, Some(0)));
    assert_eq!(task.started.millis(), NOW);
}
