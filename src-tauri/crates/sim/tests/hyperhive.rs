//! The simulated hyperhive coordinator, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A test helper fails by panicking.

use std::time::Duration;

use deskbell_sim::fault::{Build, Instead, NextPost};
use deskbell_sim::hyperhive::{Container, Prompt};
use deskbell_sim::{Config, Hyperhive, Pace, Piece};
use reqwest::{Client, Response};
use serde_json::Value;

/// Only a failing test waits so long.
const PATIENCE: Duration = Duration::from_secs(10);

fn client() -> Client {
    // Another test of this process may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

async fn hive() -> (Hyperhive, Client) {
    let config = Config { now: Some(1_779_000_000), ..Config::default() };
    (Hyperhive::start(config).await.unwrap(), client())
}

async fn json(client: &Client, url: String) -> Value {
    serde_json::from_slice(&client.get(url).send().await.unwrap().bytes().await.unwrap()).unwrap()
}

async fn post(
    client: &Client,
    hive: &Hyperhive,
    path: &str,
    form: &str,
) -> Result<(u16, String), reqwest::Error> {
    let request = client.post(format!("{}{path}", hive.url()));
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned());
    let response = request.send().await?;
    let status = response.status().as_u16();
    Ok((status, response.text().await?))
}

/// The events of one stream, as they come.
struct Stream {
    response: Response,
    bytes: Vec<u8>,
}

impl Stream {
    async fn open(client: &Client, hive: &Hyperhive) -> Self {
        let response = client.get(format!("{}/dashboard/stream", hive.url())).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, bytes: Vec::new() }
    }

    /// The next block up to its blank line; nothing at the end of the stream.
    async fn block(&mut self) -> Option<Vec<u8>> {
        tokio::time::timeout(PATIENCE, async {
            loop {
                if let Some(end) = self.bytes.windows(2).position(|pair| pair == b"\n\n") {
                    let rest = self.bytes.split_off(end + 2);
                    return Some(std::mem::replace(&mut self.bytes, rest));
                }
                self.bytes.extend_from_slice(&self.response.chunk().await.ok()??);
            }
        })
        .await
        .expect("the stream says nothing more")
    }

    async fn event(&mut self) -> Value {
        let block = self.block().await.expect("the stream ended");
        serde_json::from_slice(block.strip_prefix(b"data: ").unwrap()).unwrap()
    }

    async fn until(&mut self, kind: &str) -> Value {
        loop {
            let event = self.event().await;
            if event["kind"] == kind {
                return event;
            }
        }
    }
}

#[tokio::test]
async fn the_state_and_the_stream_tell_the_same() {
    let (hive, client) = hive().await;
    let mut stream = Stream::open(&client, &hive).await;
    let id = hive.ask_approval("coder", "add ripgrep");
    let event = stream.event().await;
    assert_eq!(
        (&event["kind"], &event["seq"], &event["id"]),
        (&"approval_added".into(), &1.into(), &id.into())
    );
    assert_eq!(event["approval_kind"], "apply_commit");
    let state = json(&client, format!("{}/api/state", hive.url())).await;
    assert_eq!(state, hive.state());
    assert_eq!((&state["seq"], &state["approvals"][0]["kind"]), (&1.into(), &"apply_commit".into()));
    assert_eq!(state["approvals"][0]["diff"], event["diff"]);
    assert!(event["diff"].as_str().unwrap().contains("+    ripgrep"));
}

#[tokio::test]
async fn an_approval_is_answered_at_once_and_ends_when_it_is_built() {
    let (hive, client) = hive().await;
    hive.switch(|faults| faults.build = Build::ByHand);
    let id = hive.ask_approval("coder", "add ripgrep");
    let mut stream = Stream::open(&client, &hive).await;
    assert_eq!(post(&client, &hive, &format!("/approve/{id}"), "").await.unwrap().0, 303);
    assert_eq!(stream.event().await["transient_kind"], "rebuilding");
    assert_eq!(hive.approval_ended(id), None);
    let (status, text) = post(&client, &hive, &format!("/approve/{id}"), "").await.unwrap();
    assert_eq!((status, text.as_str()), (500, "approval 1 is already being applied"));
    assert!(hive.finish_build(id, false));
    let event = stream.event().await;
    assert_eq!((&event["kind"], &event["status"]), (&"approval_resolved".into(), &"failed".into()));
    assert!(event["note"].as_str().unwrap().contains("builder"));
    assert_eq!(stream.event().await["kind"], "transient_cleared");
    assert!(!hive.finish_build(id, true), "it is over");
}

#[tokio::test]
async fn a_build_nobody_finishes_by_hand_ends_by_itself() {
    let (hive, client) = hive().await;
    let mut stream = Stream::open(&client, &hive).await;
    post(&client, &hive, "/request-spawn", "name=gardener").await.unwrap();
    let id = stream.event().await["id"].as_i64().unwrap();
    hive.switch(|faults| faults.success = 200);
    assert_eq!(post(&client, &hive, &format!("/approve/{id}"), "").await.unwrap().0, 200);
    assert_eq!(stream.until("approval_resolved").await["status"], "approved");
    assert!(hive.state()["containers"].as_array().unwrap().iter().any(|row| row["name"] == "gardener"));
}

