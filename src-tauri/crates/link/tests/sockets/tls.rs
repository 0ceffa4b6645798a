use std::sync::Arc;

use deskbell_domain::{Fault, FaultCode, Next};
use deskbell_wire::{Request, Sent, StreamId, Transport};
use rcgen::{CertificateParams, CertifiedKey, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;

use crate::client::{Client, elsewhere};
use crate::server::{Server, read_request, stream, until_gone};

fn certificate(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).unwrap()
}

fn sign(params: CertificateParams) -> CertifiedKey<KeyPair> {
    let signing_key = KeyPair::generate().unwrap();
    let cert = params.self_signed(&signing_key).unwrap();
    CertifiedKey { cert, signing_key }
}

/// A server that streams over TLS, and answers everything else too.
async fn secure(key: &CertifiedKey<KeyPair>) -> Server {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![key.cert.der().clone()],
            PrivateKeyDer::try_from(key.signing_key.serialize_der()).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    Server::raw(move |socket| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut socket) = acceptor.accept(socket).await else { return };
            read_request(&mut socket).await;
            socket.write_all(&stream("data: safe\n\n")).await.unwrap();
            socket.flush().await.unwrap();
            until_gone(&mut socket).await;
        }
    })
    .await
}

fn url(server: &Server) -> String {
    format!("https://localhost:{}", server.address.port())
}

async fn opening(url: &str, transport: Transport) -> Fault {
    let mut client = Client::new(url);
    client.link.open(StreamId::MAIN, transport, "/stream");
    client.closed().await
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let server = secure(&sign(certificate("localhost"))).await;
    for transport in [Transport::Sse, Transport::WebSocket] {
        let fault = opening(&url(&server), transport).await;
        assert_eq!((fault.code, fault.next), (FaultCode::Tls, Next::Never), "{transport:?}: {fault}");
        assert!(fault.message.contains("does not trust who signed its certificate"), "{fault}");
        assert!(fault.message.contains(&format!("localhost:{}", server.address.port())), "{fault}");
    }
    let (sent, fault) = Client::new(&url(&server)).call(Request::get("/")).await.unwrap_err();
    assert_eq!((sent, fault.code), (Sent::No, FaultCode::Tls));
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_named_as_that() {
    let server = Server::raw(|mut socket| async move {
        let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
        until_gone(&mut socket).await;
    })
    .await;
    for transport in [Transport::Sse, Transport::WebSocket] {
        let fault = opening(&url(&server), transport).await;
        assert_eq!((fault.code, fault.next), (FaultCode::Tls, Next::Never), "{transport:?}: {fault}");
        assert!(fault.message.contains("does not speak TLS"), "{fault}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_on_tls_may_be_better_later() {
    let server = Server::raw(|socket| async move { drop(socket) }).await;
    for transport in [Transport::Sse, Transport::WebSocket] {
        let fault = opening(&url(&server), transport).await;
        assert_eq!((fault.code, fault.next), (FaultCode::Unreachable, Next::Soon), "{transport:?}: {fault}");
    }
}

/// Runs a test where only `key` is trusted.
fn trusting(test: &str, key: &CertifiedKey<KeyPair>) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let (cert, private) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&cert, key.cert.pem()).unwrap();
    std::fs::write(&private, key.signing_key.serialize_pem()).unwrap();
    let (cert, private) = (cert.to_str().unwrap(), private.to_str().unwrap());
    elsewhere(test, &[("SSL_CERT_FILE", cert), ("DESKBELL_LINK_TEST_KEY", private)])
}

fn trusted(params: CertificateParams) -> CertifiedKey<KeyPair> {
    match std::env::var("DESKBELL_LINK_TEST_KEY") {
        // The certificate is signed again with the same key, so the trusted one vouches for it.
        Ok(path) => {
            let signing_key = KeyPair::from_pem(&std::fs::read_to_string(path).unwrap()).unwrap();
            let cert = params.self_signed(&signing_key).unwrap();
            CertifiedKey { cert, signing_key }
        }
        Err(_) => sign(params),
    }
}

fn block_on(future: impl Future<Output = ()>) {
    tokio::runtime::Runtime::new().unwrap().block_on(future);
}

#[test]
fn a_certificate_that_the_system_trusts_is_taken() {
    let key = trusted(certificate("localhost"));
    if trusting("tls::a_certificate_that_the_system_trusts_is_taken", &key) {
        return;
    }
    block_on(async {
        let server = secure(&key).await;
        let mut client = Client::open_sse(&url(&server));
        client.opened().await;
        assert_eq!(client.frames(1).await, [crate::client::text("safe")]);
    });
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let key = trusted(certificate("elsewhere.example"));
    if trusting("tls::a_certificate_for_another_name_is_refused", &key) {
        return;
    }
    block_on(async {
        let server = secure(&key).await;
        let fault = opening(&url(&server), Transport::Sse).await;
        assert_eq!((fault.code, fault.next), (FaultCode::Tls, Next::Never));
        assert!(fault.message.contains("is for another name"), "{fault}");
    });
}

#[test]
fn an_expired_certificate_is_refused() {
    let mut params = certificate("localhost");
    params.not_before = date_time_ymd(2001, 1, 1);
    params.not_after = date_time_ymd(2002, 1, 1);
    let key = trusted(params);
    if trusting("tls::an_expired_certificate_is_refused", &key) {
        return;
    }
    block_on(async {
        let server = secure(&key).await;
        let fault = opening(&url(&server), Transport::Sse).await;
        assert_eq!((fault.code, fault.next), (FaultCode::Tls, Next::Never));
        assert!(fault.message.contains("has expired"), "{fault}");
    });
}

#[test]
fn without_any_trusted_certificate_plain_local_sources_still_work() {
    let name = "tls::without_any_trusted_certificate_plain_local_sources_still_work";
    if elsewhere(name, &[("SSL_CERT_FILE", "/nonexistent"), ("SSL_CERT_DIR", "/nonexistent")]) {
        return;
    }
    block_on(async {
        let server = Server::holding(stream("")).await;
        Client::open_sse(&server.url()).opened().await;

        let limits = deskbell_link::Limits::default();
        let auth = deskbell_domain::Auth::None;
        let none = std::collections::BTreeMap::new();
        let endpoint = deskbell_link::Endpoint::new("https://localhost", auth, None, &none, limits).unwrap();
        let fault = deskbell_link::Link::new(endpoint, tokio::sync::mpsc::channel(1).0).unwrap_err();
        assert_eq!((fault.code, fault.next), (FaultCode::Tls, Next::Never));
        assert!(fault.advice.contains("ca-certificates"), "{fault}");
    });
}
