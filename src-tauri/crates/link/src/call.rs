use std::time::Duration;

use deskbell_domain::{Fault, FaultCode, Next};
use deskbell_wire::{Body, Method, Reply, Request, Sent};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Response};
use url::form_urlencoded;

use crate::answer::content_type;
use crate::endpoint::shown;
use crate::{Endpoint, failure, trust};

pub(crate) const USER_AGENT: &str = concat!("Deskbell/", env!("CARGO_PKG_VERSION"));

/// The one HTTP client of a link. It follows no redirect, repeats no request, and keeps no connection: on a kept
/// one that the server closes meanwhile, nobody could tell whether a request reached it.
pub(crate) fn client(endpoint: &Endpoint) -> Result<Client, Fault> {
    let mut headers = endpoint.credentials().clone();
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    let mut builder = Client::builder()
        .tls_backend_preconfigured(trust::config(endpoint)?)
        .user_agent(USER_AGENT)
        .default_headers(headers)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .pool_max_idle_per_host(0)
        .connect_timeout(endpoint.limits().open_timeout);
    if endpoint.is_loopback() {
        // A proxy's own loopback is another computer.
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| {
        Fault::new(
            FaultCode::Settings,
            format!("No HTTP client can be made here: {error}."),
            "Look at the proxy settings in the environment.",
            Next::Never,
        )
    })
}

/// One request and its reply, or what is known of its fate.
pub(crate) async fn exchange(
    http: &Client,
    endpoint: &Endpoint,
    request: Request,
) -> Result<Reply, (Sent, Fault)> {
    let url = endpoint.url(&request.path);
    let address = shown(&url);
    let method = match request.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Delete => reqwest::Method::DELETE,
    };
    let time = Duration::from_millis(request.timeout_ms.into());
    let builder = http.request(method, url).timeout(time).header(ACCEPT, "application/json");
    let (builder, body) = match request.body {
        Body::Empty if request.method == Method::Get => (builder, None),
        Body::Empty => (builder, Some(String::new())),
        Body::Form(pairs) => {
            let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            (builder.header(CONTENT_TYPE, "application/x-www-form-urlencoded"), Some(form))
        }
        Body::Json(json) => (builder.header(CONTENT_TYPE, "application/json"), Some(json)),
    };
    let builder = match body {
        None => builder,
        // Said also when it is nothing, which hyper leaves out: some servers insist (411).
        Some(body) => builder.header(CONTENT_LENGTH, body.len()).body(body),
    };
    let response = builder.send().await.map_err(|error| {
        if error.is_builder() {
            return (Sent::No, unsendable(&address));
        }
        if error.is_connect() {
            return (Sent::No, failure::unconnected(endpoint, &error));
        }
        (Sent::Maybe, broken(endpoint, &address, time, &error))
    })?;
    let (status, content_type) = (response.status().as_u16(), content_type(response.headers()));
    let body = read(response, endpoint, &address, time).await.map_err(|fault| (Sent::Maybe, fault))?;
    Ok(Reply { status, content_type, body })
}

async fn read(
    mut response: Response,
    endpoint: &Endpoint,
    address: &str,
    time: Duration,
) -> Result<Vec<u8>, Fault> {
    let cap = endpoint.limits().reply_bytes;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(endpoint, address, time, &error))? {
        if body.len() + chunk.len() > cap {
            return Err(failure::too_large(address, "a reply", cap));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn broken(endpoint: &Endpoint, address: &str, time: Duration, error: &reqwest::Error) -> Fault {
    if error.is_timeout() { failure::timed_out(endpoint, time) } else { failure::broken(address, error) }
}

fn unsendable(address: &str) -> Fault {
    Fault::new(
        FaultCode::Settings,
        format!("No request can be made of the address {address}."),
        "Change the source's address.",
        Next::Never,
    )
}
