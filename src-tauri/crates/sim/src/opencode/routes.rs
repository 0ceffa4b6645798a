//! The paths of opencode.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Json, Response};
use axum::routing::{get, post};
use futures_util::stream;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Received;
use super::library;
use super::model::{NotFound, World};
use super::shared::Shared;
use crate::fault::{Instead, NextPost};
use crate::serving::Drop;

type Host = State<Arc<Shared>>;

/// The largest body that is read.
const LARGEST: usize = 16 << 20;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/event", get(stream_events))
        .route("/global/health", get(async || Json(json!({ "healthy": true, "version": "1.18.33" }))))
        .route("/permission", get(async |State(shared): Host| Json(shared.look(|it| it.permissions.clone()))))
        .route("/question", get(async |State(shared): Host| Json(shared.look(|it| it.questions.clone()))))
        .route(
            "/session",
            get(async |State(shared): Host| Json(shared.look(World::listed_sessions))).post(act),
        )
        .route("/session/status", get(async |State(shared): Host| Json(shared.look(World::statuses))))
        .route("/session/{id}", get(one_session).delete(act))
        .route("/session/{id}/message", get(conversation))
        .route("/session/{id}/children", get(children))
        .route("/session/{id}/{verb}", post(act))
        .route("/permission/{id}/{verb}", post(act))
        .route("/question/{id}/{verb}", post(act))
        .route("/instance/dispose", post(act))
        // What it does not know is a matter of its web page.
        .fallback(async || Html(PAGE))
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), misbehave))
        .with_state(shared)
}

const PAGE: &str =
    "<!doctype html>\n<html lang=\"en\"><head><title>OpenCode</title></head><body></body></html>\n";

#[derive(Deserialize)]
struct Where {
    directory: Option<String>,
    limit: Option<usize>,
}

/// Answers with something else, where a switch says so.
async fn misbehave(State(shared): Host, at: Query<Where>, request: Request, next: Next) -> Response {
    let quirks = shared.quirks();
    let login = request.headers().get(header::AUTHORIZATION).and_then(|login| login.to_str().ok());
    if quirks.login.is_some() && quirks.login.as_deref() != login {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    shared.count_request();
    match quirks.instead {
        None => {}
        Some(Instead::Page) => return Html(PAGE).into_response(),
        Some(Instead::Unauthorized) => return StatusCode::UNAUTHORIZED.into_response(),
        Some(Instead::Status(status, text)) => return (code(status), text).into_response(),
        Some(Instead::OtherJson) => return Json(json!({ "hello": "world" })).into_response(),
    }
    let path = request.uri().path().to_owned();
    if at.0.directory.is_some_and(|directory| shared.look(|world| world.directory != directory)) {
        return elsewhere(&shared, &path);
    }
    if request.method() == Method::GET && path != "/event" {
        let mut fate = None;
        shared.switch(|quirks| fate = quirks.next_get.take());
        return meet(&shared, fate, next.run(request)).await;
    }
    next.run(request).await
}

/// Another project, where nothing ever happens.
fn elsewhere(shared: &Arc<Shared>, path: &str) -> Response {
    match path {
        "/event" => {
            let (_, nothing) = tokio::sync::mpsc::unbounded_channel();
            let greeting = shared.greeting();
            events(Arc::clone(shared), Some(greeting), nothing)
        }
        "/session/status" => Json(json!({})).into_response(),
        "/permission" | "/question" | "/session" => Json(json!([])).into_response(),
        path => not_found("NotFoundError", path),
    }
}

async fn stream_events(State(shared): Host) -> Response {
    let (greeting, rest) = shared.subscribe();
    events(shared, Some(greeting), rest)
}

fn events(
    shared: Arc<Shared>,
    greeting: Option<Bytes>,
    rest: tokio::sync::mpsc::UnboundedReceiver<Bytes>,
) -> Response {
    let stalled = shared.stalled.subscribe();
    let body = stream::unfold(
        (shared, greeting, rest, stalled),
        |(shared, greeting, mut rest, mut stalled)| async {
            if let Some(greeting) = greeting {
                return Some((Ok::<_, Infallible>(greeting), (shared, None, rest, stalled)));
            }
            loop {
                // A sender lives as long as `shared`, which is held here.
                let _ = stalled.wait_for(|stalled| !stalled).await;
                let quiet = Duration::from_millis(shared.quirks().heartbeat_ms);
                let next = tokio::select! {
                    // First of all: what comes after the stall must not slip out.
                    biased;
                    _ = stalled.changed() => continue,
                    event = rest.recv() => event,
                    () = tokio::time::sleep(quiet) => Some(shared.heartbeat()),
                };
                return next.map(|bytes| (Ok(bytes), (shared, None, rest, stalled)));
            }
        },
    );
    let head = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-cache, no-transform"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (head, Body::from_stream(body)).into_response()
}

async fn one_session(State(shared): Host, Path(id): Path<String>) -> Response {
    match shared.look(|world| world.sessions.get(&id).map(|session| session.info.clone())) {
        Some(info) => Json(info).into_response(),
        None => no_session(&id),
    }
}

async fn conversation(State(shared): Host, Path(id): Path<String>, Query(at): Query<Where>) -> Response {
    let most = at.limit.unwrap_or(usize::MAX);
    match shared.look(|world| world.sessions.contains_key(&id).then(|| world.messages(&id, most))) {
        Some(messages) => Json(messages).into_response(),
        None => no_session(&id),
    }
}

async fn children(State(shared): Host, Path(id): Path<String>) -> Response {
    let infos = shared.look(|world| {
        let known = world.children(&id).into_iter().filter_map(|child| world.sessions.get(&child));
        known.map(|session| session.info.clone()).collect::<Vec<_>>()
    });
    Json(infos).into_response()
}

/// Does what a request asks for, or not, and answers, or not.
async fn act(State(shared): Host, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let Ok(body) = axum::body::to_bytes(body, LARGEST).await else {
        return bad_request("The body cannot be read");
    };
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let mut fate = None;
    shared.switch(|quirks| fate = quirks.next_post.take());
    let deletes = head.method == Method::DELETE;
    let mut received = Received { path, body, done: false };
    if matches!(fate, Some(NextPost::LoseRequest | NextPost::Refuse(..))) {
        shared.receive(received.clone());
    }
    let done = async {
        let response = shared.change(|world| perform(world, &received.path, &received.body, deletes));
        received.done = response.status().is_success();
        shared.receive(received);
        response
    };
    meet(&shared, fate, done).await
}

/// What becomes of a request and of its reply.
async fn meet(shared: &Shared, fate: Option<NextPost>, done: impl Future<Output = Response>) -> Response {
    match &fate {
        Some(NextPost::LoseRequest) => return lost(),
        Some(NextPost::Refuse(status, text)) => return (code(*status), text.clone()).into_response(),
        Some(NextPost::LoseReply | NextPost::GiveUp(_) | NextPost::Delay { .. }) | None => {}
    }
    let response = done.await;
    // A sender lives as long as `shared`.
    let _ = shared.holding.subscribe().wait_for(|holding| !holding).await;
    match fate {
        Some(NextPost::LoseReply) => lost(),
        Some(NextPost::GiveUp(status)) => (code(status), "the upstream timed out").into_response(),
        Some(NextPost::Delay { ms }) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            response
        }
        Some(NextPost::LoseRequest | NextPost::Refuse(..)) | None => response,
    }
}

