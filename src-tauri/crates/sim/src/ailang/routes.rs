//! The socket and the paths of the hub.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Json, Response};
use axum::routing::get;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::Shared;
use super::model::World;
use super::parts::Received;
use crate::fault::{Instead, NextPost};
use crate::serving::Drop;

type Hub = State<Arc<Shared>>;

/// The hub closes a connection that sends a longer frame.
const LONGEST_FRAME: usize = 10_240;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/ws", get(connect))
        .route("/ws/observatory", get(connect))
        .fallback(rest)
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), misbehave))
        .with_state(shared)
}

async fn misbehave(State(shared): Hub, request: Request, next: Next) -> Response {
    match shared.look(|world| world.quirks.instead.clone()) {
        None => next.run(request).await,
        Some(Instead::Page) => Html("<!doctype html><title>A page</title>").into_response(),
        Some(Instead::Unauthorized) => (StatusCode::UNAUTHORIZED, "Unauthorized\n").into_response(),
        Some(Instead::Status(status, text)) => (code(status), text).into_response(),
        Some(Instead::OtherJson) => Json(json!({ "hello": "world" })).into_response(),
    }
}

async fn connect(State(shared): Hub, uri: Uri, upgrade: WebSocketUpgrade) -> Response {
    let token = shared.look(|world| world.quirks.token.clone());
    if token.is_some() && token.as_deref() != query(&uri, "token") {
        return (StatusCode::UNAUTHORIZED, "Unauthorized\n").into_response();
    }
    upgrade.max_message_size(LONGEST_FRAME).on_upgrade(move |socket| serve(shared, socket))
}

async fn serve(shared: Arc<Shared>, mut socket: WebSocket) {
    let (client, mut frames) = shared.join();
    let mut stalled = shared.stalled.subscribe();
    loop {
        // A sender lives as long as `shared`, which is held here.
        let _ = stalled.wait_for(|stalled| !stalled).await;
        let answer = tokio::select! {
            biased;
            _ = stalled.changed() => continue,
            frame = frames.recv() => match frame {
                Some(frame) => Some(frame),
                None => break,
            },
            heard = socket.recv() => match heard {
                Some(Ok(Message::Text(text))) => shared.change(|world| world.hear(client, &text)),
                Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_))) => None,
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
            },
        };
        if let Some(text) = answer
            && socket.send(Message::Text(text.into())).await.is_err()
        {
            break;
        }
    }
    shared.change(|world| world.clients.remove(&client));
}

async fn rest(State(shared): Hub, method: Method, uri: Uri, body: Bytes) -> Response {
    shared.change(World::beat);
    if method == Method::GET {
        return shared.change(|world| {
            if world.quirks.lost_reads > 0 {
                world.quirks.lost_reads -= 1;
                return gone();
            }
            read(world, &uri)
        });
    }
    let body = serde_json::from_slice::<Value>(&body);
    let received = Received {
        method: method.to_string(),
        path: uri.path().to_owned(),
        body: body.as_ref().cloned().unwrap_or_default(),
    };
    let fault = shared.change(|world| {
        world.received.push(received.clone());
        world.quirks.next_post.take()
    });
    match &fault {
        Some(NextPost::LoseRequest) => return gone(),
        Some(NextPost::Refuse(status, text)) => return (code(*status), text.clone()).into_response(),
        Some(NextPost::LoseReply | NextPost::GiveUp(_) | NextPost::Delay { .. }) | None => {}
    }
    let needs_body = method != Method::DELETE;
    let reply = match body {
        Err(error) if needs_body => (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
        Ok(_) | Err(_) => shared.change(|world| change(world, &received)),
    };
    match fault {
        Some(NextPost::LoseReply) => gone(),
        Some(NextPost::GiveUp(status)) => (code(status), "the gateway gave up\n").into_response(),
        Some(NextPost::Delay { ms }) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            reply
        }
        Some(NextPost::LoseRequest | NextPost::Refuse(..)) | None => reply,
    }
}

fn read(world: &World, uri: &Uri) -> Response {
    let path: Vec<&str> = uri.path().split('/').filter(|part| !part.is_empty()).collect();
    let coordinated = !world.quirks.no_coordinator;
    let ok = |value: Value| Json(value).into_response();
    match path.as_slice() {
        ["health"] => ok(json!({ "status": "ok" })),
        ["api", "threads"] => ok(world.threads()),
        ["api", "messages"] if !world.quirks.renamed => {
            ok(world.messages(query(uri, "thread_id").unwrap_or_default()))
        }
        ["api", "thread-messages"] if world.quirks.renamed => {
            ok(world.messages(query(uri, "thread_id").unwrap_or_default()))
        }
        ["api", "approvals"] => ok(world.approvals(query(uri, "status").unwrap_or("pending"))),
        ["api", "agents"] => ok(world.agents()),
        ["api", "inbox"] => {
            ok(world.inbox(query(uri, "inbox").unwrap_or("user"), query(uri, "unread") == Some("true")))
        }
        ["api", "inbox", id] => match world.letters.get(*id) {
            Some(letter) => ok(letter.clone()),
            None => absent(),
        },
        ["api", "coordinator", ..] if !coordinated => {
            (StatusCode::SERVICE_UNAVAILABLE, "no coordinator\n").into_response()
        }
        ["api", "coordinator", "pending"] => ok(Value::Null),
        ["api", "coordinator", "running"] => ok(world.running()),
        ["api", "coordinator", "tasks", id, "events"] => match world.tasks.get(*id) {
            Some(task) => {
                ok(json!({ "task_id": id, "total_events": task.events.len(), "events": task.events }))
            }
            None => absent(),
        },
        ["api", "coordinator", "tasks", id, "diff"] => match world.tasks.get(*id) {
            Some(task) => ok(json!({ "task_id": id, "worktree_path": "/srv/work", "diff": task.diff })),
            None => absent(),
        },
        _ => (StatusCode::NOT_FOUND, "404 page not found\n").into_response(),
    }
}

