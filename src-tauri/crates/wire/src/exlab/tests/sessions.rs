//! Queues that are consumed by reading, and looks that tell the truth.

use deskbell_domain::{AskBody, Input, TaskStatus};

use super::*;

fn queue(effects: &[Effect]) -> StreamId {
    let opened = opened(effects);
    assert_eq!(opened.len(), 1, "{effects:?}");
    opened[0].0
}

fn status(desk: &Desk) -> TaskStatus {
    desk.state.tasks[&ItemId::of("task", SESSION)].status.clone()
}

#[test]
fn a_queue_is_opened_once_after_a_look_and_never_again() {
    let held = Held::one("plugin_pass");
    let mut desk = Desk::new();
    let out = desk.connect(&held);
    let path = format!("/api/v1/sessions/{SESSION}/events");
    assert_eq!(opened(&out), [(StreamId(1), path)]);
    assert_eq!(opened(&desk.poll(&held)), [], "it is open");
    assert_eq!(opened(&desk.connect(&held)), [], "it was lost with the link");
    assert_eq!(desk.entries.iter().filter(|entry| entry.kind == EntryKind::Gap).count(), 1);
    assert_eq!(opened(&desk.poll(&held)), []);
}

#[test]
fn a_session_that_has_ended_is_never_listened_to() {
    let held = Held {
        sessions: vec![with_error("failed", json!({ "code": "disk", "message": "full" }))],
        ..Held::default()
    };
    let mut desk = Desk::new();
    assert_eq!(opened(&desk.connect(&held)), []);
    assert_eq!(status(&desk), TaskStatus::Failed);
    assert!(desk.entries.iter().any(|entry| entry.text == "Failed: full (disk)"), "{:?}", desk.entries);
}

#[test]
fn binary_frames_are_lines_of_history_and_each_leads_to_a_look() {
    let mut desk = Desk::new();
    let stream = queue(&desk.connect(&Held::one("rendering")));
    let frame = json!({ "kind": "phase", "phase": "running_plugins", "at": "2026-11-21T02:02:26Z" });
    let out = desk.hear(stream, frame.clone());
    assert_eq!(only_read(&out).1.path, format!("/api/v1/sessions/{SESSION}"));
    let line = desk.entries.last().unwrap();
    assert_eq!((line.text.as_str(), line.raw.as_str()), ("running plugins", frame.to_string().as_str()));
    assert_eq!(desk.hear(stream, frame), [], "the same once more");
}

#[test]
fn an_ask_is_told_by_a_look_and_never_by_a_frame_from_the_past() {
    let mut desk = Desk::new();
    let stream = queue(&desk.connect(&Held::one("cache_write")));
    let mut frame = pending();
    frame["kind"] = json!("input_required");
    let out = desk.hear(stream, frame);
    desk.serve(out, &Held::one("cache_write"));
    assert!(desk.state.asks.is_empty(), "somebody answered it before we listened");
}

#[test]
fn a_close_without_a_word_is_looked_into() {
    for (state, error, status) in [
        ("failed", json!({ "code": "x" }), TaskStatus::Failed),
        ("aborted", json!({ "code": "cancelled", "discard_files": true }), TaskStatus::Cancelled),
        ("done", Json::Null, TaskStatus::Done),
    ] {
        let mut desk = Desk::new();
        let stream = queue(&desk.connect(&Held::one("input_required")));
        let out = desk.on(Signal::Closed { stream, code: None });
        desk.serve(out, &Held { sessions: vec![with_error(state, error)], ..Held::default() });
        assert_eq!(self::status(&desk), status);
        assert!(desk.state.asks.is_empty(), "an aborted session goes on naming its input");
    }
}

#[test]
fn a_queue_cut_while_the_session_runs_is_a_gap_and_is_not_opened_again() {
    let held = Held::one("plugin_pass");
    let mut desk = Desk::new();
    let stream = queue(&desk.connect(&held));
    let out = desk.on(Signal::Closed { stream, code: None });
    desk.serve(out, &held);
    assert_eq!(opened(&desk.poll(&held)), []);
    assert_eq!(desk.entries.iter().filter(|entry| entry.kind == EntryKind::Gap).count(), 1);
}

