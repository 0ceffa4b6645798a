use deskbell_domain::{Fault, Source};

use crate::Adapter;

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
    /// Where such a server says on which port it is, if it takes another one at each start. The address of a
    /// source may then be left out.
    pub state_file: Option<StateFile>,
    /// Silence longer than this means the connection is dead, where the server promises a heartbeat.
    pub silence_ms: Option<u32>,
    pub adapter: fn(&Source) -> Result<Box<dyn Adapter>, Fault>,
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