fn perform(world: &mut World, path: &str, body: &Value, deletes: bool) -> Response {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match parts.as_slice() {
        ["session"] => {
            let id = world.create_session(body["title"].as_str(), body["parentID"].as_str(), None);
            let info = world.sessions.get(&id).map(|session| session.info.clone());
            Json(info.unwrap_or_default()).into_response()
        }
        ["session", id] if deletes => {
            if !world.sessions.contains_key(*id) {
                return no_session(id);
            }
            world.delete_session(id);
            Json(true).into_response()
        }
        ["session", id, "prompt_async"] => prompt(world, id, body),
        ["session", id, "abort"] => {
            world.abort(id);
            Json(true).into_response()
        }
        ["permission", id, "reply"] => {
            let reply = body["reply"].as_str().unwrap_or_default();
            if !["once", "always", "reject"].contains(&reply) {
                let said = &body["reply"];
                return bad_request(&format!(
                    "Expected \"once\" | \"always\" | \"reject\", got {said}\n  at [\"reply\"]"
                ));
            }
            taken("Permission", id, world.reply(id, reply, body["message"].as_str()))
        }
        ["question", id, "reply"] => match serde_json::from_value(body["answers"].clone()) {
            Ok(answers) => taken("Question", id, world.answer(id, Some(answers))),
            Err(_) => bad_request(&format!("Expected array, got {}\n  at [\"answers\"]", body["answers"])),
        },
        ["question", id, "reject"] => taken("Question", id, world.answer(id, None)),
        ["instance", "dispose"] => {
            world.dispose();
            Json(true).into_response()
        }
        _ => Html(PAGE).into_response(),
    }
}

fn prompt(world: &mut World, session: &str, body: &Value) -> Response {
    let Some(parts) = body["parts"].as_array() else {
        return bad_request(&format!("Expected array, got {}\n  at [\"parts\"]", body["parts"]));
    };
    if !world.sessions.contains_key(session) {
        return no_session(session);
    }
    let words: Vec<&str> = parts.iter().filter_map(|part| part["text"].as_str()).collect();
    let words = words.join("\n");
    world.prompt(session, &words, library::reply_to(&words));
    StatusCode::NO_CONTENT.into_response()
}

fn taken(what: &str, id: &str, result: Result<(), NotFound>) -> Response {
    match result {
        Ok(()) => Json(true).into_response(),
        Err(NotFound) => {
            let told = json!({
                "_tag": format!("{what}NotFoundError"), "requestID": id,
                "message": format!("{what} request not found: {id}"),
            });
            (StatusCode::NOT_FOUND, Json(told)).into_response()
        }
    }
}

fn no_session(id: &str) -> Response {
    not_found("NotFoundError", &format!("Session not found: {id}"))
}

fn not_found(name: &str, message: &str) -> Response {
    let told = json!({ "name": name, "data": { "message": message } });
    (StatusCode::NOT_FOUND, Json(told)).into_response()
}

fn bad_request(message: &str) -> Response {
    let told = json!({ "name": "BadRequest", "data": { "message": message, "kind": "Payload" } });
    (StatusCode::BAD_REQUEST, Json(told)).into_response()
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
