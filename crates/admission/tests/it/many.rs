//! However many come, memory is bounded and those who mean well are served.

use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier, Mutex};

use admission::{Limits, State};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::support::{allowed, documents, harmless, policy, review, ruled, start, with_host_port};

const SPEC: &str = "{checks: {host-port: enforce}}";

#[tokio::test(flavor = "multi_thread")]
async fn connections_over_the_cap_are_closed_and_counted_and_room_comes_back() {
    let server = start(policy(SPEC), Limits { connections_of_peer: 3, ..Limits::default() }).await;
    let mut client = server.client().await;
    let held = [server.tls("h2").await.unwrap(), server.tls("h2").await.unwrap()];
    for _ in 0..20 {
        let mut stream = TcpStream::connect(server.reviews).await.unwrap();
        let ended = stream.read(&mut [0; 1]).await;
        assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
    }
    let refused = "cofferdam_connections_refused_total{why=\"connections of one address\"}";
    assert_eq!(server.figure(refused), 20);
    assert!(allowed(&client.ask("/validate", review("a", harmless())).await), "who was first is served");
    drop(held);
    while server.tls("h2").await.is_err() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cap_of_all_holds_beside_that_of_each() {
    let server = start(policy(SPEC), Limits { connections: 1, ..Limits::default() }).await;
    let _held = server.tls("h2").await.unwrap();
    assert!(server.tls("h2").await.is_err());
    assert_eq!(server.figure("cofferdam_connections_refused_total{why=\"connections\"}"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn reviews_over_the_cap_are_shed_at_once() {
    let (entered, enters) = channel();
    let (finish, wait) = channel::<()>();
    let (entered, wait) = (Mutex::new(entered), Mutex::new(wait));
    let slow = ruled(move |_| {
        let _ = entered.lock().unwrap().send(());
        let _ = wait.lock().unwrap().recv();
        Vec::new()
    });
    let server = start(slow, Limits { reviews: 1, inline: 0, ..Limits::default() }).await;
    let client = server.client().await;
    let mut first = client.clone();
    let first = tokio::spawn(async move { first.ask("/validate", review("a", harmless())).await });
    tokio::task::spawn_blocking(move || enters.recv().unwrap()).await.unwrap();
    let (code, status) = client.clone().ask("/validate", review("b", harmless())).await;
    assert_eq!((code, status["reason"].as_str()), (503, Some("ServiceUnavailable")), "{status}");
    assert_eq!(server.figure("cofferdam_shed_total{what=\"review\"}"), 1);
    drop(finish);
    assert!(allowed(&first.await.unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn unfinished_bodies_of_one_address_have_a_cap() {
    let limits = Limits { bodies_of_peer: 64 << 10, ..Limits::default() };
    let server = start(policy(SPEC), limits).await;
    let head = "POST /validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n";
    let mut stream = server.tls("http/1.1").await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b' '; 90_000]).await.unwrap();
    let mut answer = vec![0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 503");
    assert_eq!(server.figure("cofferdam_shed_total{what=\"body\"}"), 1);
    assert!(allowed(&server.client().await.ask("/validate", review("a", harmless())).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_a_rule_is_the_failure_policys_case_and_no_more() {
    for inline in [0, 1 << 20] {
        let falls = ruled(|object| {
            assert!(object.at("spec.containers").is_none(), "falls over");
            Vec::new()
        });
        let server = start(falls, Limits { inline, ..Limits::default() }).await;
        let mut client = server.client().await;
        let (code, status) = client.ask("/validate", review("a", harmless())).await;
        assert_eq!((code, status["kind"].as_str()), (500, Some("Status")), "{status}");
        assert_eq!(server.figure("cofferdam_panics_total"), 1);
        assert!(allowed(&client.ask("/validate", review("b", serde_json::json!({}))).await));
    }
}

/// A policy that refuses with two texts of its own.
fn telling(name: &str) -> State {
    let text = format!(
        "{{apiVersion: cofferdam.dev/v1alpha1, kind: Policy, metadata: {{name: {name}-one}}, spec: {SPEC}}}\n---\n\
         {{apiVersion: cofferdam.dev/v1alpha1, kind: Policy, metadata: {{name: {name}-two}}, spec: {SPEC}}}"
    );
    documents(&text, &check::compile_for_gate, Vec::new())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_policies_are_swapped_every_answer_is_by_the_old_or_the_new() {
    let server = start(telling("old"), Limits::default()).await;
    let mut asking = JoinSet::new();
    for _ in 0..4 {
        let mut client = server.client().await;
        asking.spawn(async move {
            let mut seen = [0, 0];
            for at in 0..100 {
                let answer = client.ask("/validate", review(&at.to_string(), with_host_port())).await;
                assert!(!allowed(&answer));
                let message = answer.1["response"]["status"]["message"].as_str().unwrap().to_owned();
                let by =
                    |name: &str| ["one", "two"].map(|part| message.contains(&format!("\"{name}-{part}\"")));
                match (by("old"), by("new")) {
                    ([true, true], [false, false]) => seen[0] += 1,
                    ([false, false], [true, true]) => seen[1] += 1,
                    other => panic!("{other:?}: {message}"),
                }
            }
            seen
        });
    }
    let mut swaps = 0;
    let mut seen = [0, 0];
    loop {
        server.gate.swap(telling(if swaps % 2 == 0 { "new" } else { "old" }));
        swaps += 1;
        tokio::select! {
            biased;
            done = asking.join_next() => match done {
                Some(done) => {
                    let done = done.unwrap();
                    seen = [seen[0] + done[0], seen[1] + done[1]];
                }
                None => break,
            },
            () = tokio::task::yield_now() => {}
        }
    }
    assert_eq!(seen[0] + seen[1], 400);
    assert!(seen[0] > 0 && seen[1] > 0, "{seen:?} over {swaps} swaps");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_request_keeps_what_it_began_with() {
    let barrier = Arc::new(Barrier::new(2));
    let inside = Arc::clone(&barrier);
    let first = ruled(move |_| {
        inside.wait();
        inside.wait();
        Vec::new()
    });
    let server = start(first, Limits { inline: 0, ..Limits::default() }).await;
    let mut client = server.client().await;
    let asked = tokio::spawn(async move { client.ask("/validate", review("a", with_host_port())).await });
    let begun = Arc::clone(&barrier);
    tokio::task::spawn_blocking(move || begun.wait()).await.unwrap();
    server.gate.swap(policy(SPEC));
    tokio::task::spawn_blocking(move || barrier.wait()).await.unwrap();
    assert!(allowed(&asked.await.unwrap()), "by the first, which lets everything in");
    assert!(!allowed(&server.client().await.ask("/validate", review("b", with_host_port())).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_change_the_state_neither_undoes_the_other() {
    let server = start(policy(SPEC), Limits::default()).await;
    let (old, new) = (server.gate.state(), telling("new"));
    let decider = Arc::clone(&new.decider);
    server.gate.change(|state| State { decider, facts: Arc::clone(&state.facts) });
    let facts = Arc::clone(&new.facts);
    server.gate.change(|state| State { decider: Arc::clone(&state.decider), facts });
    let now = server.gate.state();
    assert!(Arc::ptr_eq(&now.decider, &new.decider) && Arc::ptr_eq(&now.facts, &new.facts));
    assert!(!Arc::ptr_eq(&now.facts, &old.facts));
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_of_others_are_answered_while_one_address_holds_all_it_may() {
    let server = start(policy(SPEC), Limits::default()).await;
    let mut held = Vec::new();
    for _ in 0..8 {
        held.push(TcpStream::connect(server.figures).await.unwrap());
    }
    let mut ninth = TcpStream::connect(server.figures).await.unwrap();
    let ended = ninth.read(&mut [0; 1]).await;
    assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
    assert_eq!(server.figure("cofferdam_connections_refused_total{why=\"watchers\"}"), 1);
    assert!(allowed(&server.client().await.ask("/validate", review("a", harmless())).await));
}
