use std::collections::BTreeMap;
use std::time::Duration;

use deskbell_domain::{Auth, Fault, FaultCode, Next};
use reqwest::header::HeaderMap;
use rustls::pki_types::ServerName;
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use crate::credentials;
use crate::veil::Veil;

/// What every source may have set, whatever its dialect: the name, and what it is for.
pub const SETTINGS: &[(&str, &str)] = &[(
    ALLOW_PLAIN_HTTP,
    "\"true\" if a server on another machine may be reached without TLS, because the network itself is safe",
)];

const ALLOW_PLAIN_HTTP: &str = "allowPlainHttp";

/// How much of a server is endured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest event or message of a stream.
    pub frame_bytes: usize,
    /// The largest body of a reply.
    pub reply_bytes: usize,
    /// How long the server may take to let a connection in, then to answer its opening, and to take a message.
    pub open_timeout: Duration,
    /// A stream on which no byte comes for this long is dead. Nothing: it may be silent for ever.
    pub silence_ms: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame_bytes: 8 << 20,
            reply_bytes: 32 << 20,
            open_timeout: Duration::from_secs(10),
            silence_ms: None,
        }
    }
}

impl Limits {
    pub(crate) fn silence(&self) -> Option<Duration> {
        self.silence_ms.map(|ms| Duration::from_millis(ms.into()))
    }
}

/// A server's address, how we show who we are, and what we endure of it.
#[derive(Clone)]
pub struct Endpoint {
    base: Url,
    /// Sent with every request; marked as sensitive.
    credentials: HeaderMap,
    /// What a stream's address carries to show who we are.
    query: Option<(String, SecretString)>,
    veil: Veil,
    limits: Limits,
}

impl std::fmt::Debug for Endpoint {
    /// The credentials stay out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

impl Endpoint {
    /// Checks an address. The path it has is kept in front of every dialect's own: `https://host/deskbell`.
    ///
    /// Without a secret nothing is sent to show who we are, whatever `auth` says.
    pub fn new(
        url: &str,
        auth: Auth,
        secret: Option<SecretString>,
        settings: &BTreeMap<String, Vec<String>>,
        limits: Limits,
    ) -> Result<Self, Fault> {
        let base = parse(url)?;
        if base.scheme() == "http" && !is_loopback(&base) && !plain_http_allowed(settings)? {
            return Err(Fault::new(
                FaultCode::Tls,
                format!(
                    "{} would send everything in the clear, where others on the way can read and change it.",
                    shown(&base)
                ),
                format!("Use https://, or set {ALLOW_PLAIN_HTTP}=true if the network itself is safe."),
                Next::Never,
            ));
        }
        let credentials = credentials::headers(&auth, secret.as_ref())?;
        let query = credentials::query(auth, secret.as_ref())?;
        let veil = Veil::new(secret.as_ref());
        Ok(Self { base, credentials, query, veil, limits })
    }

    /// A server of this machine whose port is not known yet: see [`crate::Link::locate`].
    pub const TO_BE_LOCATED: &str = "http://127.0.0.1:1";

    pub(crate) fn at_port(&self, port: u16) -> Self {
        let mut moved = self.clone();
        // Fails only on addresses without a host, and ours was checked to have one.
        let _ = moved.base.set_port(Some(port));
        moved
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn credentials(&self) -> &HeaderMap {
        &self.credentials
    }

    pub(crate) fn veil(&self) -> &Veil {
        &self.veil
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.base.scheme() == "https"
    }

    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(&self.base)
    }

    pub(crate) fn host(&self) -> Option<Host<&str>> {
        self.base.host()
    }

    pub(crate) fn port(&self) -> u16 {
        self.base.port_or_known_default().unwrap_or(443)
    }

    /// Whom the certificate must be for.
    pub(crate) fn server_name(&self) -> Result<ServerName<'static>, Fault> {
        let name = self.base.host_str().unwrap_or_default();
        let name = name.trim_start_matches('[').trim_end_matches(']');
        ServerName::try_from(name.to_owned()).map_err(|_| {
            Fault::new(
                FaultCode::Tls,
                format!("\"{name}\" cannot be the name in a certificate."),
                "Change the source's address.",
                Next::Never,
            )
        })
    }

    /// `host:port`, for a person to read.
    pub(crate) fn authority(&self) -> String {
        format!("{}:{}", self.base.host_str().unwrap_or_default(), self.port())
    }

    /// The whole address of a path. Whatever the path says, the host stays ours.
    pub(crate) fn url(&self, path: &str) -> Url {
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{}", self.base.path().trim_end_matches('/'), path.trim_start_matches('/')));
        url.set_query(query);
        url
    }

    /// The whole address of a stream. It may hold the secret: nobody is to be shown it but by [`shown`].
    pub(crate) fn stream_url(&self, path: &str) -> Url {
        let mut url = self.url(path);
        if let Some((name, secret)) = &self.query {
            url.query_pairs_mut().append_pair(name, secret.expose_secret());
        }
        url
    }
}

/// An address for a person to read: without its query, which may hold more than they care for.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Neither can fail on an http address; and where they could, there would be nothing to hide.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

fn parse(text: &str) -> Result<Url, Fault> {
    let wrong = |message: String, advice: &str| Fault::new(FaultCode::Settings, message, advice, Next::Never);
    let example = "An address looks like http://localhost:7000 or https://host.example/path.";
    // What cannot be read as an address may hold a password: it is not repeated.
    let url = Url::parse(text.trim())
        .map_err(|error| wrong(format!("The address is not one that can be used: {error}."), example))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong(
            format!("The address begins with \"{}:\", not with http or https.", url.scheme()),
            example,
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong(
            format!("The address {} holds a user name or a password.", shown(&url)),
            "Leave it out of the address, and give it as a login of the kind \"basic\": there it is kept secret.",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong(
            format!("The address {} goes on with a \"?\" or a \"#\".", shown(&url)),
            "Leave out what begins there: the dialect adds what it needs.",
        ));
    }
    Ok(url)
}

fn plain_http_allowed(settings: &BTreeMap<String, Vec<String>>) -> Result<bool, Fault> {
    match settings.get(ALLOW_PLAIN_HTTP).map(Vec::as_slice) {
        None | Some([]) => Ok(false),
        Some([value]) if value == "true" => Ok(true),
        Some([value]) if value == "false" => Ok(false),
        Some(_) => Err(Fault::new(
            FaultCode::Settings,
            format!("The setting {ALLOW_PLAIN_HTTP} is neither true nor false."),
            format!("Set {ALLOW_PLAIN_HTTP}=true or leave it out."),
            Next::Never,
        )),
    }
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests;