#[test]
fn a_queue_lost_with_the_connection_is_a_gap_unless_the_session_itself_is_lost() {
    for (held, gaps, runs) in
        [(Held::one("plugin_pass"), 1, true), (Held::one("done"), 1, false), (Held::default(), 0, false)]
    {
        let mut desk = Desk::new();
        desk.connect(&Held::one("plugin_pass"));
        desk.connect(&held);
        assert_eq!(desk.entries.iter().filter(|entry| entry.kind == EntryKind::Gap).count(), gaps);
        assert_eq!(desk.state.tasks[&ItemId::of("task", SESSION)].ended.is_none(), runs);
    }
}

#[test]
fn a_queue_that_stays_open_after_the_end_is_closed() {
    let mut desk = Desk::new();
    let stream = queue(&desk.connect(&Held::one("plugin_pass")));
    let held = Held::one("done");
    desk.poll(&held);
    assert!(!desk.poll(&held).contains(&Effect::Close { stream }), "its last words may be on their way");
    desk.now = NOW.plus(5_000);
    assert!(desk.poll(&held).contains(&Effect::Close { stream }));
}

#[test]
fn progress_is_per_cent_of_its_phase() {
    let mut desk = Desk::new();
    let stream = queue(&desk.connect(&Held::one("rendering")));
    let progress = |current: u64, total: u64| json!({ "kind": "progress", "phase": "rendering", "current": current, "total": total });
    let mut shown = Vec::new();
    for (current, total) in [(1, 3), (u64::MAX, u64::MAX), (5, 0)] {
        desk.hear(stream, progress(current, total));
        shown.push(desk.state.tasks[&ItemId::of("task", SESSION)].progress);
    }
    assert_eq!(shown, [Some(33), Some(100), None]);
}

#[test]
fn words_of_a_later_version_are_odd() {
    let mut desk = Desk::new();
    let stream = queue(&desk.connect(&Held::one("rendering")));
    let out = desk.hear(stream, json!({ "kind": "teleported" }));
    assert!(matches!(out.as_slice(), [Effect::Odd { .. }]), "{out:?}");
    let mut later = handle(SESSION, "teleporting");
    later["pending_input"] = Json::Null;
    desk.poll(&Held { sessions: vec![later], ..Held::default() });
    assert_eq!(status(&desk), TaskStatus::Unknown("teleporting".into()));
}

#[test]
fn fields_keep_their_types_and_what_is_blank_is_left_out() {
    let mut session = handle(SESSION, "input_required");
    session["pending_input"]["fields"] = json!([
        { "id": "s", "label": "S", "type": "string", "required": true, "default": "a", "hint": "h" },
        { "id": "t", "label": "T", "type": "text", "required": false },
        { "id": "c", "label": "C", "type": "choice", "required": true, "options": ["x", "y"], "default": "y" },
        { "id": "d", "label": "D", "type": "date", "required": true },
        { "id": "b", "label": "B", "type": "boolean", "required": false, "default": true },
        { "id": "n", "label": "N", "type": "number", "required": false, "default": 7 },
    ]);
    let mut desk = Desk::live(&Held { sessions: vec![session], ..Held::default() });
    let ask = desk.only_ask();
    let fields = &ask.offers[0].fields;
    assert_eq!(fields[0].hint.as_deref(), Some("h"));
    assert!(matches!(&fields[0].input, Input::Text { multiline: false, default: Some(a), .. } if a == "a"));
    assert!(matches!(&fields[1].input, Input::Text { multiline: true, .. }) && !fields[1].required);
    assert!(matches!(&fields[2].input, Input::Pick { options, many: false, .. } if options.len() == 2));
    assert_eq!(fields[2].hint.as_deref(), Some("Usually: y"));
    assert!(matches!(fields[3].input, Input::Date { .. }));
    assert!(matches!(fields[4].input, Input::Flag { default: true }));
    assert!(matches!(&fields[5].input, Input::Text { default: Some(seven), .. } if seven == "7"));
    let values = [
        ("s", Value::Text("red".into())),
        ("t", Value::Text("  ".into())),
        ("c", Value::Pick { chosen: vec!["x".into()], other: None }),
        ("d", Value::Date("2026-11-21".into())),
        ("b", Value::Flag(false)),
    ];
    let accepted = desk.accept(&ask.item.clone(), "resume", &values);
    let (_, request) = only_delivery(&desk.on(Signal::Do { accepted, attempt: Attempt::Fresh }));
    assert_eq!(
        body(&request),
        json!({ "extra_inputs": { "s": "red", "c": "x", "d": "2026-11-21", "b": false } })
    );
}

