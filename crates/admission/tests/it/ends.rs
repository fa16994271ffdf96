//! How the server ends.

use std::sync::Mutex;
use std::sync::mpsc::channel;

use admission::Limits;

use crate::support::{Running, allowed, harmless, policy, review, ruled, start};

const SPEC: &str = "{checks: {host-port: enforce}}";

async fn until_draining(server: &Running) {
    while server.figures("/readyz").await.0 == 200 {}
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_fail_first_and_reviews_are_answered_on() {
    let server = start(policy(SPEC), Limits::default()).await;
    let mut client = server.client().await;
    let (end, task) = (server.end, server.task);
    let server = Running { end: tokio::sync::oneshot::channel().0, task: tokio::spawn(async {}), ..server };
    end.send(()).unwrap();
    until_draining(&server).await;
    assert_eq!(server.figures("/healthz").await.0, 200);
    assert!(allowed(&client.ask("/validate", review("a", harmless())).await));
    assert!(allowed(&server.client().await.ask("/validate", review("b", harmless())).await), "new ones, too");
    task.await.unwrap();
    assert!(server.tls("h2").await.is_err(), "then nobody listens");
    assert!(server.log.text().contains("drained"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_under_way_is_finished() {
    let (entered, enters) = channel();
    let (finish, wait) = channel::<()>();
    let (entered, wait) = (Mutex::new(entered), Mutex::new(wait));
    let slow = ruled(move |_| {
        let _ = entered.lock().unwrap().send(());
        let _ = wait.lock().unwrap().recv();
        Vec::new()
    });
    let server = start(slow, Limits { inline: 0, ..Limits::default() }).await;
    let mut client = server.client().await;
    let asked = tokio::spawn(async move { client.ask("/validate", review("a", harmless())).await });
    tokio::task::spawn_blocking(move || enters.recv().unwrap()).await.unwrap();
    server.end.send(()).unwrap();
    let address = server.reviews;
    // The door is closed before the last answer is out.
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    drop(finish);
    assert!(allowed(&asked.await.unwrap()));
    server.task.await.unwrap();
}
