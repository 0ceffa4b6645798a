//! Findings: what is older is passed over, what a delta hides is read.

use super::*;

const MAIN: StreamId = StreamId::MAIN;

fn held(tokens: &[&str], audit_at: &'static str) -> Held {
    let findings = tokens.iter().map(|token| problem(token)).collect();
    Held { findings, audit_at: Some(audit_at), ..Held::default() }
}

fn snapshot(tokens: &[&str], at: &str) -> Json {
    let findings: Vec<Json> = tokens.iter().map(|token| problem(token)).collect();
    json!({ "kind": "snapshot", "findings": findings, "audit_at": at })
}

fn tokens(desk: &Desk) -> Vec<String> {
    let found = desk.state.findings.values().filter(|it| !it.is_removed());
    let mut tokens: Vec<String> = found.map(|it| it.text.rsplit(' ').next().unwrap().to_owned()).collect();
    tokens.sort();
    tokens
}

#[test]
fn of_two_snapshots_the_older_one_is_passed_over() {
    let mut desk = Desk::live(&held(&["<"], "2026-11-21T02:04:07Z"));
    assert_eq!(desk.hear(MAIN, snapshot(&[], "2026-11-21T02:03:38Z")), []);
    assert_eq!(tokens(&desk), ["<"]);
}

#[test]
fn a_delta_that_tells_one_of_two_is_made_whole_by_reading() {
    let mut desk = Desk::live(&held(&[], "2026-11-21T02:04:07Z"));
    let delta = json!({ "kind": "delta", "added": [problem(">")], "removed": [], "changed": [], "audit_at": "2026-11-21T02:04:09Z" });
    let out = desk.hear(MAIN, delta);
    assert_eq!(tokens(&desk), [">"], "at once");
    desk.serve(out, &held(&["<", ">"], "2026-11-21T02:04:09Z"));
    assert_eq!(tokens(&desk), ["<", ">"]);
    let news = desk.entries.iter().filter(|entry| entry.kind == EntryKind::Finding).count();
    assert_eq!(news, 2, "each is told once");
}

#[test]
fn a_list_older_than_what_was_heard_is_passed_over_but_not_for_ever() {
    let mut desk = Desk::live(&held(&["<"], "2026-11-21T02:04:07Z"));
    let old = held(&["<"], "2026-11-21T02:04:07Z");
    let out = desk.hear(MAIN, snapshot(&[], "2026-11-21T02:04:09Z"));
    desk.serve(out, &old);
    assert!(tokens(&desk).is_empty());
    for _ in 0..3 {
        desk.poll(&old);
    }
    assert_eq!(tokens(&desk), ["<"], "a list that never catches up is believed in the end");
}

#[test]
fn lists_are_read_again_once_a_minute_without_any_audit() {
    let mut desk = Desk::live(&held(&[], "2026-11-21T02:04:07Z"));
    let paths = |desk: &mut Desk| reads(&desk.on(Signal::Timer { timer: POLL })).len();
    assert_eq!(paths(&mut desk), 1, "operations only");
    let mut desk = Desk::live(&held(&[], "2026-11-21T02:04:07Z"));
    desk.now = NOW.plus(60_000);
    assert_eq!(paths(&mut desk), 2);
}

#[test]
fn the_first_list_is_no_news() {
    let desk = Desk::live(&held(&["<", ">"], "2026-11-21T02:04:07Z"));
    assert!(desk.entries.is_empty(), "{:?}", desk.entries);
}

fn rule(desk: &mut Desk, offer: &str, attempt: Attempt) -> Vec<Effect> {
    let item = desk.state.findings.keys().next().unwrap().clone();
    let values = [("reason", Value::Text("We know of it.".into())), ("operator", Value::Text("ann".into()))];
    let accepted = desk.accept(&item, offer, &values);
    desk.on(Signal::Do { accepted, attempt })
}

#[test]
fn an_override_has_its_reason_and_is_won_by_its_record() {
    let mut desk = Desk::live(&held(&["<"], "2026-11-21T02:04:07Z"));
    let out = rule(&mut desk, "override", Attempt::Fresh);
    let (call, request) = only_delivery(&out);
    assert_eq!(request.path, "/api/v1/problems/%2Fsrv%2Flab%2FRun_1/override");
    let sent = json!({ "problem_class": "illegal_filesystem_character", "reason": "We know of it.", "operator": "ann" });
    assert_eq!(body(&request), sent);
    let out =
        desk.reply(call, 201, json!({ "id": "o1", "problem_class": "x", "reason": "y", "revoked": false }));
    assert_eq!(verdict(&out), &Verdict::Won);
}

#[test]
fn a_reason_is_ten_to_five_hundred_characters() {
    let desk = Desk::live(&held(&["<"], "2026-11-21T02:04:07Z"));
    let finding = desk.state.findings.values().next().unwrap();
    for (reason, fits) in
        [("x".repeat(9), false), ("x".repeat(10), true), ("x".repeat(500), true), ("x".repeat(501), false)]
    {
        let intent = Intent {
            id: IntentId::new("i"),
            key: Key::new(SourceId::new("lab"), finding.item.clone()),
            offer: "override".into(),
            values: [("reason".to_owned(), Value::Text(reason))].into(),
            shown: Hash::of(&(&finding.item, &finding.offers)),
            consent: Consent::None,
        };
        assert_eq!(desk.state.accept(intent).is_ok(), fits);
    }
}

#[test]
fn an_override_whose_reply_was_lost_is_looked_for_in_the_record_of_the_run() {
    let recorded = json!({ "validation_overrides": [
        { "id": "o1", "problem_class": "illegal_filesystem_character", "reason": "We know of it.", "revoked": false },
    ]});
    let mut desk = Desk::live(&held(&["<"], "2026-11-21T02:04:07Z"));
    let (call, _) = only_delivery(&rule(&mut desk, "override", Attempt::Fresh));
    let (call, request) = only_read(&desk.no_reply(call, Sent::Maybe));
    assert_eq!(request.path, "/api/v1/run/%2Fsrv%2Flab%2FRun_1");
    assert_eq!(verdict(&desk.reply(call, 200, recorded)), &Verdict::Won);

    let mut desk = Desk::live(&held(&["<"], "2026-11-21T02:04:07Z"));
    let (call, _) = only_read(&rule(&mut desk, "override", Attempt::Maybe));
    only_delivery(&desk.reply(call, 200, json!({ "validation_overrides": [] })));
}

#[test]
fn a_revocation_names_the_override_that_stands() {
    let mut overridden = problem("<");
    overridden["override_active"] = json!(true);
    let mut desk = Desk::live(&Held { findings: vec![overridden], ..Held::default() });
    let (call, _) = only_read(&rule(&mut desk, "revoke", Attempt::Fresh));
    let class = "illegal_filesystem_character";
    let out = desk.reply(
        call,
        200,
        json!({ "validation_overrides": [
            { "id": "o1", "problem_class": class, "reason": "a", "revoked": false },
            { "id": "r1", "revokes": "o1", "reason": "b", "revoked": true },
            { "id": "o2", "problem_class": class, "reason": "c", "revoked": false },
        ]}),
    );
    let (call, request) = only_delivery(&out);
    assert_eq!(request.path, "/api/v1/problems/%2Fsrv%2Flab%2FRun_1/override/revoke");
    assert_eq!(body(&request)["revokes"], "o2", "o1 is revoked already");
    let out = desk.reply(call, 201, json!({ "id": "r2", "revokes": "o2", "revoked": true }));
    assert_eq!(verdict(&out), &Verdict::Won);
}
