//! A way to the server that can hold its event stream back, while all other calls go through.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub struct Stall {
    pub url: String,
    held: watch::Sender<bool>,
    not_founds: Arc<AtomicUsize>,
}

impl Stall {
    pub async fn before(server: &str) -> Self {
        let server = server.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (held, hears) = watch::channel(false);
        let not_founds = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&not_founds);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&server).await.unwrap();
                tokio::spawn(carry(client, server, hears.clone(), Arc::clone(&counted)));
            }
        });
        Self { url, held, not_founds }
    }

    pub fn hold(&self) {
        self.held.send_replace(true);
    }

    pub fn release(&self) {
        self.held.send_replace(false);
    }

    /// How many calls the server answered with 404.
    pub fn not_founds(&self) -> usize {
        self.not_founds.load(Ordering::SeqCst)
    }
}

async fn carry(
    client: TcpStream,
    server: TcpStream,
    mut held: watch::Receiver<bool>,
    not_founds: Arc<AtomicUsize>,
) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let mut first = vec![0; 65_536];
    let Ok(read) = from_client.read(&mut first).await else { return };
    let is_stream = first.starts_with(b"GET /event");
    if to_server.write_all(&first[..read]).await.is_err() {
        return;
    }
    tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
    let mut chunk = vec![0; 65_536];
    loop {
        let Ok(read @ 1..) = from_server.read(&mut chunk).await else { return };
        if chunk[..read].starts_with(b"HTTP/1.1 404") {
            not_founds.fetch_add(1, Ordering::SeqCst);
        }
        if is_stream && held.wait_for(|held| !held).await.is_err() {
            return;
        }
        if to_client.write_all(&chunk[..read]).await.is_err() {
            return;
        }
    }
}
