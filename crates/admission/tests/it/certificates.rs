//! Certificates change, connections stand.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use admission::{
    CertificateStore, Certificates, Files, Form, Held, InMemory, Level, Limits, Log, Metrics, Saved,
    SelfSigned,
};
use tokio::task::JoinSet;

use crate::support::{allowed, harmless, policy, review, start, start_as};

const SPEC: &str = "{checks: {host-port: enforce}}";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn certificates_rotate_under_load_and_no_request_fails() {
    let lifetime = Duration::from_secs(3);
    let server = Arc::new(start_as(policy(SPEC), Limits::default(), |gate| gate, lifetime).await);
    let first = server.store.load().await.unwrap().unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let mut asking = JoinSet::new();
    for at in 0..4 {
        let (server, done) = (Arc::clone(&server), Arc::clone(&done));
        asking.spawn(async move {
            let mut asked = 0;
            let mut standing = server.client().await;
            while !done.load(Ordering::Acquire) {
                let body = || review(&format!("{at}-{asked}"), harmless());
                assert!(allowed(&standing.ask("/validate", body()).await), "on a connection that stands");
                assert!(allowed(&server.client().await.ask("/validate", body()).await), "on a new one");
                asked += 2;
            }
            asked
        });
    }
    // Two rotations: the second is signed by an authority that was published with the first.
    let mut rotations = 0;
    let mut shown = first.held.certificate().to_owned();
    while rotations < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let now = server.store.load().await.unwrap().unwrap().held;
        if now.certificate() != shown {
            now.certificate().clone_into(&mut shown);
            rotations += 1;
        }
    }
    done.store(true, Ordering::Release);
    let asked: usize = asking.join_all().await.into_iter().sum();
    assert!(asked > 0);
    assert_eq!(server.figure("cofferdam_certificate_failures_total"), 0);
    assert_eq!(server.figure("cofferdam_tls_errors_total{why=\"refused by the client\"}"), 0);
}

fn log() -> Arc<Log> {
    Arc::new(Log::new(Level::Error, Form::Json, Box::new(std::io::sink())))
}

fn names() -> Vec<String> {
    vec!["127.0.0.1".to_owned()]
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_share_one_certificate() {
    let store = Arc::new(InMemory::new(None));
    let life = Duration::from_hours(1);
    let begin = || {
        let certificates = Certificates::new(Arc::new(Metrics::default()));
        SelfSigned::begin(Arc::clone(&store) as Arc<dyn CertificateStore>, names(), life, certificates, log())
    };
    begin().await.unwrap();
    let first = store.load().await.unwrap().unwrap();
    begin().await.unwrap();
    let second = store.load().await.unwrap().unwrap();
    assert_eq!((first.held, first.revision.as_str()), (second.held.clone(), second.revision.as_str()));
    assert_eq!(store.save(&second.held, None).await.unwrap(), Saved::Overtaken);
    assert_eq!(store.save(&second.held, Some("0")).await.unwrap(), Saved::Overtaken);
    assert!(matches!(store.save(&second.held, Some(&first.revision)).await.unwrap(), Saved::As(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_authority_is_written_where_it_was_asked_for() {
    let folder = std::env::temp_dir().join(format!("cofferdam-ca-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("ca.pem");
    let store = Arc::new(InMemory::new(Some(file.clone())));
    let certificates = Certificates::new(Arc::new(Metrics::default()));
    let life = Duration::from_hours(1);
    SelfSigned::begin(Arc::clone(&store) as _, names(), life, certificates, log()).await.unwrap();
    let held: Held = store.load().await.unwrap().unwrap().held;
    assert_eq!(std::fs::read_to_string(&file).unwrap(), held.bundle());
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_in_files_is_followed_and_a_bad_one_is_not() {
    let folder = std::env::temp_dir().join(format!("cofferdam-tls-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (certificate, key) = (folder.join("tls.crt"), folder.join("tls.key"));
    let server = start(policy(SPEC), Limits::default()).await;
    let held = server.store.load().await.unwrap().unwrap().held;
    std::fs::write(&certificate, held.certificate()).unwrap();
    std::fs::write(&key, "no key").unwrap();
    let begin = || Files::begin(certificate.clone(), key.clone(), Arc::clone(&server.certificates), log());
    let error = begin().unwrap_err();
    assert!(error.to_string().starts_with("the key is not in PEM"), "{error}");
    std::fs::write(&key, held.key()).unwrap();
    let keeping = tokio::spawn(begin().unwrap().keep());
    std::fs::write(&key, "no key").unwrap();
    while server.figure("cofferdam_certificate_failures_total") == 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(
        allowed(&server.client().await.ask("/validate", review("a", harmless())).await),
        "the one before is shown"
    );
    // Another authority altogether: whoever trusts the first notices.
    let other = Arc::new(InMemory::new(None));
    let elsewhere = Certificates::new(Arc::new(Metrics::default()));
    let life = Duration::from_hours(1);
    SelfSigned::begin(Arc::clone(&other) as _, names(), life, elsewhere, log()).await.unwrap();
    let new = other.load().await.unwrap().unwrap().held;
    std::fs::write(&certificate, new.certificate()).unwrap();
    std::fs::write(&key, new.key()).unwrap();
    while server.tls("h2").await.is_ok() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    keeping.abort();
    std::fs::remove_dir_all(folder).unwrap();
}
