//! Whatever is sent, there is an answer, and the next review is decided.

use admission::Limits;
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Running, allowed, harmless, policy, post, review, start, with_host_port};

const SPEC: &str = "{podSecurity: {level: restricted}, checks: {host-port: enforce}}";

async fn server() -> Running {
    start(policy(SPEC), Limits::default()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_review_is_refused_naming_the_fault() {
    let server = server().await;
    let mut client = server.client().await;
    let good = review("a", harmless());
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (Vec::new(), "review:1:1"),
        (good.as_bytes()[..good.len() / 2].to_vec(), "review:1:"),
        (b"{\"apiVersion\": }".to_vec(), "review:1:"),
        (b"\xff\xfe{}".to_vec(), "no UTF-8"),
        (b"[1, 2]".to_vec(), "expected an AdmissionReview"),
        (
            good.replace("admission.k8s.io/v1", "admission.k8s.io/v1beta1").into_bytes(),
            "only admission.k8s.io/v1",
        ),
        (good.replace("admission.k8s.io/v1", "admission.k8s.io/v2").into_bytes(), "only admission.k8s.io/v1"),
        (good.replace("AdmissionReview", "Pod").into_bytes(), "expected an AdmissionReview"),
        (good.replace("\"uid\":\"a\",", "").into_bytes(), "`uid`"),
        (good.replace("CREATE", "CRAETE").into_bytes(), "CRAETE"), // typos: ignore
        (b"kind: AdmissionReview\napiVersion: admission.k8s.io/v1\n".to_vec(), "review:1:"),
    ];
    for (body, fault) in cases {
        let shown = String::from_utf8_lossy(&body).into_owned();
        let (code, status) = client.ask("/validate", body).await;
        assert_eq!((code, &status["kind"], &status["code"]), (400, &json!("Status"), &json!(400)), "{shown}");
        let message = status["message"].as_str().unwrap();
        assert!(message.contains(fault), "{shown}: {message}");
    }
    assert!(!allowed(&client.ask("/validate", good).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_another_shape_is_told_which_is_expected() {
    let server = server().await;
    let mut client = server.client().await;
    let body = || Full::new(Bytes::from(review("a", harmless())));
    let at =
        |method: &str, path: &str| Request::builder().method(method).uri(format!("https://127.0.0.1{path}"));
    let json = "application/json";
    let cases = [
        (at("GET", "/validate").header("content-type", json), 405),
        (at("PUT", "/mutate").header("content-type", json), 405),
        (at("POST", "/validate").header("content-type", "application/yaml"), 415),
        (at("POST", "/validate").header("content-type", "application/jsonx"), 415),
        (at("POST", "/validate"), 415),
        (at("POST", "/validates").header("content-type", json), 404),
        (at("POST", "/validate").header("content-type", "Application/JSON; charset=utf-8"), 200),
    ];
    for (request, expected) in cases {
        let (code, answer) = client.send(request.body(body()).unwrap()).await.unwrap();
        assert_eq!(code, expected, "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_the_limit_is_refused_with_and_without_its_length() {
    let server = start(policy(SPEC), Limits { body: 10_000, ..Limits::default() }).await;
    let mut client = server.client().await;
    assert_eq!(client.ask("/validate", vec![b' '; 10_001]).await.0, 413);
    let mut stream = server.tls("http/1.1").await.unwrap();
    let head = "POST /validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
    for _ in 0..3 {
        stream.write_all(chunk.as_bytes()).await.unwrap();
    }
    let mut answer = vec![0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 413");
    assert!(allowed(&client.ask("/mutate", review("a", harmless())).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_as_large_as_an_api_server_takes_are_decided() {
    let server = server().await;
    let mut client = server.client().await;
    let container = |at: usize| json!({"name": format!("c{at}"), "image": "i"});
    let mut spec = json!({"containers": (0..10_000).map(container).collect::<Vec<Value>>()});
    assert!(!allowed(&client.ask("/validate", review("a", spec.clone())).await));
    spec["containers"][0]["args"] = json!(["x".repeat(2 << 20)]);
    let large = review("b", spec);
    assert!(large.len() > 2 << 20);
    assert!(!allowed(&client.ask("/validate", large).await));
    let metadata = json!({"annotations": {"a": "y".repeat(3 << 20)}});
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": with_host_port()});
    let large = crate::support::review_of("c", "CREATE", ("Pod", "pods"), json!({"object": pod}));
    assert!(!allowed(&client.ask("/validate", large).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn depth_and_number_have_an_end() {
    let server = server().await;
    let mut client = server.client().await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let good = review("a", harmless());
    let cases = [
        deep.clone(),
        good.replace("\"spec\":", &format!("\"x\":{deep},\"spec\":")),
        "{\"a\":".repeat(50_000),
        format!("[{}1]", "1,".repeat(1_500_000)),
    ];
    for body in cases {
        let (code, status) = client.ask("/validate", body).await;
        assert_eq!(code, 400, "{status}");
    }
    assert!(!allowed(&client.ask("/validate", good).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_mutilation_of_a_review_is_left_without_an_answer() {
    let server = server().await;
    let mut client = server.client().await;
    let good = review("a", with_host_port()).into_bytes();
    // A generator of Lehmer's: the same mutilations each time.
    let mut seed = 48_271_u64;
    let mut next = |below: usize| {
        seed = seed * 48_271 % 0x7fff_ffff;
        usize::try_from(seed).unwrap() % below
    };
    for _ in 0..500 {
        let mut body = good.clone();
        for _ in 0..=next(4) {
            let at = next(body.len());
            match next(3) {
                0 => body[at] = b"{}[]\",:\\0\xff"[next(10)],
                1 => body.truncate(at.max(1)),
                _ => drop(body.drain(at..(at + next(20)).min(body.len()))),
            }
            if body.is_empty() {
                break;
            }
        }
        let shown = String::from_utf8_lossy(&body).into_owned();
        let (code, _) = client.ask("/validate", body).await;
        assert!(code == 200 || code == 400, "{code}: {shown}");
    }
    assert_eq!(server.figure("cofferdam_panics_total"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_http_on_the_tls_port_is_closed_and_counted() {
    let server = server().await;
    let mut stream = TcpStream::connect(server.reviews).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    // Either an alert or a reset; what matters is that it ends.
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"));
    assert_eq!(server.figure("cofferdam_tls_errors_total{why=\"not TLS\"}"), 1);
    assert!(!allowed(&server.ask_http1(post("/validate", review("a", harmless()))).await));
}
