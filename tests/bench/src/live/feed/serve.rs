use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::stream;
use tokio::sync::watch;

use super::Plan;
use super::events::Events;

/// What a plain page in a browser does with the same events.
const PAGE: &str = include_str!("page.html");

#[derive(Debug)]
struct Desk {
    plan: Plan,
    open: AtomicUsize,
    going: watch::Sender<bool>,
    /// How long the page took, in milliseconds.
    fared: watch::Sender<Option<String>>,
}

type Host = State<Arc<Desk>>;

/// Says where it is on its first line of output, and runs until it is ended.
pub async fn serve(plan: Plan) -> Result<()> {
    let desk = Arc::new(Desk {
        plan,
        open: AtomicUsize::new(0),
        going: watch::Sender::new(false),
        fared: watch::Sender::new(None),
    });
    let router = Router::new()
        .route("/open", get(async |State(desk): Host| desk.open.load(Ordering::Relaxed).to_string()))
        .route("/go", get(async |State(desk): Host| begin(&desk)))
        .route("/page", get(async |State(desk): Host| Html(page(&desk))))
        .route("/fared", post(keep_how_it_fared).get(tell_how_it_fared))
        .route("/{number}/dashboard/stream", get(events))
        .route("/{number}/dashboard/history", get(async || r#"{"seq":0,"events":[]}"#))
        .route("/{number}/api/state", get(async || r#"{"seq":0}"#))
        .with_state(desk);
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}

fn begin(desk: &Desk) {
    desk.going.send_replace(true);
}

fn page(desk: &Desk) -> String {
    PAGE.replace("EVENTS", &desk.plan.events.to_string())
}

async fn keep_how_it_fared(State(desk): Host, ms: String) {
    desk.fared.send_replace(Some(ms));
}

async fn tell_how_it_fared(State(desk): Host) -> String {
    let mut fared = desk.fared.subscribe();
    // It ends no sooner than this process.
    match fared.wait_for(Option::is_some).await {
        Ok(ms) => ms.clone().unwrap_or_default(),
        Err(_) => String::new(),
    }
}

async fn events(State(desk): Host) -> Response {
    desk.open.fetch_add(1, Ordering::Relaxed);
    let events = Events::new(desk.plan.events, desk.plan.pace);
    let going = desk.going.subscribe();
    let body = stream::unfold((events, going), |(mut events, mut going)| async {
        // It ends no sooner than this process.
        let _ = going.wait_for(|going| *going).await;
        match events.next().await {
            Some(bytes) => Some((Ok::<_, Infallible>(bytes), (events, going))),
            // All is said: the stream stays open.
            None => std::future::pending().await,
        }
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(body)).into_response()
}
