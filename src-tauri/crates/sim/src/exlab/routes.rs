//! The paths of ExLab-Wizard.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::model::{Refusal, World, refusal};
use super::parts::Received;
use super::state::Shared;
use crate::fault::NextPost;
use crate::traffic::lost;

type Lab = State<Arc<Shared>>;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    let api = Router::new()
        .route("/setup/status", get(setup))
        .route("/operations", get(async |State(lab): Lab| Json(lab.look(World::operations))))
        .route("/sessions/{id}", get(session))
        .route("/sessions/{id}/events", get(session_events))
        .route("/sessions/{id}/{verb}", post(act_on_session))
        .route("/problems", get(async |State(lab): Lab| Json(lab.look(World::problem_list))))
        .route("/problems/events", get(problem_events))
        .route("/problems/{run_path}/override", post(override_problem))
        .route("/problems/{run_path}/override/revoke", post(revoke))
        .route(
            "/run/{run_path}",
            get(async |State(lab): Lab, Path(path): Path<String>| Json(lab.look(|world| world.run(&path)))),
        )
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), misbehave));
    Router::new().nest("/api/v1", api).with_state(shared)
}

/// Answers with something else, where the switches say so.
async fn misbehave(State(lab): Lab, request: Request, next: Next) -> Response {
    let quirks = lab.look(|world| world.quirks.clone());
    if let Some(status) = quirks.trouble {
        return answer_with(refusal(status, "internal_error", "internal server error"));
    }
    let is_setup = request.uri().path().ends_with("/setup/status");
    if !quirks.missing.is_empty() && !is_setup {
        let (status, mut body) = refusal(503, "setup_incomplete", "setup is incomplete");
        body["error"]["missing"] = json!(quirks.missing);
        return answer_with((status, body));
    }
    let cut = || {
        lab.queue_cuts.send_replace(());
        lab.link_cuts.send_replace(());
    };
    lab.traffic.pass(request, next, cut).await
}

fn answer_with((status, body): Refusal) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(body)).into_response()
}

async fn setup(State(lab): Lab) -> Json<Value> {
    let missing = lab.look(|world| world.quirks.missing.clone());
    let rows: Vec<Value> = missing.iter().map(|what| json!({ "field": what })).collect();
    let ready = rows.is_empty();
    let next = (!ready).then_some("complete_setup");
    let state = if ready { "ready" } else { "incomplete" };
    Json(json!({ "state": state, "missing": rows, "next_action": next, "ready": ready }))
}

async fn session(State(lab): Lab, Path(id): Path<String>) -> Response {
    match lab.look(|world| world.sessions.get(&id).map(|session| session.handle(&id))) {
        Some(handle) => Json(handle).into_response(),
        None => answer_with(refusal(404, "session_not_found", &format!("unknown session '{id}'"))),
    }
}

/// An unknown session is refused before there is a socket.
async fn session_events(State(lab): Lab, Path(id): Path<String>, upgrade: WebSocketUpgrade) -> Response {
    let opened =
        lab.change(|world| world.sessions.get_mut(&id).map(|session| session.openings += 1).is_some());
    if !opened {
        return StatusCode::FORBIDDEN.into_response();
    }
    upgrade.on_upgrade(async move |socket| read_queue(lab, id, socket).await)
}

/// Whoever reads a frame has it, and nobody else.
async fn read_queue(lab: Arc<Shared>, id: String, mut socket: WebSocket) {
    let (mut changed, mut cuts) = (lab.changed.subscribe(), lab.queue_cuts.subscribe());
    loop {
        changed.mark_unchanged();
        let next = lab.take_frame(&id);
        match next {
            Some(Some(frame)) => {
                let sent = tokio::select! {
                    sent = socket.send(Message::Binary(frame.into())) => sent,
                    _ = cuts.changed() => return,
                };
                if sent.is_err() {
                    return;
                }
                if lab.count_frame() {
                    lab.queue_cuts.send_replace(());
                }
            }
            Some(None) => return close(socket).await,
            None => tokio::select! {
                _ = changed.changed() => {}
                _ = cuts.changed() => {
                    // The queue does not notice that its reader is gone.
                    return lab.change(|world| {
                        if let Some(session) = world.sessions.get_mut(&id) {
                            session.dead_readers += 1;
                        }
                    });
                }
                // Only a client that goes away ends this.
                message = socket.recv() => if !matches!(message, Some(Ok(_))) { return },
            },
        }
    }
}

