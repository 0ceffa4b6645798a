//! The paths of the bus.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::middleware;
use axum::response::{Html, IntoResponse, Json, Response};
use axum::routing::{get, post};
use axum::{Form, Router};

use super::world::World;
use crate::bus::{Desk, Fields, PAGE, Received, Refusal, answer, misbehave, stream_events};

type Shared = Desk<World>;
type Host = crate::bus::Host<World>;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(async || Html(PAGE)))
        .route("/events/stream", get(stream_events::<World>))
        .route("/events/history", get(async |State(shared): Host| Json(shared.look(World::history))))
        .route("/api/state", get(async |State(shared): Host| Json(shared.look(World::state))))
        .route(
            "/send",
            post(async |State(shared): Host, Form(form): Fields| post_as(shared, "/send".into(), form).await),
        )
        .route("/api/{verb}", post(post_api))
        .route("/login/{step}", post(post_login))
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), misbehave::<World>))
        .with_state(shared)
}

async fn post_api(State(shared): Host, Path(verb): Path<String>, Form(form): Fields) -> Response {
    match verb.as_str() {
        "cancel" | "compact" | "model" => post_as(shared, format!("/api/{verb}"), form).await,
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn post_login(State(shared): Host, Path(step): Path<String>, Form(form): Fields) -> Response {
    post_as(shared, format!("/login/{step}"), form).await
}

async fn post_as(shared: Arc<Shared>, path: String, form: Vec<(String, String)>) -> Response {
    let received = Received { path, form };
    let act = async { shared.change(|world| perform(world, &received)) };
    answer(&shared, received.clone(), act).await
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
