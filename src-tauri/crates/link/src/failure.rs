//! What went wrong below HTTP, in words.

use std::error::Error;
use std::io;
use std::time::Duration;

use deskbell_domain::{Fault, FaultCode, Next};
use rustls::{CertificateError, Error as TlsError};

use crate::Endpoint;
use crate::answer::quoted;

/// A connection that could not be made.
pub(crate) fn unconnected(endpoint: &Endpoint, error: &(dyn Error + 'static)) -> Fault {
    if let Some(tls) = cause::<TlsError>(error) {
        return untrusted(endpoint, tls);
    }
    let address = endpoint.authority();
    let message = match cause::<io::Error>(error).map(io::Error::kind) {
        _ if is_unknown_host(error) => format!("The host of {address} cannot be found."),
        Some(io::ErrorKind::ConnectionRefused) => format!("Nothing listens at {address}."),
        Some(io::ErrorKind::TimedOut) => return timed_out(endpoint, endpoint.limits().open_timeout),
        // The same, told by the HTTP library's own clock.
        _ if cause::<reqwest::Error>(error).is_some_and(reqwest::Error::is_timeout) => {
            return timed_out(endpoint, endpoint.limits().open_timeout);
        }
        Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => {
            format!("There is no way to {address} from here.")
        }
        Some(io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) => {
            format!("{address} ended the connection before it was made.")
        }
        _ => format!("No connection to {address}: {}.", deepest(error)),
    };
    unreachable(message)
}

pub(crate) fn timed_out(endpoint: &Endpoint, after: Duration) -> Fault {
    unreachable(format!("{} does not answer: waited {}.", endpoint.authority(), lasting(after)))
}

fn unreachable(message: String) -> Fault {
    let advice = "See that the server runs, that the address is right, and that the network is there.";
    Fault::new(FaultCode::Unreachable, message, advice, Next::Soon)
}

/// TLS could not be agreed on.
fn untrusted(endpoint: &Endpoint, error: &TlsError) -> Fault {
    let address = endpoint.authority();
    let (why, advice) = match error {
        TlsError::InvalidCertificate(CertificateError::UnknownIssuer) => (
            "this computer does not trust who signed its certificate".to_owned(),
            "If you run that server, add its certificate authority to the system's trusted ones, then resume the source.",
        ),
        TlsError::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            ("its certificate has expired".to_owned(), "Have it renewed, then resume the source.")
        }
        TlsError::InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        ) => (
            "its certificate is not valid yet".to_owned(),
            "See that the clocks of both computers are right, then resume the source.",
        ),
        TlsError::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => (
            "its certificate is for another name".to_owned(),
            "Use the name that the certificate was made for.",
        ),
        TlsError::InvalidMessage(_) => (
            "what answers there does not speak TLS".to_owned(),
            "See that the port is the right one; use http:// if the server is on this computer.",
        ),
        other => {
            (quoted(&other.to_string()), "See that the address is right, and ask whoever runs the server.")
        }
    };
    let message = format!("No safe connection to {address}: {why}.");
    Fault::new(FaultCode::Tls, message, advice, Next::Never)
}

/// A connection that was there and broke.
pub(crate) fn broken(address: &str, error: &(dyn Error + 'static)) -> Fault {
    Fault::new(
        FaultCode::Closed,
        format!("The connection to {address} broke: {}.", deepest(error)),
        "",
        Next::Soon,
    )
}

pub(crate) fn silent(address: &str, after: Duration) -> Fault {
    Fault::new(
        FaultCode::Silent,
        format!(
            "Nothing came from {address} for {}; it gives a sign of life more often than that.",
            lasting(after)
        ),
        "",
        Next::Soon,
    )
}

/// `what` is larger than `cap` bytes.
pub(crate) fn too_large(address: &str, what: &str, cap: usize) -> Fault {
    Fault::new(
        FaultCode::TooLarge,
        format!("{address} sent {what} larger than {}, which is more than is taken.", sized(cap)),
        "Ask whoever runs the server what it is.",
        Next::Soon,
    )
}

fn sized(bytes: usize) -> String {
    if bytes >= 1 << 20 && bytes.is_multiple_of(1 << 20) {
        format!("{} MiB", bytes >> 20)
    } else {
        format!("{bytes} bytes")
    }
}

fn lasting(time: Duration) -> String {
    if time.as_millis().is_multiple_of(1000) {
        format!("{} s", time.as_secs())
    } else {
        format!("{} ms", time.as_millis())
    }
}

/// The first error of a type in a chain of causes. `io::Error` hides what it wraps from the chain.
fn cause<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    chain(error).filter_map(|error| error.downcast_ref::<E>()).last()
}

fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'e (dyn Error + 'static)| {
        let error: &'e (dyn Error + 'static) = *error;
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

/// The connector of hyper says so in text alone; for our own lookups there is [`HostUnknown`].
fn is_unknown_host(error: &(dyn Error + 'static)) -> bool {
    chain(error).any(|error| error.is::<HostUnknown>() || error.to_string().starts_with("dns error"))
}

/// The name of the host means nothing here.
#[derive(Debug)]
pub(crate) struct HostUnknown;

impl std::fmt::Display for HostUnknown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the host cannot be found")
    }
}

impl Error for HostUnknown {}

/// The innermost reason. The outer ones repeat the address, which may hold more than is to be shown.
fn deepest(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map_or_else(String::new, |error| quoted(&error.to_string()))
}
