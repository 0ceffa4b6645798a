use std::collections::BTreeMap;

use deskbell_domain::{Agent, Auth, Fault, Piece, Source};

use crate::{Adapter, Detection};

/// A wire protocol Deskbell speaks. Adding one is a folder here, a folder in `sim`, and a line in [`DIALECTS`].
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    pub name: &'static str,
    /// What a person calls it.
    pub title: &'static str,
    /// What it is, in one line.
    pub about: &'static str,
    /// Where such a server usually is.
    pub default_url: &'static str,
    pub settings: &'static [Setting],
    /// The ways in that a source may have. The first is the usual one.
    pub logins: &'static [Login],
    /// Where such a server says on which port it is, if it takes another one at each start. The address of a
    /// source may then be left out.
    pub state_file: Option<StateFile>,
    /// Nothing where no server of the kind can be told from another by what it answers a stranger.
    pub detection: Option<Detection>,
    /// Silence longer than this means the connection is dead, where the server promises a heartbeat.
    pub silence_ms: Option<u32>,
    pub adapter: fn(&Source) -> Result<Box<dyn Adapter>, Fault>,
    /// What the frame of a line of history says, whole; nothing where the line says it all.
    pub body: fn(raw: &str) -> Vec<Piece>,
    /// The source that listens to one agent itself, where each has a server of its own.
    pub attachment: fn(&Source, &Agent) -> Option<Attachment>,
}

/// A source that can be added as it is, under the one that told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    pub name: String,
    pub dialect: &'static str,
    pub url: String,
    pub settings: BTreeMap<String, Vec<String>>,
}

/// For a dialect whose agents have no servers of their own.
pub(crate) fn no_attachment(_source: &Source, _agent: &Agent) -> Option<Attachment> {
    None
}

/// A way in, with the name that such servers give the user, the header, the cookie or the part of the address; empty
/// where the operator has to name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    None,
    Bearer,
    Basic(&'static str),
    Header(&'static str),
    Cookie(&'static str),
    Query(&'static str),
}

impl Login {
    /// What any server may be behind: a proxy that wants to know who comes.
    pub const PROXIED: &'static [Self] =
        &[Self::None, Self::Bearer, Self::Basic(""), Self::Header(""), Self::Cookie("")];

    /// As it is filled in before the operator changes anything.
    pub fn auth(self) -> Auth {
        match self {
            Self::None => Auth::None,
            Self::Bearer => Auth::Bearer,
            Self::Basic(user) => Auth::Basic { user: user.to_owned() },
            Self::Header(name) => Auth::Header { name: name.to_owned() },
            Self::Cookie(name) => Auth::Cookie { name: name.to_owned() },
            Self::Query(name) => Auth::Query { name: name.to_owned() },
        }
    }

    /// Whether it is this way in, under whatever name.
    pub fn is(self, auth: &Auth) -> bool {
        match auth {
            Auth::None => self == Self::None,
            Auth::Bearer => self == Self::Bearer,
            Auth::Basic { .. } => matches!(self, Self::Basic(_)),
            Auth::Header { .. } => matches!(self, Self::Header(_)),
            Auth::Cookie { .. } => matches!(self, Self::Cookie(_)),
            Auth::Query { .. } => matches!(self, Self::Query(_)),
        }
    }
}

/// Something a source of a dialect may have set.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub name: &'static str,
    pub about: &'static str,
    pub many: bool,
}

/// A JSON file with a server's `port` and `pid`, on this machine.
#[derive(Clone, Copy, Debug)]
pub struct StateFile {
    /// The setting that names the file.
    pub setting: &'static str,
    /// Where it is, under the user's folder for state, when the setting is not given.
    pub usual: &'static str,
}

pub const DIALECTS: &[Dialect] = &[
    crate::hyperhive::DIALECT,
    crate::hyperhive_agent::DIALECT,
    crate::opencode::DIALECT,
    crate::ailang::DIALECT,
    crate::exlab::DIALECT,
    crate::warren::DIALECT,
];

pub fn dialect(name: &str) -> Option<&'static Dialect> {
    DIALECTS.iter().find(|dialect| dialect.name == name)
}
