//! A recorded run of a real server, flow by flow.

use super::*;

const RECORDING: &str = include_str!("../../../../../../tests/fixtures/exlab/input-required.txt");

fn lines(flow: &str) -> Vec<&'static str> {
    let mut flows = RECORDING.split("##### ").filter(|part| part.starts_with(flow));
    flows.next().unwrap().lines().skip(1).collect()
}

fn after<'a>(lines: &[&'a str], start: &str) -> Vec<&'a str> {
    lines.iter().filter_map(|line| line.strip_prefix(start)).collect()
}

#[test]
fn the_recorded_answer_is_taken_and_the_session_is_done() {
    let lines = lines("flow 1");
    let told = |start: &str| -> Json { serde_json::from_str(after(&lines, start)[0]).unwrap() };
    let waiting = told("GET session 200 ");
    let held = Held { sessions: vec![waiting], ..Held::default() };
    let mut desk = Desk::new();
    let stream = opened(&desk.connect(&held))[0].0;
    for frame in after(&lines, "A FRAME bytes ").into_iter().take(4) {
        let out = desk.on(Signal::Frame { stream, frame: Frame::Bytes(frame.as_bytes()) });
        desk.serve(out, &held);
    }
    let (call, _) = desk.answer_red();
    let out = desk.reply(call, 200, told("resume 200 "));
    desk.serve(out, &held);
    let done = Held { sessions: vec![told("GET after 200 ")], ..Held::default() };
    let mut out = Vec::new();
    for frame in after(&lines, "A FRAME bytes ").into_iter().skip(4) {
        let heard = desk.on(Signal::Frame { stream, frame: Frame::Bytes(frame.as_bytes()) });
        out.extend(desk.serve(heard, &done));
    }
    out.extend(desk.on(Signal::Closed { stream, code: None }));
    let out = desk.serve(out, &done);
    assert_eq!(settled_by(&out), Some(&By::Us), "{out:?}");
    assert_eq!(desk.state.tasks.values().next().unwrap().status, deskbell_domain::TaskStatus::Done);
    assert!(desk.entries.iter().any(|entry| entry.text.starts_with("Done: /srv/lab/data/EQ1/Proj A")));
}

#[test]
fn every_recorded_frame_is_understood_on_its_own() {
    let frames: Vec<&str> = RECORDING.lines().filter(|line| line.contains(" FRAME bytes ")).collect();
    assert_eq!(frames.len(), 20);
    for frame in frames {
        let mut out = Vec::new();
        Desk::new().adapter.decode(Frame::Text(frame), NOW, &mut out);
        assert!(matches!(out.as_slice(), [Effect::Emit(Event::Entry(_))]), "{frame}: {out:?}");
    }
}
