//! warren: a socket for each listener of a ticket, and GraphQL.
//!
//! Words said on a socket begin a turn; what they are decides what it does: `tool …` asks for leave, `ask …?a b` asks
//! which, `wait …` stays at work, and anything else is answered at once.

mod fault;
mod graphql;
mod model;
mod routes;
mod scenario;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::gate::Gate;
use crate::piece::{Piece, Playing};
use crate::served::Served;
use crate::simulator::{Coordinator, Part, Simulator};
pub use fault::Faults;
use model::World;

pub const SIMULATOR: Simulator = Simulator {
    dialect: "warren",
    about: "A warren, the chat of security alerts",
    port: 8080,
    settings: &[],
    part: Part { name: "Security desk", settings: &[] },
    open: |opening| {
        Box::pin(async move {
            let config = Config { seed: opening.seed, bind: opening.bind, ..Config::default() };
            Ok(Box::new(Warren::start(config).await?) as Box<dyn Coordinator>)
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
    /// Who everybody is.
    pub user: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            seed: 1,
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            gate: Gate::default(),
            user: "alice".into(),
        }
    }
}

/// What came from a client.
#[derive(Clone, Debug, PartialEq)]
pub enum Received {
    /// Said on a socket.
    Words(String),
    /// The variables of a mutation that was not lost on its way.
    Mutation(Value),
}

/// What the server holds, to be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The status of each ticket.
    pub tickets: BTreeMap<String, String>,
    /// The turns of each session.
    pub sessions: BTreeMap<String, Vec<String>>,
    /// The words of each message.
    pub messages: BTreeMap<String, String>,
    /// Those messages that say how a turn goes on, and are said to nobody.
    pub traces: BTreeSet<String>,
    /// The status of each request to a person: `pending`, `approved`, `denied`, `expired`.
    pub asks: BTreeMap<String, String>,
    /// The requests to a person that were answered by `resolveHITLRequest`, and not elsewhere.
    pub answered: BTreeSet<String>,
    /// The status of each turn.
    pub turns: BTreeMap<String, String>,
}

/// A running warren. It ends when this is dropped.
#[derive(Debug)]
pub struct Warren {
    shared: Arc<Shared>,
    served: Served,
}

#[derive(Debug)]
struct Shared {
    world: Mutex<World>,
    received: Mutex<Vec<Received>>,
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.world())
    }

    fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.world())
    }

    fn receive(&self, received: Received) {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).push(received);
    }
}

impl Coordinator for Warren {
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

impl Warren {
    /// Without any ticket.
    pub async fn start(config: Config) -> io::Result<Self> {
        let world = World::new(config.seed, &config.user);
        let shared = Arc::new(Shared { world: Mutex::new(world), received: Mutex::default() });
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
        // Whoever was taken in meanwhile.
        self.cut();
    }

    /// Ends it and starts it again on the same port. What it holds is as it was.
    pub async fn restart(&self) -> io::Result<()> {
        self.stop().await;
        self.served.resume(routes::router(Arc::clone(&self.shared))).await
    }

    /// Ends every socket without a word; the server stays.
    pub fn cut(&self) {
        self.shared.change(World::cut);
    }

    /// Changes how it behaves.
    pub fn switch(&self, change: impl FnOnce(&mut Faults)) {
        self.shared.change(|world| change(&mut world.faults));
    }

    pub fn open_ticket(&self, id: &str, title: &str) {
        self.shared.change(|world| world.open_ticket(id, title));
    }

    /// Another operator resolves or archives it, or opens it again.
    pub fn turn_ticket(&self, id: &str, status: &'static str) {
        self.shared.change(|world| {
            world.turn_ticket(id, status);
        });
    }

    /// What was said in Slack, which is told to no socket; gives the message's id.
    pub fn say_in_slack(&self, ticket: &str, user: &str, words: &str) -> String {
        self.shared.change(|world| {
            let session = world.new_session(ticket, "slack", user);
            world.add_message(&session, None, "user", Some(user), words)
        })
    }

    /// A message is changed in place.
    pub fn change_message(&self, id: &str, words: &str) {
        self.shared.change(|world| world.change_message(id, words));
    }

    /// Another operator answers. Says whether it still waited.
    pub fn resolve_elsewhere(&self, id: &str, approved: bool, answer: Option<&str>) -> bool {
        self.shared.change(|world| world.resolve(id, approved, answer, None).is_ok())
    }

    /// The server no longer waits for an answer. Says whether it did.
    pub fn give_up(&self, id: &str) -> bool {
        self.shared.change(|world| world.give_up(id))
    }

    /// Turns that run are answered; gives how many.
    pub fn finish_turns(&self) -> usize {
        self.shared.change(|world| {
            let running: Vec<String> = world
                .turns
                .iter()
                .filter(|(id, turn)| {
                    let waits =
                        world.hitls.values().any(|hitl| hitl.turn == **id && hitl.status == "pending");
                    turn.status == "running" && !waits
                })
                .map(|(id, _)| id.clone())
                .collect();
            for turn in &running {
                world.finish_turn(turn, "That took a while.");
            }
            running.len()
        })
    }

    /// A frame that nobody foresaw, to every socket.
    pub fn send_raw(&self, text: &str) {
        self.shared.change(|world| {
            for listener in world.listeners.values() {
                let _ = listener.out.try_send(model::Out::Text(text.to_owned()));
            }
        });
    }

    /// How many hear something.
    pub fn listeners(&self) -> usize {
        self.shared.look(|world| world.listeners.values().filter(|listener| !listener.zombie).count())
    }

    /// How many frames it has sent, and requests it has seen.
    pub fn pulse(&self) -> u64 {
        self.shared.look(|world| world.pulse)
    }

    pub fn received(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn state(&self) -> Held {
        self.shared.look(|world| Held {
            tickets: world
                .tickets
                .iter()
                .map(|(id, ticket)| (id.clone(), ticket.status.to_owned()))
                .collect(),
            sessions: world.sessions.keys().map(|id| (id.clone(), world.turns_of(id))).collect(),
            messages: world.messages.iter().map(|(id, m)| (id.clone(), m.content.clone())).collect(),
            traces: world
                .messages
                .iter()
                .filter(|(_, message)| message.kind == "trace")
                .map(|(id, _)| id.clone())
                .collect(),
            asks: world.hitls.iter().map(|(id, hitl)| (id.clone(), hitl.status.to_owned())).collect(),
            answered: world
                .hitls
                .iter()
                .filter(|(_, hitl)| hitl.by_request)
                .map(|(id, _)| id.clone())
                .collect(),
            turns: world.turns.iter().map(|(id, turn)| (id.clone(), turn.status.to_owned())).collect(),
        })
    }
}