#[tokio::test]
async fn bad_requests_get_500_and_plain_words() {
    let (hive, client) = hive().await;
    let question = hive.ask_question(Prompt::new("manager", "Which?"));
    hive.answer_elsewhere(question, "a", "manager");
    let long = format!("to=coder&body={}", "x".repeat(1025));
    for (path, form, word) in [
        ("/approve/99", "", "not found"),
        ("/deny/seven", "note=x", "bad id"),
        ("/answer-question/1", "answer=b", "already"),
        ("/op-send", "to=nobody&body=hi", "no such recipient"),
        ("/op-send", long.as_str(), "1024"),
        ("/request-spawn", "name=muchtoolong", "at most 9"),
        ("/restart/nobody", "", "no such container"),
        ("/destroy/hm1nd", "", "manager"),
        ("/purge-tombstone/coder", "", "live"),
    ] {
        let (status, text) = post(&client, &hive, path, form).await.unwrap();
        assert!(status == 500 && text.contains(word), "{path}: {status} {text}");
    }
    assert_eq!(post(&client, &hive, "/no-such-verb/1", "").await.unwrap().0, 404);
    assert_eq!(hive.question_ended(question), Some(("a".into(), "manager".into())));
}

#[tokio::test]
async fn questions_end_by_answer_cancel_and_deadline() {
    let (hive, client) = hive().await;
    let prompt = || Prompt::new("manager", "Which?").options(&["a", "b"]).multi().within(60);
    let ids = [hive.ask_question(prompt()), hive.ask_question(prompt()), hive.ask_question(prompt())];
    let mut stream = Stream::open(&client, &hive).await;
    post(&client, &hive, &format!("/answer-question/{}", ids[0]), "answer=a%2C+b").await.unwrap();
    assert_eq!(stream.event().await["answer"], "a, b");
    post(&client, &hive, &format!("/cancel-question/{}", ids[1]), "").await.unwrap();
    let event = stream.event().await;
    assert_eq!((&event["answer"], &event["cancelled"]), (&"[cancelled]".into(), &true.into()));
    hive.expire(ids[2]);
    let event = stream.event().await;
    assert_eq!((&event["answer"], &event["cancelled"]), (&"[expired]".into(), &false.into()));
    assert_eq!(hive.received()[0].field("answer"), Some("a, b"));
    assert_eq!(hive.state()["question_history"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_lifecycle_action_answers_when_it_is_done() {
    let (hive, client) = hive().await;
    hive.switch(|faults| faults.tells_containers = true);
    let mut stream = Stream::open(&client, &hive).await;
    post(&client, &hive, "/kill/coder", "").await.unwrap();
    assert_eq!(stream.event().await["transient_kind"], "stopping");
    assert_eq!(stream.event().await["container"]["running"], false);
    assert_eq!(stream.event().await["kind"], "transient_cleared");
    post(&client, &hive, "/destroy/coder", "").await.unwrap();
    assert_eq!(hive.state()["tombstones"][0]["name"], "coder");
    post(&client, &hive, "/purge-tombstone/coder", "").await.unwrap();
    assert_eq!(hive.state()["tombstones"].as_array().unwrap().len(), 0);
    hive.put_container(Container::running("scout"));
    post(&client, &hive, "/destroy/scout", "purge=on").await.unwrap();
    assert_eq!(hive.state()["tombstones"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn a_lost_reply_is_done_and_a_lost_request_is_not() {
    let (hive, client) = hive().await;
    let (first, second) = (hive.ask_approval("coder", "a"), hive.ask_approval("coder", "b"));
    hive.switch(|faults| faults.next_post = Some(NextPost::LoseReply));
    assert!(post(&client, &hive, &format!("/deny/{first}"), "note=no").await.is_err());
    assert_eq!(hive.approval_ended(first), Some(("denied".into(), Some("no".into()))));
    hive.switch(|faults| faults.next_post = Some(NextPost::LoseRequest));
    assert!(post(&client, &hive, &format!("/deny/{second}"), "").await.is_err());
    assert_eq!(hive.approval_ended(second), None);
    hive.switch(|faults| faults.next_post = Some(NextPost::Refuse(500, "database is locked".into())));
    assert_eq!(post(&client, &hive, &format!("/deny/{second}"), "").await.unwrap().1, "database is locked");
    hive.switch(|faults| faults.next_post = Some(NextPost::GiveUp(504)));
    assert_eq!(post(&client, &hive, &format!("/deny/{second}"), "").await.unwrap().0, 504);
    assert!(hive.approval_ended(second).is_some());
    assert_eq!(hive.received().len(), 4, "each POST that came is there, in order");
}

#[tokio::test]
async fn a_restart_keeps_the_tables_and_counts_anew() {
    let (hive, client) = hive().await;
    let id = hive.ask_approval("coder", "a");
    hive.set_transient("coder", "restarting");
    let url = hive.url();
    let mut stream = Stream::open(&client, &hive).await;
    hive.restart().await.unwrap();
    assert_eq!(stream.block().await, None, "the old stream ended");
    assert_eq!(hive.url(), url, "the same port");
    let state = json(&client, format!("{url}/api/state")).await;
    assert_eq!((&state["seq"], &state["approvals"][0]["id"]), (&0.into(), &id.into()));
    assert_eq!(state["containers"][0]["pending"], Value::Null);
    hive.stop().await;
    assert!(client.get(url).send().await.is_err(), "nothing listens");
}

#[tokio::test]
async fn events_are_lost_without_a_word() {
    let (hive, client) = hive().await;
    let mut stream = Stream::open(&client, &hive).await;
    hive.lose(2);
    for body in ["one", "two"] {
        hive.send("coder", "manager", body);
    }
    assert_eq!(stream.event().await["seq"], 3, "a message is two events: sent and delivered");
}

#[tokio::test]
async fn a_stalled_stream_stays_open_and_says_nothing() {
    let (hive, client) = hive().await;
    hive.switch(|faults| faults.keep_alive_ms = Some(5));
    let mut stream = Stream::open(&client, &hive).await;
    assert_eq!(stream.block().await.unwrap(), b": keep-alive\n\n");
    hive.switch(|faults| (faults.stalled, faults.keep_alive_ms) = (true, None));
    hive.send("coder", "manager", "held back");
    let quiet = tokio::time::timeout(Duration::from_millis(100), async {
        while stream.block().await.unwrap().starts_with(b":") {}
    });
    assert!(quiet.await.is_err(), "nothing comes");
    hive.switch(|faults| faults.stalled = false);
    assert_eq!(stream.until("sent").await["body"], "held back");
    hive.cut();
    while stream.block().await.is_some() {}
    assert_eq!(hive.subscribers(), 0);
}

#[tokio::test]
async fn it_can_be_something_else_altogether() {
    let (hive, client) = hive().await;
    let state = format!("{}/api/state", hive.url());
    for (instead, status, start) in [
        (Instead::Page, 200, "<!doctype html>"),
        (Instead::Unauthorized, 401, ""),
        (Instead::Status(503, "later".into()), 503, "later"),
        (Instead::OtherJson, 200, "{\"hello\""),
    ] {
        hive.switch(|faults| faults.instead = Some(instead));
        let response = client.get(&state).send().await.unwrap();
        assert_eq!(response.status(), status);
        assert!(response.text().await.unwrap().starts_with(start));
    }
    hive.switch(|faults| (faults.instead, faults.bare_history) = (None, true));
    assert_eq!(client.get(format!("{}/dashboard/history", hive.url())).send().await.unwrap().status(), 404);
    assert!(json(&client, format!("{}/messages/history?limit=200", hive.url())).await.is_array());
}

#[tokio::test]
async fn it_tells_what_it_should_not() {
    let (hive, client) = hive().await;
    let id = hive.ask_approval("coder", "a");
    hive.resolve_elsewhere(id, "denied", None);
    let mut stream = Stream::open(&client, &hive).await;
    hive.tell_late(id);
    assert_eq!(stream.event().await["kind"], "approval_added");
    hive.send_raw(b"data: \xff\xfe\n\n");
    assert_eq!(stream.block().await.unwrap(), b"data: \xff\xfe\n\n");
    hive.tell("flux_capacitor", serde_json::json!({ "charge": 88 }));
    assert_eq!(stream.event().await["charge"], 88);
    hive.tell_oversized(1 << 20);
    assert!(stream.block().await.unwrap().len() > 1 << 20);
    hive.switch(|faults| (faults.html_diffs, faults.bare_events) = (true, true));
    hive.ask_approval("coder", "b");
    assert_eq!(stream.event().await["diff"], Value::Null);
    assert!(hive.state()["approvals"][0]["diff_html"].as_str().unwrap().starts_with("<pre"));
    hive.forget_approval(2);
    assert_eq!(hive.state()["approvals"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn the_lively_world_begins_at_once_and_answers_back() {
    let client = client();
    let hive = Hyperhive::start(Config::default()).await.unwrap();
    let mut stream = Stream::open(&client, &hive).await;
    let _playing = hive.play(&Piece::solo(1, Pace::new(20.0)));
    let id = stream.until("approval_added").await["id"].as_i64().unwrap();
    post(&client, &hive, &format!("/approve/{id}"), "").await.unwrap();
    loop {
        let event = stream.until("sent").await;
        if event["body"].as_str().unwrap().starts_with("Building now") {
            assert_eq!((&event["from"], &event["to"]), (&"manager".into(), &"operator".into()));
            break;
        }
    }
    assert_eq!(stream.until("approval_resolved").await["status"], "approved");
}
