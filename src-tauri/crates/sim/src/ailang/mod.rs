//! An AILANG Collaboration Hub: a WebSocket for the threads and the work, and REST for all else.

mod model;
mod parts;
mod routes;
mod scenario;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::gate::Gate;
use crate::piece::{Piece, Playing};
use crate::served::Served;
use crate::simulator::{Coordinator, Part, Simulator};
use model::World;
pub use parts::{Quirks, Received};

pub const SIMULATOR: Simulator = Simulator {
    dialect: "ailang",
    about: "An AILANG Collaboration Hub",
    port: 1957,
    settings: &[],
    part: Part { name: "Collab hub", settings: &[] },
    open: |opening| {
        Box::pin(async move {
            let config = Config { seed: opening.seed, bind: opening.bind, ..Config::default() };
            Ok(Box::new(Ailang::start(config).await?) as Box<dyn Coordinator>)
        })
    },
};

#[derive(Clone, Debug)]
pub struct Config {
    /// Of ids.
    pub seed: u64,
    /// Port 0 takes a free one.
    pub bind: SocketAddr,
    /// Who is let in, and when.
    pub gate: Gate,
    /// How many frames may wait for a socket before it silently loses some.
    pub queue: usize,
    /// What time it is, in unix milliseconds, for ever; nothing takes the system's clock.
    pub now: Option<i64>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            seed: 1,
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            gate: Gate::default(),
            queue: 256,
            now: None,
        }
    }
}

#[derive(Debug)]
struct Shared {
    world: Mutex<World>,
    stalled: watch::Sender<bool>,
    queue: usize,
}

impl Shared {
    fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.world.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.world.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A running hub. It ends when this is dropped.
#[derive(Debug)]
pub struct Ailang {
    shared: Arc<Shared>,
    served: Served,
}

impl Coordinator for Ailang {
    fn url(&self) -> String {
        self.url()
    }

    fn play(&self, piece: &Piece) -> Playing {
        self.play(piece)
    }

    fn stop(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.stop())
    }
}

impl Ailang {
    pub async fn start(config: Config) -> io::Result<Self> {
        let world = Mutex::new(World::new(config.seed, config.now));
        let shared = Arc::new(Shared { world, stalled: watch::Sender::new(false), queue: config.queue });
        let router = routes::router(Arc::clone(&shared));
        Ok(Self { served: Served::start(config.bind, config.gate, router)?, shared })
    }

    pub fn url(&self) -> String {
        self.served.url()
    }

    /// Ends it: every connection is cut, and nothing listens any more.
    pub async fn stop(&self) {
        self.cut();
        self.served.stop().await;
        self.cut();
    }

    /// Ends it and starts it again on the same port, with its tables as they were.
    pub async fn restart(&self) -> io::Result<()> {
        self.stop().await;
        self.served.resume(routes::router(Arc::clone(&self.shared))).await
    }

    /// Ends every socket; the hub stays.
    pub fn cut(&self) {
        self.shared.change(World::disconnect);
    }

    /// Changes how it behaves.
    pub fn switch(&self, change: impl FnOnce(&mut Quirks)) {
        let stalled = self.shared.change(|world| {
            change(&mut world.quirks);
            world.quirks.stalled
        });
        self.shared.stalled.send_replace(stalled);
    }

    pub fn put_thread(&self, title: &str, agent: &str) -> String {
        self.shared.change(|world| world.put_thread(title, agent))
    }

    /// An agent says something to the operator; `kind` as on the wire. Gives the message's id.
    pub fn say(&self, thread: &str, agent: &str, kind: &str, content: &str) -> Option<String> {
        let message = json!({ "from_type": "ailang_instance", "from_id": agent, "to_type": "human", "to_id": "user",
                              "kind": kind, "content": content, "metadata_json": "{}" });
        self.shared.change(|world| world.say(thread, message)).and_then(id_of)
    }

    /// A person says something at another desk: an answer, if a question waits in that thread.
    pub fn say_elsewhere(&self, thread: &str, who: &str, content: &str) -> Option<String> {
        let message = json!({ "from_type": "human", "from_id": who, "to_type": "ailang_instance", "to_id": "default",
                              "kind": "directive", "content": content, "metadata_json": "{}" });
        self.shared.change(|world| world.say(thread, message)).and_then(id_of)
    }