#[test]
fn a_wish_that_is_no_form_is_shown_raw_and_can_be_cancelled() {
    let mut session = handle(SESSION, "input_required");
    session["pending_input"] = json!({ "wish": 1 });
    let desk = Desk::live(&Held { sessions: vec![session], ..Held::default() });
    let ask = desk.only_ask();
    assert!(matches!(&ask.body, AskBody::Unknown { raw, .. } if raw.contains("wish")));
    assert_eq!(ask.offers.iter().map(|offer| offer.id.as_str()).collect::<Vec<_>>(), ["cancel"]);
}

#[test]
fn the_same_wish_after_work_is_another_ask() {
    let mut desk = Desk::new();
    let stream = queue(&desk.connect(&Held::one("input_required")));
    let first = desk.only_ask().item.clone();
    let mut wish = pending();
    wish["kind"] = json!("input_required");
    let phase = |at: &str| json!({ "kind": "phase", "phase": "running_plugins", "at": at });
    // All that was said before the ask that is shown.
    for frame in [phase("2026-11-21T02:02:25Z"), wish.clone()] {
        let out = desk.hear(stream, frame);
        desk.serve(out, &Held::one("input_required"));
    }
    assert_eq!(desk.only_ask().item, first);
    // Answered elsewhere, and asked again, before a look could see it between.
    for frame in [phase("2026-11-21T02:02:26Z"), wish] {
        let out = desk.hear(stream, frame);
        desk.serve(out, &Held::one("input_required"));
    }
    assert_ne!(desk.only_ask().item, first);
    // Since it last worked.
    assert_eq!(desk.only_ask().expires, Some(Millis(1_795_226_546_000 + 3_600_000)));
    assert!(matches!(desk.outcomes()[..], [Outcome::Answered { .. }]), "{:?}", desk.outcomes());
}

#[test]
fn the_same_wish_after_the_end_of_deskbell_is_another_ask_if_the_first_had_ended() {
    let waits = Held::one("input_required");
    let mut desk = Desk::live(&waits);
    let first = desk.only_ask().clone();
    desk.begin_anew();
    desk.connect(&waits);
    assert_eq!((&desk.only_ask().item, desk.only_ask().expires), (&first.item, first.expires), "it is open");
    desk.poll(&Held::one("plugin_pass"));
    assert!(desk.state.asks.is_empty());
    desk.begin_anew();
    desk.connect(&waits);
    let second = desk.only_ask().clone();
    assert_ne!(second.item, first.item);
    assert_eq!(second.expires, None, "nobody knows since when");
    desk.begin_anew();
    desk.connect(&waits);
    assert_eq!(desk.only_ask().item, second.item);
}

#[test]
fn a_restart_forgets_sessions_and_that_is_said() {
    let mut desk = Desk::live(&Held::one("input_required"));
    desk.connect(&Held::default());
    assert_eq!(desk.outcomes(), [&Outcome::Vanished]);
    assert_eq!(status(&desk), TaskStatus::Unknown("lost".into()));
    assert!(desk.entries.iter().any(|entry| entry.text.starts_with("Lost: ExLab-Wizard no longer knows")));
}

#[test]
fn a_wait_of_an_hour_has_expired_and_was_not_denied() {
    let mut desk = Desk::live(&Held::one("input_required"));
    assert_eq!(desk.only_ask().expires, Some(Millis(1_795_226_545_000 + 3_600_000)));
    let gone = with_error("aborted", json!({ "code": "session_abandoned", "message": "no input" }));
    desk.poll(&Held { sessions: vec![gone], ..Held::default() });
    assert_eq!(desk.outcomes(), [&Outcome::Expired]);
}
