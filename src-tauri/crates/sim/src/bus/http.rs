//! The part of the paths that is the same on every bus.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Form;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Json, Response};
use bytes::Bytes;
use futures_util::stream;
use serde_json::json;

use super::{Desk, Received, World};
use crate::fault::{Instead, NextPost};
use crate::traffic::lost;

pub(crate) type Host<W> = State<Arc<Desk<W>>>;
pub(crate) type Fields = Form<Vec<(String, String)>>;

/// What a bus says when it will not. It comes with status 500.
pub(crate) type Refusal = String;

pub(crate) const PAGE: &str = "<!doctype html><title>hyperhive</title><p>The bus.</p>\n";

/// Counts requests, and answers everything with something else where the switch says so.
pub(crate) async fn misbehave<W: World>(State(desk): Host<W>, request: Request, next: Next) -> Response {
    match desk.manners().instead {
        None => desk.traffic.pass(request, next, || desk.unsubscribe_all()).await,
        Some(Instead::Page) => Html(PAGE).into_response(),
        Some(Instead::Unauthorized) => (StatusCode::UNAUTHORIZED, "who are you?").into_response(),
        Some(Instead::Status(status, text)) => (code(status), text).into_response(),
        Some(Instead::OtherJson) => Json(json!({ "hello": "world" })).into_response(),
    }
}

pub(crate) async fn stream_events<W: World>(State(desk): Host<W>) -> Response {
    let events = desk.subscribe();
    let stalled = desk.stalled.subscribe();
    let body = stream::unfold((desk, events, stalled), |(desk, mut events, mut stalled)| async {
        loop {
            // A sender lives as long as `desk`, which is held here.
            let _ = stalled.wait_for(|stalled| !stalled).await;
            let pause = desk.manners().keep_alive.unwrap_or(Duration::MAX);
            let next = tokio::select! {
                // First of all: what comes after the stall must not slip out.
                biased;
                // Stalled meanwhile, or no more: look again.
                _ = stalled.changed() => continue,
                event = events.recv() => event,
                () = tokio::time::sleep(pause) => Some(Bytes::from_static(b": keep-alive\n\n")),
            };
            return next.map(|bytes| (Ok::<_, Infallible>(bytes), (desk, events, stalled)));
        }
    });
    let head = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-cache")];
    (head, Body::from_stream(body)).into_response()
}

/// Does a POST, or not, and answers, or not. Nothing is done before `act` is awaited.
pub(crate) async fn answer<W: World>(
    desk: &Desk<W>,
    received: Received,
    act: impl Future<Output = Result<(), Refusal>>,
) -> Response {
    let next = desk.receive(received.clone());
    match &next {
        Some(NextPost::LoseRequest) => return lost(),
        Some(NextPost::Refuse(status, text)) => return (code(*status), text.clone()).into_response(),
        Some(NextPost::LoseReply | NextPost::GiveUp(_) | NextPost::Delay { .. }) | None => {}
    }
    let result = act.await;
    if result.is_ok() {
        desk.did(received);
    }
    match next {
        Some(NextPost::LoseReply) => return lost(),
        Some(NextPost::GiveUp(status)) => return (code(status), "the upstream timed out").into_response(),
        Some(NextPost::Delay { ms }) => tokio::time::sleep(Duration::from_millis(ms)).await,
        Some(NextPost::LoseRequest | NextPost::Refuse(..)) | None => {}
    }
    match result {
        Err(refusal) => (StatusCode::INTERNAL_SERVER_ERROR, refusal).into_response(),
        Ok(()) => match desk.manners().success {
            303 => (StatusCode::SEE_OTHER, [(header::LOCATION, "/")]).into_response(),
            status => (code(status), "ok").into_response(),
        },
    }
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
