//! The paths of the dashboard.

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
use bytes::Bytes;
use futures_util::stream;
use serde_json::json;

use super::model::{Refusal, World};
use super::state::{Received, Shared};
use crate::fault::{Build, Instead, NextPost};
use crate::serving::Drop;

type Host = State<Arc<Shared>>;
type Fields = Form<Vec<(String, String)>>;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(async || Html(PAGE)))
        .route("/api/state", get(async |State(shared): Host| Json(shared.picture())))
        .route("/dashboard/stream", get(stream_events))
        .route("/dashboard/history", get(new_history))
        .route("/messages/stream", get(stream_events))
        .route("/messages/history", get(old_history))
        .route(
            "/api/journal/{container}",
            get(async |Path(name): Path<String>| format!("{name}: nothing logged\n")),
        )
        .route("/api/agent-config/{name}", get(async |Path(name): Path<String>| format!("# {name}\n{{ }}\n")))
        .route("/{verb}", post(post_plain))
        .route("/{verb}/{target}", post(post_on))
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), misbehave))
        .with_state(shared)
}

const PAGE: &str = "<!doctype html><title>hyperhive</title><p>The dashboard.</p>\n";

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

async fn new_history(State(shared): Host) -> Response {
    if shared.faults().bare_history {
        return StatusCode::NOT_FOUND.into_response();
    }
    Json(shared.look(|world| world.history(false))).into_response()
}

async fn old_history(State(shared): Host) -> Response {
    Json(shared.look(|world| world.history(true))).into_response()
}

async fn stream_events(State(shared): Host) -> Response {
    let events = shared.subscribe();
    let stalled = shared.stalled.subscribe();
    let body = stream::unfold((shared, events, stalled), |(shared, mut events, mut stalled)| async {
        loop {
            // A sender lives as long as `shared`, which is held here.
            let _ = stalled.wait_for(|stalled| !stalled).await;
            let pause = shared.faults().keep_alive_ms.map_or(Duration::MAX, Duration::from_millis);
            let next = tokio::select! {
                // First of all: what comes after the stall must not slip out.
                biased;
                // Stalled meanwhile, or no more: look again.
                _ = stalled.changed() => continue,
                event = events.recv() => event,
                () = tokio::time::sleep(pause) => Some(Bytes::from_static(b": keep-alive\n\n")),
            };
            return next.map(|bytes| (Ok::<_, Infallible>(bytes), (shared, events, stalled)));
        }
    });
    let head = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-cache")];
    (head, Body::from_stream(body)).into_response()
}

async fn post_plain(State(shared): Host, Path(verb): Path<String>, Form(form): Fields) -> Response {
    let act = match verb.as_str() {
        "op-send" | "request-spawn" | "update-all" | "meta-update" => Act::Plain { verb: verb.clone() },
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    answer(shared, Received { path: format!("/{verb}"), form }, act).await
}

async fn post_on(
    State(shared): Host,
    Path((verb, target)): Path<(String, String)>,
    Form(form): Fields,
) -> Response {
    let act = match verb.as_str() {
        "approve" | "deny" | "answer-question" | "cancel-question" => {
            Act::Decide { verb: verb.clone(), id: target.clone() }
        }
        "start" | "kill" | "restart" | "rebuild" | "destroy" => {
            Act::Lifecycle { verb: verb.clone(), name: target.clone() }
        }
        "purge-tombstone" => Act::Purge { name: target.clone() },
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    answer(shared, Received { path: format!("/{verb}/{target}"), form }, act).await
}

enum Act {
    Plain { verb: String },
    Decide { verb: String, id: String },
    Lifecycle { verb: String, name: String },
    Purge { name: String },
}

/// Does it, or not, and answers, or not.
async fn answer(shared: Arc<Shared>, received: Received, act: Act) -> Response {
    shared.receive(received.clone());
    let mut next = None;
    shared.switch(|faults| next = faults.next_post.take());
    match &next {
        Some(NextPost::LoseRequest) => return lost(),
        Some(NextPost::Refuse(status, text)) => return (code(*status), text.clone()).into_response(),
        Some(NextPost::LoseReply | NextPost::GiveUp(_) | NextPost::Delay { .. }) | None => {}
    }
    let result = perform(&shared, &received, act).await;
    if result.is_ok() {
        shared.did(received);
    }
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

async fn perform(shared: &Arc<Shared>, received: &Received, act: Act) -> Result<(), Refusal> {
    let field = |name: &str| received.field(name).unwrap_or_default();
    match act {
        Act::Plain { verb } => shared.change(|world| match verb.as_str() {
            "op-send" => world.op_send(field("to"), field("body")),
            "request-spawn" => world.request_spawn(field("name")),
            "update-all" => {
                world.update_all();
                Ok(())
            }
            _ => Ok(()),
        }),
        Act::Decide { verb, id } => {
            let id: i64 = id.parse().map_err(|_| format!("bad id: {id}"))?;
            let begun = shared.change(|world| match verb.as_str() {
                "approve" => world.approve(id).map(|()| true),
                "deny" => {
                    world.deny(id, received.field("note").filter(|note| !note.is_empty())).map(|()| false)
                }
                "cancel-question" => world.answer_question(id, "[cancelled]", true).map(|()| false),
                _ => world.answer_question(id, field("answer"), false).map(|()| false),
            })?;
            if begun && let Build::After { ms } = shared.faults().build {
                later(Arc::clone(shared), ms, move |world| {
                    world.finish_build(id, true);
                });
            }
            Ok(())
        }
        Act::Lifecycle { verb, name } => {
            shared.change(|world| world.begin_lifecycle(&verb, &name))?;
            let (ms, purge) = (shared.faults().lifecycle_ms, field("purge") == "on");
            tokio::time::sleep(Duration::from_millis(ms)).await;
            shared.change(|world| world.finish_lifecycle(&verb, &name, purge));
            Ok(())
        }
        Act::Purge { name } => shared.change(|world| world.purge_tombstone(&name)),
    }
}

fn later(shared: Arc<Shared>, ms: u64, change: impl FnOnce(&mut World) + Send + 'static) {
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        shared.change(change);
    });
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
