//! The event bus of one hyperhive agent. `NOTES.md` is its contract in our own words.

mod body;
mod deed;
mod detection;
mod errand;
mod errands;
mod face;
mod frame;
mod history;
mod login;
mod machine;
mod owed;
mod picture;
mod row;
mod scroll;
mod show;
mod signs;
#[cfg(test)]
mod tests;
mod turns;

use deskbell_domain::{Fault, Source};

use crate::{Adapter, Dialect, Login, Setting};
use machine::Machine;

pub(crate) const DIALECT: Dialect = Dialect {
    name: "hyperhive-agent",
    title: "hyperhive agent",
    about: "The stream, the turns and the login of one agent of a hyperhive host.",
    default_url: "http://127.0.0.1:8000",
    settings: &[Setting {
        name: "parent",
        about: "The hyperhive source whose agent this is; it is shown under it.",
        many: false,
    }],
    logins: Login::PROXIED,
    state_file: None,
    detection: Some(detection::DETECTION),
    // No heartbeat is promised.
    silence_ms: None,
    adapter: speak,
    body: body::of,
    attachment: crate::dialect::no_attachment,
};

fn speak(source: &Source) -> Result<Box<dyn Adapter>, Fault> {
    let parent = source.settings.get("parent").and_then(|values| values.last());
    Ok(Box::new(Machine::new(parent.filter(|parent| !parent.trim().is_empty()).cloned())))
}
