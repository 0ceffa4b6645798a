//! A look at who listens on this machine, from outside any source: by GET alone, without a secret, and nowhere else,
//! as there is no address to give but a port.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use deskbell_domain::{Auth, Fault};
use deskbell_wire::{Reply, Request, Sent};
use url::Url;

use crate::{Endpoint, Limits, call, endpoint, state_file};

/// Far above what a server says of itself.
const REPLY_BYTES: usize = 8 << 20;

/// What came of a look at a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    Nobody,
    /// Somebody is there, and gave no whole HTTP reply in time.
    Mute,
    Reply(Reply),
}

/// Asks a port for a path, once. Ends when the patience does, or when it is dropped.
pub async fn look(port: u16, path: &str, patience: Duration) -> Result<Seen, Fault> {
    let limits = Limits { reply_bytes: REPLY_BYTES, ..Limits::default() };
    let endpoint = Endpoint::new(&url_of(port), Auth::None, None, &BTreeMap::new(), limits)?;
    let http = call::client(&endpoint)?;
    let exchange = call::exchange(&http, &endpoint, Request::get(path));
    Ok(match tokio::time::timeout(patience, exchange).await {
        Ok(Ok(reply)) => Seen::Reply(reply),
        Ok(Err((Sent::No, _))) => Seen::Nobody,
        Ok(Err((Sent::Maybe, _))) | Err(_) => Seen::Mute,
    })
}

/// The address of a port here, as a source has it.
pub fn url_of(port: u16) -> String {
    format!("http://{}", SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
}

/// The port that an address leads to, if it leads to this machine.
pub fn port_of(url: &str) -> Option<u16> {
    let url = Url::parse(url).ok().filter(endpoint::is_loopback)?;
    url.port_or_known_default()
}

/// The port that a server's own file names, if that server is running.
pub async fn port_in(state_file: &Path) -> Option<u16> {
    state_file::port(state_file.to_owned()).await.ok()
}
