//! Nobody keeps the server waiting.

use std::time::Duration;

use admission::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{allowed, harmless, policy, post, review, ruled, start};

const SPEC: &str = "{checks: {host-port: enforce}}";
const SOON: Duration = Duration::from_millis(100);

fn impatient() -> Limits {
    Limits { handshake: SOON, headers: SOON, body_time: SOON, idle: SOON, ..Limits::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_does_not_come_is_ended_and_counted() {
    let server = start(policy(SPEC), impatient()).await;
    let mut stream = TcpStream::connect(server.reviews).await.unwrap();
    assert_eq!(stream.read(&mut [0; 1]).await.unwrap(), 0, "closed by the server");
    assert_eq!(server.figure("cofferdam_tls_errors_total{why=\"too slow\"}"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_do_not_come_end_the_connection() {
    let server = start(policy(SPEC), impatient()).await;
    for protocol in ["http/1.1", "h2"] {
        for begun in ["", "POST /valid"] {
            let mut stream = server.tls(protocol).await.unwrap();
            stream.write_all(begun.as_bytes()).await.unwrap();
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_come_is_answered() {
    let server = start(policy(SPEC), impatient()).await;
    let mut stream = server.tls("http/1.1").await.unwrap();
    let head = "POST /validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 408");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_without_requests_is_given_up_and_another_serves() {
    let server = start(policy(SPEC), impatient()).await;
    let mut client = server.client().await;
    assert!(allowed(&client.ask("/validate", review("a", harmless())).await));
    // The server says goodbye; the client notices when it is ready no more.
    while client.send(post("/validate?timeout=1s", review("b", harmless()))).await.is_ok() {
        tokio::time::sleep(SOON * 3).await;
    }
    assert!(allowed(&server.client().await.ask("/validate", review("c", harmless())).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_takes_too_long_is_answered_before_the_api_server_gives_up() {
    let (finish, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let slow = ruled(move |_| {
        let _ = wait.lock().unwrap().recv();
        Vec::new()
    });
    // Nothing is so small that it is decided where it was read.
    let server = start(slow, Limits { inline: 0, ..Limits::default() }).await;
    let mut client = server.client().await;
    let (code, status) = client.ask("/validate?timeout=200ms", review("a", harmless())).await;
    assert_eq!((code, status["reason"].as_str()), (500, Some("Timeout")), "{status}");
    drop(finish);
    assert!(allowed(&client.ask("/validate", review("b", harmless())).await));
}