fn change(world: &mut World, received: &Received) -> Response {
    let path: Vec<&str> = received.path.split('/').filter(|part| !part.is_empty()).collect();
    let body = &received.body;
    let text = |name: &str, or: &str| body[name].as_str().unwrap_or(or).to_owned();
    match (received.method.as_str(), path.as_slice()) {
        ("POST", ["api", messages])
            if *messages == if world.quirks.renamed { "thread-messages" } else { "messages" } =>
        {
            let message = json!({
                "from_type": text("from_type", "human"), "from_id": text("from_id", "user"),
                "to_type": text("to_type", "ailang_instance"), "to_id": text("to_id", "default"),
                "kind": text("kind", "directive"), "content": text("content", ""),
                "metadata_json": text("metadata_json", "{}"),
            });
            let clock = world.clock();
            match world.say(&text("thread_id", ""), message) {
                Some(mut message) => {
                    message["created_at"] = json!(clock);
                    (StatusCode::CREATED, Json(message)).into_response()
                }
                None => absent(),
            }
        }
        ("POST", ["api", "approvals", id, verb @ ("approve" | "reject")]) => {
            let status = if *verb == "approve" { "approved" } else { "rejected" };
            let secret = world.approvals.get(*id).is_some_and(|row| row["request_type"] == "secret");
            if !world.approvals.contains_key(*id) {
                absent()
            } else if world.decide(id, status, "user", &text("notes", "")) {
                Json(json!({ "status": "success", "action": status, "message": "done" })).into_response()
            } else if secret {
                let row = &world.approvals[*id];
                let body = json!({ "status": "already_resolved", "resolution": row["status"],
                                   "resolved_by": row["reviewed_by"] });
                (StatusCode::CONFLICT, Json(body)).into_response()
            } else {
                (StatusCode::INTERNAL_SERVER_ERROR, "approval is not pending\n").into_response()
            }
        }
        ("POST", ["api", "agents"]) => {
            let (id, now) = (text("instance_id", ""), world.time());
            match world.agents.get_mut(&id) {
                Some(since @ None) => {
                    *since = Some(now);
                    (StatusCode::CREATED, Json(json!({ "instance_id": id }))).into_response()
                }
                Some(Some(_)) => (StatusCode::CONFLICT, "already running\n").into_response(),
                None => absent(),
            }
        }
        ("DELETE", ["api", "agents", id]) => match world.agents.get_mut(*id) {
            Some(since @ Some(_)) => {
                *since = None;
                Json(json!({ "status": "stopped", "message": "" })).into_response()
            }
            Some(None) | None => absent(),
        },
        ("PUT", ["api", "inbox", id]) => match world.letters.get_mut(*id) {
            Some(letter) if letter["status"] == "unread" => {
                letter["status"] = body["action"].clone();
                Json(json!({ "status": "ok" })).into_response()
            }
            Some(_) => (StatusCode::INTERNAL_SERVER_ERROR, "already read\n").into_response(),
            None => absent(),
        },
        ("POST", ["api", "inbox", "ack-all"]) => {
            let inbox = text("inbox", "user");
            let unread = |letter: &&mut Value| letter["to_inbox"] == *inbox && letter["status"] == "unread";
            let mut count = 0;
            for letter in world.letters.values_mut().filter(unread) {
                letter["status"] = json!("ack");
                count += 1;
            }
            Json(json!({ "count": count, "message": "done" })).into_response()
        }
        _ => (StatusCode::NOT_FOUND, "404 page not found\n").into_response(),
    }
}

fn query<'a>(uri: &'a Uri, name: &str) -> Option<&'a str> {
    uri.query()?
        .split('&')
        .find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name))
        .map(|(_, value)| value)
}

/// The connection ends without a reply.
fn gone() -> Response {
    let mut gone = Response::default();
    gone.extensions_mut().insert(Drop);
    gone
}

fn absent() -> Response {
    (StatusCode::NOT_FOUND, "not found\n").into_response()
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl Shared {
    fn join(&self) -> (u64, mpsc::Receiver<String>) {
        let (frames, receiver) = mpsc::channel(self.queue);
        let client = self.change(|world| {
            let client = world.clients.keys().last().map_or(1, |last| last + 1);
            let acks = std::collections::BTreeMap::new();
            world.clients.insert(client, super::model::Client { frames, acks });
            client
        });
        (client, receiver)
    }
}
