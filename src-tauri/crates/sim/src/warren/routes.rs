//! The paths: the chat's socket and GraphQL.

use std::sync::Arc;

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Json, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::model::{Out, World};
use super::{Received, Shared, graphql};
use crate::fault::{Instead, NextPost};
use crate::serving::Drop;

/// Frames that may wait for a socket before it silently loses some.
const BUFFER: usize = 256;
const FRAME_BYTES: usize = 64 * 1024;

type Host = State<Arc<Shared>>;

#[derive(Debug, Deserialize)]
struct Chat {
    tab: Option<String>,
    session_id: Option<String>,
}

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(async || Html("<!doctype html><title>warren</title>\n")))
        .route("/ws/chat/ticket/{ticket}", get(chat))
        .route("/graphql", post(ask))
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), misbehave))
        .with_state(shared)
}

/// Answers everything with something else, where the switch says so.
async fn misbehave(State(shared): Host, request: Request, next: Next) -> Response {
    match shared.look(|world| world.faults.instead.clone()) {
        None => next.run(request).await,
        Some(Instead::Page) => Html("<!doctype html><p>Not warren</p>").into_response(),
        Some(Instead::Unauthorized) => {
            let body = json!({ "errors": [{ "message": "Authentication required" }] });
            (StatusCode::UNAUTHORIZED, Json(body)).into_response()
        }
        Some(Instead::Status(status, text)) => (code(status), text).into_response(),
        Some(Instead::OtherJson) => Json(json!({ "hello": "world" })).into_response(),
    }
}

async fn chat(
    State(shared): Host,
    Path(ticket): Path<String>,
    Query(chat): Query<Chat>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !shared.look(|world| world.tickets.contains_key(&ticket)) {
        return (StatusCode::NOT_FOUND, "Ticket not found\n").into_response();
    }
    if headers.contains_key(header::ORIGIN) {
        return (StatusCode::FORBIDDEN, "Forbidden\n").into_response();
    }
    upgrade.on_upgrade(async move |socket| converse(shared, socket, ticket, chat).await)
}

async fn converse(shared: Arc<Shared>, mut socket: WebSocket, ticket: String, chat: Chat) {
    let (sender, mut outgoing) = mpsc::channel(BUFFER);
    let tab = chat.tab.unwrap_or_default();
    let number = shared.change(|world| world.connect(&ticket, &tab, chat.session_id.as_deref(), sender));
    loop {
        tokio::select! {
            out = outgoing.recv() => match out {
                Some(Out::Text(text)) => {
                    if socket.send(Message::Text(text.into())).await.is_err() {
                        break;
                    }
                }
                Some(Out::EmptyClose) => {
                    let _ = socket.send(Message::Close(None)).await;
                    return;
                }
                Some(Out::Cut) | None => return,
            },
            frame = socket.recv() => match frame {
                Some(Ok(Message::Text(text))) if text.len() <= FRAME_BYTES => hear(&shared, number, &text),
                Some(Ok(Message::Binary(bytes))) if bytes.len() <= FRAME_BYTES => {
                    hear(&shared, number, &String::from_utf8_lossy(&bytes));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Text(_) | Message::Binary(_) | Message::Close(_)) | Err(_)) | None => break,
            },
        }
    }
    shared.change(|world| world.listeners.remove(&number));
}

/// A frame of a client. One that hears nothing is heard all the same.
fn hear(shared: &Shared, number: u64, text: &str) {
    let error = |content: &str| json!({ "type": "error", "content": content, "timestamp": 0 });
    let Ok(frame) = serde_json::from_str::<Value>(text) else {
        return shared.change(|world| world.tell(number, &error("Invalid message format")));
    };
    match frame["type"].as_str() {
        Some("message") => {
            let words = frame["content"].as_str().unwrap_or_default().to_owned();
            if shared.change(|world| world.take_words(number, &words)) {
                shared.receive(Received::Words(words));
            }
        }
        Some("ping") => {
            shared.change(|world| {
                world.tell(number, &json!({ "type": "pong", "content": "", "timestamp": 0 }))
            });
        }
        _ => shared.change(|world| world.tell(number, &error("Invalid message type"))),
    }
}

async fn ask(State(shared): Host, Json(body): Json<Value>) -> Response {
    shared.change(World::beat);
    if !graphql::is_mutation(&body) {
        let is_lost = shared.change(|world| {
            let is_lost = world.faults.lost_queries > 0;
            world.faults.lost_queries = world.faults.lost_queries.saturating_sub(1);
            is_lost
        });
        if is_lost {
            return lost();
        }
        return Json(shared.change(|world| graphql::answer(world, &body))).into_response();
    }
    let next = shared.change(|world| world.faults.next_post.take());
    match &next {
        Some(NextPost::LoseRequest) => return lost(),
        Some(NextPost::Refuse(status, text)) => return (code(*status), text.clone()).into_response(),
        Some(NextPost::LoseReply | NextPost::GiveUp(_) | NextPost::Delay { .. }) | None => {}
    }
    shared.receive(Received::Mutation(body["variables"].clone()));
    let reply = shared.change(|world| graphql::answer(world, &body));
    match next {
        Some(NextPost::LoseReply) => return lost(),
        Some(NextPost::GiveUp(status)) => return (code(status), "the upstream timed out").into_response(),
        Some(NextPost::Delay { ms }) => tokio::time::sleep(std::time::Duration::from_millis(ms)).await,
        Some(NextPost::LoseRequest | NextPost::Refuse(..)) | None => {}
    }
    Json(reply).into_response()
}

/// The connection ends without a reply.
fn lost() -> Response {
    let mut response = StatusCode::OK.into_response();
    response.extensions_mut().insert(Drop);
    response
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
