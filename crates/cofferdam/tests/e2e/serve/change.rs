//! What do requests notice of a change that happens under them?

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use testkit::apiserver::{Authority, Client, Request};

use super::{Guarded, bad, create, good, policy};
use crate::cluster::{CONNECTIONS, shared, until};

/// Requests of one round.
const ROUND: usize = 200;
/// Rounds that a change has to become visible in, else it never will.
const MOST: usize = 300;
/// Between two rounds while nothing changes: files are looked at every second or two.
const PAUSE: Duration = Duration::from_millis(20);

#[test]
fn certificates_rotate_under_load_and_no_request_fails() {
    let Some(server) = shared() else { return };
    let mut guarded = Guarded::start(server, "rotating", &policy("{podSecurity: {level: restricted}}"), &[]);
    let (address, next) = (guarded.webhook.address(), Authority::new("cofferdam-webhook-next"));
    // Both authorities are known before the certificate changes, as a rotation has to do it.
    let before = Client::new(address, &guarded.authority, None).unwrap();
    let after = Client::new(address, &next, None).unwrap();
    let speaks = |client: &Client| client.call(&Request::get("/validate")).is_ok();
    assert!(speaks(&before) && !speaks(&after));
    let mut overlap = guarded.webhook.configuration("Validating", guarded.name, "Fail", 5);
    guarded.webhook.set_certificate(&next).unwrap();
    overlap["webhooks"][0]["clientConfig"] =
        guarded.webhook.configuration("Validating", guarded.name, "Fail", 5)["webhooks"][0]["clientConfig"]
            .clone();
    guarded.webhook.set_certificate(&guarded.authority).unwrap();
    guarded.cluster.apply(&overlap);
    until("the webhook is asked", || (guarded.create("rotating", &bad("probe")).0 == 403).then_some(()));

    let request = create("rotating", &good("steady"));
    let (mut sent, mut rotations) = (0, 0);
    for authority in [&next, &guarded.authority, &next] {
        guarded.webhook.set_certificate(authority).unwrap();
        for round in 0.. {
            assert!(round < MOST, "the certificate never changed");
            for answer in guarded.cluster.each(&vec![request.clone(); ROUND]) {
                assert_eq!(answer.status, 201, "{}", answer.text());
            }
            sent += ROUND;
            // A new connection each time: one that is open keeps the certificate it began with.
            if speaks(&Client::new(address, authority, None).unwrap()) {
                rotations += 1;
                break;
            }
            std::thread::sleep(PAUSE);
        }
    }
    eprintln!("{rotations} rotations during {sent} requests, none failed");
    assert_eq!(rotations, 3);
}

#[test]
fn every_answer_is_by_the_old_policy_or_the_new() {
    let Some(server) = shared() else { return };
    let (loose, strict) = (
        policy("{podSecurity: {level: baseline, version: v1.30}}"),
        policy("{podSecurity: {level: restricted, version: v1.31}}"),
    );
    let guarded = Guarded::start(server, "edited", &loose, &[]);
    guarded.register("Validating", "Fail");
    let request = create("edited", &bad("steady"));
    let ask = || guarded.cluster.call(&request).message();
    let old = ask();
    guarded.webhook.set_policies(&strict).unwrap();
    let new = until("the new policy speaks", || Some(ask()).filter(|said| *said != old));
    assert!(old.contains("\"baseline:v1.30\"") && new.contains("\"restricted:v1.31\""), "{old}\n{new}");

    let done = AtomicBool::new(false);
    let (mut by_old, mut by_new) = (0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for text in [&loose, &strict, &loose] {
                let level = if text == &loose { &old } else { &new };
                guarded.webhook.set_policies(text).unwrap();
                until("the edit speaks", || (ask() == *level).then_some(()));
            }
            done.store(true, Ordering::Relaxed);
        });
        while !done.load(Ordering::Relaxed) {
            for answer in server.client.each(&vec![request.clone(); ROUND], CONNECTIONS) {
                let said = answer.unwrap().message();
                by_old += usize::from(said == old);
                by_new += usize::from(said == new);
                assert!(said == old || said == new, "neither the old nor the new: {said}");
            }
        }
    });
    eprintln!(
        "a policy edited under load: {by_old} answers by the one, {by_new} by the other, none by neither"
    );
    assert!(by_old > 0 && by_new > 0);
}
