//! The hyperhive dashboard. `NOTES.md` is its contract in our own words.

mod agents;
mod answers;
mod asks;
mod attachment;
mod body;
mod desk;
mod detection;
mod errand;
mod faults;
mod frame;
mod machine;
mod marks;
mod messages;
mod picture;
mod recent;
mod requests;
mod ruling;
#[cfg(test)]
mod tests;
mod words;

use deskbell_domain::{Fault, FaultCode, Next, Source};

use crate::{Adapter, Dialect, Login, Setting};
use machine::{Machine, Paths};

pub(crate) const DIALECT: Dialect = Dialect {
    name: "hyperhive",
    title: "hyperhive dashboard",
    about: "Approvals, questions, messages and agents of one hyperhive host.",
    default_url: "http://127.0.0.1:7000",
    settings: &[Setting {
        name: "stream",
        about: "Which event stream the server has: \"dashboard\" (the default), or \"messages\" on old versions.",
        many: false,
    }],
    // Keep-alive comments may come; no interval is promised.
    logins: Login::PROXIED,
    state_file: None,
    detection: Some(detection::DETECTION),
    silence_ms: None,
    adapter: speak,
    body: body::of,
    attachment: attachment::of,
};

fn speak(source: &Source) -> Result<Box<dyn Adapter>, Fault> {
    let paths = match source.settings.get("stream").and_then(|values| values.last()).map(String::as_str) {
        None | Some("" | "dashboard") => Paths::DASHBOARD,
        Some("messages") => Paths::MESSAGES,
        Some(other) => {
            return Err(Fault::new(
                FaultCode::Settings,
                format!(
                    "The setting \"stream\" is \"{}\", which is no stream of hyperhive.",
                    other.escape_debug()
                ),
                "Set it to \"dashboard\" or \"messages\", or leave it out.",
                Next::Never,
            ));
        }
    };
    Ok(Box::new(Machine::new(paths)))
}
