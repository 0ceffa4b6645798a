//! The connection to the bus: one, kept open, for what is asked and for what is heard.

use std::fmt;
use std::future::Future;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::time::{Instant, sleep_until, timeout};
use zbus::connection::Builder;
use zbus::{Connection, MessageStream};

use super::protocol::{self, Heard, Method};

const PATIENCE: Duration = Duration::from_secs(5);
const FIRST_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(30);

/// Which bus.
#[derive(Clone, Debug, Default)]
pub enum Bus {
    /// The desktop's.
    #[default]
    Session,
    /// The one at this D-Bus address.
    At(String),
}

#[derive(Debug)]
pub(super) enum Happened {
    Connected,
    Lost(String),
    Heard(Heard),
}

pub(super) struct Link {
    bus: Bus,
    state: State,
    rest: Duration,
}

type Connecting = Pin<Box<dyn Future<Output = Result<Up, String>> + Send>>;

enum State {
    Resting(Instant),
    Connecting(Connecting),
    Up(Box<Up>),
}

struct Up {
    connection: Connection,
    messages: MessageStream,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("bus", &self.bus).finish_non_exhaustive()
    }
}

impl Link {
    pub(super) fn new(bus: Bus) -> Self {
        let state = State::Connecting(Box::pin(connect(bus.clone())));
        Self { bus, state, rest: FIRST_REST }
    }

    /// What happens next. May be dropped and asked again without loss.
    pub(super) async fn next(&mut self) -> Happened {
        loop {
            match &mut self.state {
                State::Resting(until) => {
                    sleep_until(*until).await;
                    self.state = State::Connecting(Box::pin(connect(self.bus.clone())));
                }
                State::Connecting(connecting) => match connecting.await {
                    Ok(up) => {
                        self.state = State::Up(Box::new(up));
                        return Happened::Connected;
                    }
                    Err(why) => {
                        self.hang_up();
                        return Happened::Lost(why);
                    }
                },
                State::Up(up) => match up.messages.next().await {
                    Some(Ok(message)) => {
                        // A bus that speaks is no bus to rest from.
                        self.rest = FIRST_REST;
                        if let Some(heard) = protocol::read(&message) {
                            return Happened::Heard(heard);
                        }
                    }
                    Some(Err(error)) => {
                        self.hang_up();
                        return Happened::Lost(error.to_string());
                    }
                    None => {
                        self.hang_up();
                        return Happened::Lost("it ended".to_owned());
                    }
                },
            }
        }
    }

    /// Sends a call. An error means that the connection is no more.
    pub(super) async fn call(&mut self, serial: NonZeroU32, to: &str, method: &Method) -> Result<(), String> {
        let State::Up(up) = &self.state else { return Ok(()) };
        let sent = async { up.connection.send(&method.message(to, serial)?).await };
        let outcome = match timeout(PATIENCE, sent).await {
            Ok(sent) => sent.map_err(|error| error.to_string()),
            Err(_) => Err("it takes nothing any more".to_owned()),
        };
        if outcome.is_err() {
            // Half a message may have been written.
            self.hang_up();
        }
        outcome
    }

    /// Ends the connection, to make another one after a rest.
    pub(super) fn hang_up(&mut self) {
        self.state = State::Resting(Instant::now() + self.rest);
        self.rest = (self.rest * 2).min(LONGEST_REST);
    }
}

async fn connect(bus: Bus) -> Result<Up, String> {
    let connected = async {
        let builder = match &bus {
            Bus::Session => Builder::session()?,
            Bus::At(address) => Builder::address(address.as_str())?,
        };
        let connection = builder.build().await?;
        // Before anything is asked: nothing that is said of it may be missed.
        let messages = MessageStream::from(&connection);
        for subscription in protocol::subscriptions()? {
            connection.send(&subscription).await?;
        }
        zbus::Result::Ok(Up { connection, messages })
    };
    match timeout(PATIENCE, connected).await {
        Ok(connected) => connected.map_err(|error| error.to_string()),
        Err(_) => Err("it does not answer".to_owned()),
    }
}
