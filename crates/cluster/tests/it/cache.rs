//! A kind that is followed, and every way in which that goes wrong.

use std::time::{Duration, SystemTime};

use cluster::{Bound, Cache, Health, Known, Resource, Want};

use crate::fake::{Fake, Reply, ok};

fn namespace(name: &str, version: u32, team: &str) -> String {
    format!(
        r#"{{"metadata":{{"name":"{name}","uid":"{name}","resourceVersion":"{version}","labels":{{"team":"{team}"}}}}}}"#
    )
}

fn listed(items: &[String], version: u32) -> Reply {
    ok(format!(r#"{{"metadata":{{"resourceVersion":"{version}"}},"items":[{}]}}"#, items.join(",")))
}

fn event(kind: &str, object: &str) -> String {
    format!("{{\"type\":\"{kind}\",\"object\":{object}}}\n")
}

/// Follows namespaces until what is known is as wished; its `name=team` and how well it is known.
async fn until(fake: &Fake, bound: Bound, wished: impl Fn(&Known, &str) -> bool) -> (String, Health) {
    let cache = Cache::new(fake.start().await, bound, Duration::from_millis(1));
    cache.follow(Resource::namespaces(), Want::Metadata);
    let mut snapshots = cache.snapshots();
    let found = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            snapshots.changed().await.unwrap();
            let snapshot = snapshots.borrow_and_update().clone();
            let known = &snapshot["namespaces"];
            let teams = known.objects.iter().map(|object| {
                let team = object.at("metadata.labels.team").and_then(object::Node::str);
                format!("{}={}", object.name(), team.unwrap_or_default())
            });
            let text = teams.collect::<Vec<_>>().join(" ");
            if wished(known, &text) {
                return (text, known.health.clone());
            }
        }
    });
    found.await.unwrap_or_else(|_| panic!("it never came to that: {:?}", cache.snapshots().borrow()))
}

fn any() -> Bound {
    Bound::default()
}

#[tokio::test]
async fn what_changes_is_known() {
    let lines = event("ADDED", &namespace("b", 2, "y"))
        + &event("MODIFIED", &namespace("a", 3, "z"))
        + &event("ADDED", &namespace("c", 4, "x"))
        + &event("DELETED", &namespace("b", 5, "y"));
    let fake = Fake::default()
        .on("watch=true", [Reply::Hold(lines)])
        .on("/namespaces", [listed(&[namespace("a", 1, "x")], 1)]);
    let (known, health) = until(&fake, any(), |_, text| text == "a=z c=x").await;
    assert_eq!((known.as_str(), health), ("a=z c=x", Health::Current));
}

#[tokio::test]
async fn a_watch_that_ends_is_taken_up_where_it_was() {
    let mark = event("BOOKMARK", r#"{"metadata":{"resourceVersion":"41"}}"#);
    let fake = Fake::default()
        .on("resourceVersion=41", [Reply::Hold(event("ADDED", &namespace("b", 42, "y")))])
        .on("resourceVersion=7", [Reply::Lines(mark)])
        .on("/namespaces", [listed(&[], 7)]);
    until(&fake, any(), |_, text| text == "b=y").await;
    let lists = fake.asked().iter().filter(|line| line.contains("limit=")).count();
    assert_eq!(lists, 1);
}

#[tokio::test]
async fn what_is_too_old_to_go_on_from_is_listed_anew() {
    let gone = event("ERROR", r#"{"kind":"Status","code":410,"reason":"Expired","message":"too old"}"#);
    let fake = Fake::default()
        .on("resourceVersion=1&", [Reply::Lines(gone)])
        .on("resourceVersion=9&", [Reply::Hold(String::new())])
        .on("/namespaces", [listed(&[namespace("a", 1, "x")], 1), listed(&[namespace("b", 8, "y")], 9)]);
    until(&fake, any(), |_, text| text == "b=y").await;
}

#[tokio::test]
async fn a_kind_that_outgrows_its_bound_keeps_its_last_state_and_says_so() {
    let grows = event("ADDED", &namespace("b", 2, "y")) + &event("ADDED", &namespace("c", 3, "y"));
    let fake = Fake::default().on("watch=true", [Reply::Hold(grows)]).on(
        "/namespaces",
        [
            listed(&[namespace("a", 1, "x")], 1),
            listed(&[namespace("a", 1, "x"), namespace("b", 2, "y"), namespace("c", 3, "y")], 3),
        ],
    );
    let bound = Bound { objects: 2, ..any() };
    let too_many = |known: &Known, _: &str| matches!(known.health, Health::TooMany { .. });
    let (known, health) = until(&fake, bound, too_many).await;
    assert_eq!(known, "a=x b=y");
    assert!(matches!(health, Health::TooMany { why, .. } if why == "more than 2 namespaces"));
    let heavy = Fake::default().on("/namespaces", [listed(&[namespace("a", 1, &"x".repeat(2000))], 1)]);
    let (known, _) = until(&heavy, Bound { bytes: 1000, ..any() }, too_many).await;
    assert_eq!(known, "");
}

#[tokio::test]
async fn a_lost_connection_says_since_when_and_comes_back() {
    let before = SystemTime::now();
    let fake = Fake::default()
        .on("watch=true", [Reply::Nothing])
        .on("/namespaces", [listed(&[namespace("a", 1, "x")], 1)]);
    let lost = |known: &Known, _: &str| matches!(known.health, Health::Lost { .. });
    let (known, health) = until(&fake, any(), lost).await;
    assert_eq!(known, "a=x");
    assert!(
        matches!(health, Health::Lost { since, why } if since >= before && why.contains("no answer from http"))
    );
    let fake = Fake::default()
        .on("watch=true", [Reply::Nothing, Reply::Hold(event("ADDED", &namespace("b", 2, "y")))])
        .on("/namespaces", [listed(&[namespace("a", 1, "x")], 1)]);
    until(&fake, any(), |known, text| text == "a=x b=y" && known.health == Health::Current).await;
}

#[tokio::test]
async fn a_kind_that_the_server_does_not_have_is_absent_and_one_that_is_forbidden_is_lost() {
    until(&Fake::default(), any(), |known, _| known.health == Health::Absent).await;
    let fake = Fake::default().on("/namespaces", [Reply::Full(403, "", "{\"message\":\"no\"}".into())]);
    let (_, health) = until(&fake, any(), |known, _| matches!(known.health, Health::Lost { .. })).await;
    assert!(
        matches!(health, Health::Lost { why, .. } if why.ends_with("allow `list` on it to the user of this context"))
    );
}

#[tokio::test]
async fn half_a_line_and_nonsense_do_not_end_it() {
    let fake = Fake::default()
        .on(
            "watch=true",
            [
                Reply::Lines("{\"type\":\"ADDED\",\"obj".into()),
                Reply::Lines("{\"type\":\"ADDED\",\"object\":3}\n".into()),
                Reply::Lines("nonsense\n".into()),
                Reply::Lines("\n\n{\"type\":\"NEWS\",\"object\":{}}\n".into()),
                Reply::Hold(event("ADDED", &namespace("b", 2, "y"))),
            ],
        )
        .on("/namespaces", [listed(&[namespace("a", 1, "x")], 1)]);
    until(&fake, any(), |known, text| text == "a=x b=y" && known.health == Health::Current).await;
}
