//! Finding the server, greeting it, and reading all it holds.

use super::*;
use crate::Transport;

#[test]
fn without_an_address_the_server_is_looked_for_at_every_start() {
    let mut desk = Desk::new();
    desk.adapter = Exlab::new(&source("")).unwrap();
    assert_eq!(desk.on(Signal::Start), [Effect::Locate]);
    let gone = Fault::new(FaultCode::Unreachable, "no file", "", Next::Soon);
    assert_eq!(desk.on(Signal::Located { found: Err(gone.clone()) }), [Effect::Fail(gone)]);
    assert_eq!(desk.on(Signal::Start), [Effect::Locate]);
    let (_, request) = only_read(&desk.on(Signal::Located { found: Ok(()) }));
    assert_eq!(request.path, "/api/v1/setup/status");
}

#[test]
fn the_channel_is_opened_once_the_server_is_known_to_be_set_up() {
    let mut desk = Desk::new();
    let (call, _) = only_read(&desk.on(Signal::Start));
    let path = "/api/v1/problems/events".to_owned();
    let open = Effect::Open { stream: StreamId::MAIN, transport: Transport::WebSocket, path };
    assert_eq!(desk.reply(call, 200, json!({ "state": "ready", "ready": true })), [open]);
}

#[test]
fn what_is_missing_of_the_setup_is_said() {
    let mut desk = Desk::new();
    let (call, _) = only_read(&desk.on(Signal::Start));
    let told = json!({ "state": "incomplete", "ready": false, "missing": [{ "field": "lims.endpoint" }], "next_action": "run_wizard" });
    let out = desk.reply(call, 200, told);
    assert!(fault(&out).message.contains("lims.endpoint is missing"), "{out:?}");
    assert_eq!(fault(&out).next, Next::Soon, "it is set up some time");

    let mut desk = Desk::new();
    desk.on(Signal::Start);
    let (call, _) = reads(&desk.on(Signal::Opened { stream: StreamId::MAIN }))[0].clone();
    let refused =
        json!({ "error": { "code": "setup_incomplete", "message": "no", "missing": ["paths.root"] } });
    let out = desk.reply(call, 503, refused);
    assert!(fault(&out).message.contains("paths.root is missing"), "{out:?}");
}

#[test]
fn something_else_at_the_address_is_not_taken_for_a_lab() {
    for (status, body) in [(200, json!({ "hello": 1 })), (404, json!({ "detail": "Not Found" }))] {
        let mut desk = Desk::new();
        let (call, _) = only_read(&desk.on(Signal::Start));
        let out = desk.reply(call, status, body);
        assert_eq!((fault(&out).code, fault(&out).next), (FaultCode::WrongDialect, Next::Never));
    }
}

#[test]
fn a_reading_that_fails_costs_the_queues_only_at_the_third_time() {
    let mut desk = Desk::live(&Held::one("plugin_pass"));
    for time in 1..=3 {
        let (call, _) = reads(&desk.on(Signal::Timer { timer: POLL }))[0].clone();
        let out = desk.reply(call, 503, json!({}));
        let failed = out.iter().any(|effect| matches!(effect, Effect::Fail(_)));
        assert_eq!(failed, time == 3, "{out:?}");
    }
}

#[test]
fn what_a_reading_could_not_see_is_not_taken_for_gone() {
    let mut desk = Desk::live(&Held::one("input_required"));
    let mut asked = reads(&desk.on(Signal::Timer { timer: POLL }));
    let mut out = Vec::new();
    while let Some((call, request)) = asked.pop() {
        let (status, body) = if request.path.contains("/sessions/") {
            (502, json!({}))
        } else {
            Held::one("input_required").answer(&request.path)
        };
        out = desk.reply(call, status, body);
        asked.extend(reads(&out));
    }
    assert!(out.iter().any(|effect| matches!(effect, Effect::Arm { timer: POLL, .. })), "it looks again");
    desk.only_ask();
}

#[test]
fn a_row_that_cannot_be_read_is_odd_and_costs_nothing_else() {
    let mut held = Held::one("input_required");
    held.findings = vec![problem("<")];
    let mut desk = Desk::live(&held);
    let asked = reads(&desk.on(Signal::Timer { timer: POLL }));
    let out = desk.reply(
        asked[0].0,
        200,
        json!({ "operations": [{ "identity": 7 }, operation(&held.sessions[0])] }),
    );
    assert!(out.iter().any(|effect| matches!(effect, Effect::Odd { .. })));
    desk.serve(out, &held);
    desk.only_ask();
    assert_eq!(desk.state.findings.len(), 1);
}
