//! The paths of the dashboard.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::middleware;
use axum::response::{Html, IntoResponse, Json, Response};
use axum::routing::{get, post};
use axum::{Form, Router};

use super::model::World;
use crate::bus::{Desk, Fields, PAGE, Received, Refusal, answer, misbehave, stream_events};
use crate::fault::{Build, Faults};

type Shared = Desk<World>;
type Host = crate::bus::Host<World>;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(async || Html(PAGE)))
        .route("/api/state", get(async |State(shared): Host| Json(shared.look(World::picture))))
        .route("/dashboard/stream", get(stream_events::<World>))
        .route("/dashboard/history", get(new_history))
        .route("/messages/stream", get(stream_events::<World>))
        .route("/messages/history", get(old_history))
        .route(
            "/api/journal/{container}",
            get(async |Path(name): Path<String>| format!("{name}: nothing logged\n")),
        )
        .route("/api/agent-config/{name}", get(async |Path(name): Path<String>| format!("# {name}\n{{ }}\n")))
        .route("/{verb}", post(post_plain))
        .route("/{verb}/{target}", post(post_on))
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), misbehave::<World>))
        .with_state(shared)
}

async fn new_history(State(shared): Host) -> Response {
    if faults(&shared).bare_history {
        return StatusCode::NOT_FOUND.into_response();
    }
    Json(shared.look(|world| world.history(false))).into_response()
}

async fn old_history(State(shared): Host) -> Response {
    Json(shared.look(|world| world.history(true))).into_response()
}

async fn post_plain(State(shared): Host, Path(verb): Path<String>, Form(form): Fields) -> Response {
    let act = match verb.as_str() {
        "op-send" | "request-spawn" | "update-all" | "meta-update" => Act::Plain { verb: verb.clone() },
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    post_as(shared, Received { path: format!("/{verb}"), form }, act).await
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
    post_as(shared, Received { path: format!("/{verb}/{target}"), form }, act).await
}

enum Act {
    Plain { verb: String },
    Decide { verb: String, id: String },
    Lifecycle { verb: String, name: String },
    Purge { name: String },
}

async fn post_as(shared: Arc<Shared>, received: Received, act: Act) -> Response {
    answer(&shared, received.clone(), perform(&shared, &received, act)).await
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
            if begun && let Build::After { ms } = faults(shared).build {
                later(Arc::clone(shared), ms, move |world| {
                    world.finish_build(id, true);
                });
            }
            Ok(())
        }
        Act::Lifecycle { verb, name } => {
            shared.change(|world| world.begin_lifecycle(&verb, &name))?;
            let (ms, purge) = (faults(shared).lifecycle_ms, field("purge") == "on");
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

fn faults(shared: &Shared) -> Faults {
    shared.look(|world| world.faults.clone())
}
