use std::time::SystemTime;

use deskbell_domain::{Fault, FaultCode, Next};
use reqwest::header::{ACCEPT, CACHE_CONTROL};

use crate::answer::{Wanted, judge_opening};
use crate::endpoint::shown;
use crate::guard::Guard;
use crate::link::Outlet;
use crate::{Endpoint, failure};

/// Opens an event stream and hands over its frames until it ends. Says why it did.
pub(crate) async fn listen(
    http: &reqwest::Client,
    endpoint: &Endpoint,
    path: &str,
    outlet: &Outlet,
) -> Fault {
    let url = endpoint.stream_url(path);
    let address = shown(&url);
    let request = http.get(url.clone()).header(ACCEPT, "text/event-stream").header(CACHE_CONTROL, "no-cache");
    let patience = endpoint.limits().open_timeout * 2;
    let mut response = match tokio::time::timeout(patience, request.send()).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) if error.is_connect() => return failure::unconnected(endpoint, &error),
        // It would say the whole address.
        Ok(Err(error)) => return failure::broken(&address, &error.without_url()),
        Err(_) => return failure::timed_out(endpoint, patience),
    };
    if let Err(fault) =
        judge_opening(Wanted::EventStream, &url, response.status(), response.headers(), SystemTime::now())
    {
        return fault;
    }
    outlet.opened().await;

    let silence = endpoint.limits().silence();
    let mut guard = Guard::new(endpoint.limits().frame_bytes);
    loop {
        let chunk = match silence {
            Some(silence) => match tokio::time::timeout(silence, response.chunk()).await {
                Ok(chunk) => chunk,
                Err(_) => return failure::silent(&address, silence),
            },
            None => response.chunk().await,
        };
        match chunk {
            Ok(Some(bytes)) => {
                let mut frames = Vec::new();
                let within = guard.push(&bytes, &mut frames);
                outlet.frames(frames).await;
                if within.is_err() {
                    return failure::too_large(&address, "an event", endpoint.limits().frame_bytes);
                }
            }
            Ok(None) => {
                return Fault::new(FaultCode::Closed, format!("{address} ended the stream."), "", Next::Soon);
            }
            Err(error) => return failure::broken(&address, &error.without_url()),
        }
    }
}