    /// Something waits for a decision; `more` goes into its row, as `request_type` or `task_id`.
    pub fn ask_approval(&self, thread: &str, agent: &str, proposal: &str, more: &Value) -> String {
        let mut row = json!({ "thread_id": thread, "instance_id": agent, "proposal": proposal, "impact": "low",
                              "effect_delta_json": "{}", "estimated_cost": 0.05 });
        for (name, value) in more.as_object().into_iter().flatten() {
            row[name] = value.clone();
        }
        self.shared.change(|world| world.put_approval(row))
    }

    /// Somebody else decides: `approved`, `rejected` or `expired`. Says whether it was pending.
    pub fn decide_elsewhere(&self, id: &str, status: &str, who: &str, notes: &str) -> bool {
        self.shared.change(|world| world.decide(id, status, who, notes))
    }

    pub fn put_task(&self, title: &str, thread: &str) -> String {
        self.shared.change(|world| world.put_task(title, thread))
    }

    /// A row of a task's stream, of any of the seven types.
    pub fn work(&self, task: &str, row: Value) {
        self.shared.change(|world| world.work(task, row));
    }

    pub fn write_letter(&self, from: &str, to: &str, title: &str) -> String {
        let letter =
            json!({ "from_agent": from, "to_inbox": to, "message_type": "notification", "title": title });
        self.shared.change(|world| world.put_letter(letter))
    }

    /// A frame of any kind, to everybody.
    pub fn tell(&self, kind: &str, data: &Value) {
        self.shared.change(|world| world.tell(kind, data, None));
    }

    /// The next so many frames are lost on their way.
    pub fn lose(&self, frames: u32) {
        self.shared.change(|world| world.lose += frames);
    }

    /// The next frame comes after the one that follows it.
    pub fn swap(&self) {
        self.shared.change(|world| world.swap = true);
    }

    /// What there is, by id: how each approval stands and who decided it, the messages of each thread, whether each
    /// agent runs, the unread letters, the rows of each task, the questions nobody answered, and what came with each
    /// message.
    pub fn state(&self) -> Value {
        self.shared.look(|world| {
            let column = |rows: &[Value], name: &str| rows.iter().map(|row| row[name].clone()).collect::<Value>();
            let threads = world.threads.iter().map(|(id, thread)| (id.clone(), column(&thread.messages, "id")));
            let approvals = world.approvals.iter().map(|(id, row)| (id.clone(), row["status"].clone()));
            let reviewers =
                world.approvals.iter().map(|(id, row)| (id.clone(), row["reviewed_by"].clone()));
            let agents = world.agents.iter().map(|(id, since)| (id.clone(), json!(since.is_some())));
            let tasks = world.tasks.iter().map(|(id, task)| (id.clone(), json!(task.events)));
            let unread = world.letters.iter().filter(|(_, letter)| letter["status"] == "unread").map(|(id, _)| id);
            json!({
                "threads": threads.collect::<serde_json::Map<_, _>>(),
                "approvals": approvals.collect::<serde_json::Map<_, _>>(),
                "reviewers": reviewers.collect::<serde_json::Map<_, _>>(),
                "agents": agents.collect::<serde_json::Map<_, _>>(),
                "tasks": tasks.collect::<serde_json::Map<_, _>>(),
                "unread": unread.collect::<Vec<_>>(),
                "waiting": world.waiting(),
                "metadata": world.threads.values().map(|thread| column(&thread.messages, "metadata_json")).collect::<Vec<_>>(),
            })
        })
    }

    /// Every request that changes something, in order, also those whose reply was lost.
    pub fn received(&self) -> Vec<Received> {
        self.shared.look(|world| world.received.clone())
    }

    /// How many frames it has sent, and requests it has seen.
    pub fn pulse(&self) -> u64 {
        self.shared.look(|world| world.pulse)
    }

    /// How many sockets are open.
    pub fn connections(&self) -> usize {
        self.shared.look(|world| world.clients.len())
    }
}

fn id_of(message: Value) -> Option<String> {
    message["id"].as_str().map(str::to_owned)
}