async fn close(mut socket: WebSocket) {
    // Whether the client still hears it is no concern of the server.
    let _ = socket.send(Message::Close(Some(CloseFrame { code: 1000, reason: "".into() }))).await;
    let _ = tokio::time::timeout(Duration::from_secs(1), socket.recv()).await;
}

async fn problem_events(State(lab): Lab, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |socket| tell_problems(lab, socket).await)
}

async fn tell_problems(lab: Arc<Shared>, mut socket: WebSocket) {
    let (mut changed, mut cuts) = (lab.changed.subscribe(), lab.link_cuts.subscribe());
    let (greeting, mut audits) = lab.listen();
    let mut waiting: std::collections::VecDeque<String> = greeting.into();
    loop {
        changed.mark_unchanged();
        let is_stalled = lab.look(|world| world.quirks.stalled);
        if let Some(frame) = (!is_stalled).then(|| waiting.pop_front()).flatten() {
            if socket.send(Message::Binary(frame.into())).await.is_err() {
                return;
            }
            continue;
        }
        tokio::select! {
            audit = audits.recv() => match audit {
                Some(audit) => waiting.push_back(audit),
                None => return,
            },
            _ = changed.changed() => {}
            _ = cuts.changed() => return,
            message = socket.recv() => if !matches!(message, Some(Ok(_))) { return },
        }
    }
}

async fn act_on_session(
    State(lab): Lab,
    Path((id, verb)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> Response {
    let path = format!("/api/v1/sessions/{id}/{verb}");
    let known: &[&str] = match verb.as_str() {
        "resume" => &["extra_inputs"],
        "cancel" => &["discard_files"],
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let stray =
        body.as_object().and_then(|body| body.keys().find(|key| !known.contains(&key.as_str())).cloned());
    let later = Arc::clone(&lab);
    post_to(&lab, Received { path, body: body.clone() }, 200, move |world| {
        if let Some(stray) = stray {
            let (status, mut body) = refusal(422, "validation_failed", "Extra inputs are not permitted");
            body["error"]["field"] = stray.into();
            return Err((status, body));
        }
        if verb == "cancel" {
            return world.cancel(&id, body["discard_files"].as_bool().unwrap_or_default());
        }
        let taken = world.resume(&id)?;
        later.step_later(id);
        Ok(taken)
    })
    .await
}

async fn override_problem(State(lab): Lab, Path(path): Path<String>, Json(body): Json<Value>) -> Response {
    let received = Received { path: format!("/api/v1/problems/{path}/override"), body: body.clone() };
    post_to(&lab, received, 201, move |world| world.override_problem(&path, &body)).await
}

async fn revoke(State(lab): Lab, Path(path): Path<String>, Json(body): Json<Value>) -> Response {
    let received = Received { path: format!("/api/v1/problems/{path}/override/revoke"), body: body.clone() };
    post_to(&lab, received, 201, move |world| world.revoke(&path, &body)).await
}

/// Does it, or not, and answers, or not.
async fn post_to(
    lab: &Arc<Shared>,
    received: Received,
    success: u16,
    act: impl FnOnce(&mut World) -> Result<Value, Refusal>,
) -> Response {
    lab.receive(received.clone());
    let next = lab.change(|world| world.quirks.next_post.take());
    match &next {
        Some(NextPost::LoseRequest) => return lost(),
        Some(NextPost::Refuse(status, text)) => return answer_with(refusal(*status, "internal_error", text)),
        Some(NextPost::LoseReply | NextPost::GiveUp(_) | NextPost::Delay { .. }) | None => {}
    }
    let result = lab.change(act);
    if result.is_ok() {
        lab.did(received);
    }
    match next {
        Some(NextPost::LoseReply) => return lost(),
        Some(NextPost::GiveUp(status)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            return (status, "the upstream timed out").into_response();
        }
        Some(NextPost::Delay { ms }) => tokio::time::sleep(Duration::from_millis(ms)).await,
        Some(NextPost::LoseRequest | NextPost::Refuse(..)) | None => {}
    }
    match result {
        Ok(body) => answer_with((success, body)),
        Err(refusal) => answer_with(refusal),
    }
}
