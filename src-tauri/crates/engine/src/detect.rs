//! Looking for servers on this machine that could be sources. Nothing is kept, and nothing is sent but requests that
//! read, without a secret.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use deskbell_domain::{Source, SourceId};
use deskbell_link::loopback::{self, Seen};
use deskbell_wire::{DIALECTS, Detection, Dialect, Login, Sight};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use ts_rs::TS;

use crate::command::{CommandError, ErrorCode, SecretDraft, SourceDraft};
use crate::source;

/// A server of this machine answers much sooner.
const PATIENCE: Duration = Duration::from_secs(2);
/// Ports that are looked at in one go.
const MOST_PORTS: usize = 32;

/// Who listens at a port of this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DetectedView {
    pub url: String,
    pub who: Detected,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "is", rename_all = "camelCase")]
pub enum Detected {
    /// A server that Deskbell speaks with; its draft can be added as it is.
    Server { title: String, draft: SourceDraft },
    /// It wants a login before it says what it is. By its port it may be this; the draft lacks the secret.
    Locked { title: String, draft: SourceDraft },
    /// This source goes there already.
    Known { source: SourceId },
    /// Something else listens there.
    Other,
}

/// A dialect that a port may speak.
#[derive(Clone, Copy)]
struct Guess {
    dialect: &'static Dialect,
    detection: Detection,
    /// Its own file names the port: a source of it needs no address.
    located: bool,
}

/// Looks at these ports, or where such servers usually are. Gives the ports, too.
pub(crate) async fn detect(
    ports: Vec<u16>,
    sources: &[Source],
) -> Result<(Vec<u16>, Vec<DetectedView>), CommandError> {
    if ports.len() > MOST_PORTS || ports.contains(&0) {
        let message = format!("Give at most {MOST_PORTS} ports, each from 1 to 65535.");
        return Err(CommandError { code: ErrorCode::Invalid, message });
    }
    let places = if ports.is_empty() { usual_places().await } else { those_places(&ports) };
    let mut seen = look(&places).await?;
    let mut known = BTreeMap::new();
    for source in sources {
        known.extend(source::port_here(source).await.map(|port| (port, &source.id)));
    }
    let mut names: BTreeSet<SourceId> = sources.iter().map(|source| source.id.clone()).collect();
    let mut rows = Vec::new();
    for (port, guesses) in &places {
        let Some(answers) =
            seen.remove(port).filter(|answers| answers.values().any(|seen| *seen != Seen::Nobody))
        else {
            continue;
        };
        let who = match known.get(port) {
            Some(source) => Detected::Known { source: SourceId::clone(source) },
            None => judge(*port, guesses, &answers, &mut names),
        };
        rows.push(DetectedView { url: loopback::url_of(*port), who });
    }
    rows.sort_by_key(|row| match row.who {
        Detected::Server { .. } => 0,
        Detected::Locked { .. } => 1,
        Detected::Known { .. } => 2,
        Detected::Other => 3,
    });
    Ok((places.into_keys().collect(), rows))
}

type Places = BTreeMap<u16, Vec<Guess>>;

async fn usual_places() -> Places {
    let mut places = Places::new();
    for guess in guesses() {
        let located = match guess.dialect.state_file {
            Some(file) => loopback::port_in(&source::usual_state_file(file)).await,
            None => None,
        };
        let ports = guess.detection.ports.iter().map(|port| (*port, false));
        for (port, located) in ports.chain(located.map(|port| (port, true))) {
            places.entry(port).or_default().push(Guess { located, ..guess });
        }
    }
    places
}

fn those_places(ports: &[u16]) -> Places {
    ports.iter().map(|port| (*port, guesses().collect())).collect()
}

fn guesses() -> impl Iterator<Item = Guess> {
    DIALECTS
        .iter()
        .filter_map(|dialect| dialect.detection.map(|detection| Guess { dialect, detection, located: false }))
}

/// What each path of a port brought.
type Answers = BTreeMap<&'static str, Seen>;

/// Everybody is asked at once. What is under way ends when this is dropped.
async fn look(places: &Places) -> Result<BTreeMap<u16, Answers>, CommandError> {
    let failed = |message: String| CommandError { code: ErrorCode::Failed, message };
    let mut asked = JoinSet::new();
    for (port, guesses) in places {
        let port = *port;
        let paths: BTreeSet<_> = guesses.iter().map(|guess| guess.detection.path).collect();
        for path in paths {
            asked.spawn(async move { (port, path, loopback::look(port, path, PATIENCE).await) });
        }
    }
    let mut all = BTreeMap::<u16, Answers>::new();
    while let Some(answer) = asked.join_next().await {
        let (port, path, seen) = answer.map_err(|error| failed(error.to_string()))?;
        let seen = seen.map_err(|fault| failed(fault.to_string()))?;
        all.entry(port).or_default().insert(path, seen);
    }
    Ok(all)
}

/// Who of all it may be it is. A draft takes a name that is still free.
fn judge(port: u16, guesses: &[Guess], answers: &Answers, names: &mut BTreeSet<SourceId>) -> Detected {
    let seen = |guess: &Guess, wanted: Sight| match answers.get(guess.detection.path) {
        Some(Seen::Reply(reply)) => guess.detection.judge(reply) == wanted,
        Some(Seen::Nobody | Seen::Mute) | None => false,
    };
    // Behind a lock all look alike: likelier is one that has a lock of its own.
    let locked = || {
        let mut locked = guesses.iter().filter(|guess| seen(guess, Sight::Locked));
        let first = locked.clone().next();
        locked.find(|guess| guess.detection.login.is_some()).or(first)
    };
    let title = |guess: &Guess| guess.dialect.title.to_owned();
    if let Some(guess) = guesses.iter().find(|guess| seen(guess, Sight::Itself)) {
        Detected::Server { title: title(guess), draft: draft(port, guess, Login::None, names) }
    } else if let Some(guess) = locked() {
        Detected::Locked {
            title: title(guess),
            draft: draft(port, guess, guess.detection.login.unwrap_or(Login::Bearer), names),
        }
    } else {
        Detected::Other
    }
}

fn draft(port: u16, guess: &Guess, login: Login, names: &mut BTreeSet<SourceId>) -> SourceDraft {
    SourceDraft {
        name: free(guess.dialect.name, names),
        dialect: guess.dialect.name.to_owned(),
        url: if guess.located { String::new() } else { loopback::url_of(port) },
        auth: login.auth(),
        secret: SecretDraft::Unchanged,
        settings: BTreeMap::new(),
    }
}

/// A name that no source has yet, nor any other draft.
fn free(name: &str, taken: &mut BTreeSet<SourceId>) -> String {
    let mut names = std::iter::once(name.to_owned()).chain((2..).map(|n: usize| format!("{name} {n}")));
    names.find(|name| taken.insert(SourceId::from_name(name))).unwrap_or_default()
}
