use std::sync::Arc;

use deskbell_engine::{Engine, Listener};
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::line::{Line, read_line};
use crate::message::{Body, Request, RequestId, Response, read_request};

/// The longest request.
const LONGEST: usize = 4 * 1024 * 1024;

/// Requests of one connection under way at a time, subscriptions among them. The next is read when one ends.
const UNDER_WAY: usize = 64;

type Writer = Arc<Mutex<OwnedWriteHalf>>;

/// Answers one client until it hangs up or the bridge ends.
pub(crate) async fn converse(engine: Engine, stream: UnixStream, shutdown: CancellationToken) {
    let (reader, writer) = stream.into_split();
    let writer: Writer = Arc::new(Mutex::new(writer));
    let requests = TaskTracker::new();
    // Cancelled when the client says no more: a subscription would never notice otherwise.
    let listening = shutdown.child_token();
    let conversation = async {
        let read = read_requests(&engine, reader, &writer, &requests, &shutdown, &listening).await;
        if let Err(error) = read {
            tracing::debug!(%error, "a client of the bridge broke off");
        }
        listening.cancel();
        requests.close();
        requests.wait().await;
    };
    shutdown.run_until_cancelled(conversation).await;
}

async fn read_requests(
    engine: &Engine,
    reader: OwnedReadHalf,
    writer: &Writer,
    requests: &TaskTracker,
    shutdown: &CancellationToken,
    listening: &CancellationToken,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(reader);
    let places = Arc::new(Semaphore::new(UNDER_WAY));
    while let Ok(place) = places.clone().acquire_owned().await {
        let line = match read_line(&mut reader, LONGEST).await? {
            None => break,
            Some(Line::Whole(line)) if line.trim_ascii().is_empty() => continue,
            Some(Line::Whole(line)) => line,
            Some(Line::TooLong) => {
                let words = format!("this line is longer than {} MiB, the most that is read", LONGEST >> 20);
                write(writer, &Response::invalid(None, words)).await?;
                continue;
            }
        };
        match read_request(&line) {
            Err(response) => write(writer, &response).await?,
            Ok((id, request)) => {
                let until = match &request {
                    Request::Command(_) => shutdown.clone(),
                    Request::Subscribe => listening.clone(),
                };
                let work = perform(engine.clone(), id, request, writer.clone(), place);
                requests.spawn(async move { until.run_until_cancelled(work).await });
            }
        }
    }
    Ok(())
}

async fn perform(
    engine: Engine,
    id: RequestId,
    request: Request,
    writer: Writer,
    _place: OwnedSemaphorePermit,
) {
    let done = match request {
        Request::Command(command) => {
            let body = match engine.command(*command).await {
                Ok(answer) => Body::Ok(Box::new(answer)),
                Err(error) => Body::Error(error),
            };
            write(&writer, &Response { id: Some(id), body }).await
        }
        Request::Subscribe => stream_batches(engine, id, &writer).await,
    };
    if let Err(error) = done {
        tracing::debug!(%error, "a client of the bridge left before its answer came");
    }
}

/// The next batch is asked for only when the last one is written: a slow reader makes the engine coalesce.
async fn stream_batches(engine: Engine, id: RequestId, writer: &Writer) -> std::io::Result<()> {
    let mut subscription = engine.subscribe(Listener::Program);
    while let Some(batch) = subscription.next().await {
        write(writer, &Response { id: Some(id), body: Body::Batch(batch) }).await?;
    }
    Ok(())
}

async fn write(writer: &Writer, response: &Response) -> std::io::Result<()> {
    let line = response.line();
    writer.lock().await.write_all(&line).await
}
