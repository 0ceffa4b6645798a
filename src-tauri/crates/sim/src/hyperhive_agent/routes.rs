//! The paths of the bus.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Json, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use futures_util::stream;
use serde_json::json;

use super::Received;
use super::shared::Shared;
use super::world::{Refusal, World};
use crate::fault::{Instead, NextPost};
use crate::serving::Drop;

type Host = State<Arc<Shared>>;
type Fields = Form<Vec<(String, String)>>;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(async || Html(PAGE)))
        .route("/events/stream", get(stream_events))
        .route("/events/history", get(async |State(shared): Host| Json(shared.look(World::history))))
        .route("/api/state", get(async |State(shared): Host| Json(shared.look(World::state))))
        .route(
            "/send",
            post(async |State(shared): Host, Form(form): Fields| answer(shared, "/send".into(), form).await),
        )
        .route("/api/{verb}", post(post_api))
        .route("/login/{step}", post(post_login))
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), misbehave))
        .with_state(shared)
}

const PAGE: &str = "<!doctype html><title>hyperhive agent</title><p>The agent.</p>\n";

/// Answers everything with something else, where the switch says so.
async fn misbehave(State(shared): Host, request: Request, next: Next) -> Response {
    match shared.faults().instead {
        None => next.run(request).await,
        Some(Instead::Page) => Html(PAGE).into_response(),
        Some(Instead::Unauthorized) => (StatusCode::UNAUTHORIZED, "who are you?").into_response(),
        Some(Instead::Status(status, text)) => (code(status), text).into_response(),
        Some(Instead::OtherJson) => Json(json!({ "hello": "world" })).into_response(),
    }
}

async fn stream_events(State(shared): Host) -> Response {
    let events = shared.subscribe();
    let stalled = shared.stalled.subscribe();
    let body = stream::unfold((shared, events, stalled), |(shared, mut events, mut stalled)| async {
        loop {
            // A sender lives as long as `shared`, which is held here.
            let _ = stalled.wait_for(|stalled| !stalled).await;
            let next = tokio::select! {
                // First of all: what comes after the stall must not slip out.
                biased;
                _ = stalled.changed() => continue,
                event = events.recv() => event,
            };
            return next.map(|bytes| (Ok::<_, Infallible>(bytes), (shared, events, stalled)));
        }
    });
    let head = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-cache")];
    (head, Body::from_stream(body)).into_response()
}

async fn post_api(State(shared): Host, Path(verb): Path<String>, Form(form): Fields) -> Response {
    match verb.as_str() {
        "cancel" | "compact" | "model" => answer(shared, format!("/api/{verb}"), form).await,
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn post_login(State(shared): Host, Path(step): Path<String>, Form(form): Fields) -> Response {
    answer(shared, format!("/login/{step}"), form).await
}

/// Does it, or not, and answers, or not.
async fn answer(shared: Arc<Shared>, path: String, form: Vec<(String, String)>) -> Response {
    let received = Received { path, form };
    shared.receive(received.clone());
    let mut next = None;
    shared.switch(|faults| next = faults.next_post.take());
    match &next {
        Some(NextPost::LoseRequest) => return lost(),
        Some(NextPost::Refuse(status, text)) => return (code(*status), text.clone()).into_response(),
        Some(NextPost::LoseReply | NextPost::GiveUp(_) | NextPost::Delay { .. }) | None => {}
    }
    let result = shared.change(|world| perform(world, &received));
    match next {
        Some(NextPost::LoseReply) => return lost(),
        Some(NextPost::GiveUp(status)) => return (code(status), "the upstream timed out").into_response(),
        Some(NextPost::Delay { ms }) => tokio::time::sleep(Duration::from_millis(ms)).await,
        Some(NextPost::LoseRequest | NextPost::Refuse(..)) | None => {}
    }
    match result {
        Err(refusal) => (StatusCode::INTERNAL_SERVER_ERROR, refusal).into_response(),
        Ok(()) => match shared.faults().success {
            303 => (StatusCode::SEE_OTHER, [(header::LOCATION, "/")]).into_response(),
            status => (code(status), "ok").into_response(),
        },
    }
}

fn perform(world: &mut World, received: &Received) -> Result<(), Refusal> {
    let field = |name: &str| received.field(name).unwrap_or_default();
    match received.path.as_str() {
        "/send" => world.send(field("body"))?,
        "/api/cancel" => world.cancel(),
        "/api/compact" => world.compact(),
        "/api/model" => world.set_model(field("model")),
        path => world.log_in(path.trim_start_matches("/login/"), field("code"))?,
    }
    Ok(())
}

/// The connection ends without a reply.
fn lost() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(Drop);
    response
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
