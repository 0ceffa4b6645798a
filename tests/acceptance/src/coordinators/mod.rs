//! The simulated servers, one for each dialect.

mod ailang;
mod exlab;
mod hyperhive;
mod hyperhive_agent;
mod opencode;
mod warren;

pub use ailang::Ailang;
pub use exlab::Exlab;
pub use hyperhive::Hyperhive;
pub use hyperhive_agent::HyperhiveAgent;
pub use opencode::Opencode;
pub use warren::Warren;

use serde_json::Value;

/// A text of a row that the simulator wrote itself.
fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_default()
}

fn rows(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}
