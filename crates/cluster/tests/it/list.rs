//! Pages, and what may go wrong between two of them.

use cluster::{ApiError, Resource, Want};

use crate::fake::{Fake, Reply, ok};

fn pods() -> Resource {
    Resource {
        group: String::new(),
        version: "v1".into(),
        kind: "Pod".into(),
        plural: "pods".into(),
        namespaced: true,
    }
}

fn page(names: &[&str], token: &str) -> String {
    let items: Vec<_> = names.iter().map(|name| format!(r#"{{"metadata":{{"name":"{name}"}}}}"#)).collect();
    format!(r#"{{"kind":"PodList","metadata":{{"continue":"{token}"}},"items":[{}]}}"#, items.join(","))
}

fn gone(token: &str) -> Reply {
    let body = format!(
        r#"{{"kind":"Status","reason":"Expired","message":"too old","code":410,"metadata":{{"continue":"{token}"}}}}"#
    );
    Reply::Full(410, "", body)
}

/// The names that come, with `anew` where the list began again, and the error it ended with.
async fn names(fake: &Fake) -> (String, Option<ApiError>) {
    let cluster = fake.start().await;
    let mut pages = cluster.pages(&pods(), Want::Whole);
    let mut said = Vec::new();
    while let Some(page) = pages.next().await {
        let page = match page {
            Ok(page) => page,
            Err(error) => return (said.join(" "), Some(error)),
        };
        said.extend(page.restarted.then(|| "anew".to_owned()));
        said.extend(page.items.iter().map(|item| item.split('"').nth(5).unwrap_or("?").to_owned()));
    }
    (said.join(" "), None)
}

#[tokio::test]
async fn pages_follow_each_other_by_their_tokens() {
    let fake = Fake::default()
        .on("continue=t%2F1", [ok(page(&["c"], ""))])
        .on("/pods", [ok(page(&["a", "b"], "t/1"))]);
    assert!(matches!(names(&fake).await, (said, None) if said == "a b c"));
    assert_eq!(fake.asked(), ["GET /api/v1/pods?limit=250", "GET /api/v1/pods?limit=250&continue=t%2F1"]);
}

#[tokio::test]
async fn an_expired_token_is_exchanged_for_the_one_that_is_offered() {
    let fake = Fake::default()
        .on("continue=new", [ok(page(&["b"], ""))])
        .on("continue=old", [gone("new")])
        .on("/pods", [ok(page(&["a"], "old"))]);
    assert!(matches!(names(&fake).await, (said, None) if said == "a b"));
}

#[tokio::test]
async fn a_list_without_an_offer_begins_anew_and_says_so() {
    let fake = Fake::default()
        .on("continue=old", [gone(""), ok(page(&["b"], ""))])
        .on("/pods", [ok(page(&["a"], "old"))]);
    assert!(matches!(names(&fake).await, (said, None) if said == "a anew a b"));
}

#[tokio::test]
async fn a_list_that_never_holds_still_ends_in_an_error() {
    let fake = Fake::default().on("continue=old", [gone("")]).on("/pods", [ok(page(&["a"], "old"))]);
    let (_, error) = names(&fake).await;
    assert_eq!(error.unwrap().code(), Some(410));
}

#[tokio::test]
async fn a_server_under_load_is_asked_again() {
    let busy = |code| Reply::Full(code, "retry-after: 1\r\n", String::new());
    let fake = Fake::default().on("/pods", [busy(429), busy(503), Reply::Nothing, ok(page(&["a"], ""))]);
    assert!(matches!(names(&fake).await, (said, None) if said == "a"));
    assert_eq!(fake.asked().len(), 4);
}

#[tokio::test]
async fn half_an_answer_is_none() {
    let fake = Fake::default().on("/pods", [Reply::Cut(page(&["a"], "")), ok(page(&["a"], ""))]);
    assert!(matches!(names(&fake).await, (said, None) if said == "a"));
    let fake = Fake::default().on("/pods", [Reply::Cut(page(&["a"], ""))]);
    assert!(matches!(names(&fake).await, (_, Some(ApiError::Unreachable { .. }))));
}

#[tokio::test]
async fn a_refusal_is_not_asked_again_and_keeps_the_servers_words() {
    let body = r#"{"kind":"Status","reason":"Forbidden","message":"pods is forbidden: User \"x\""}"#;
    let fake = Fake::default().on("/pods", [Reply::Full(403, "", body.into())]);
    let (_, error) = names(&fake).await;
    let said = "/api/v1/pods: the server answers 403 Forbidden: pods is forbidden: User \"x\"";
    assert_eq!(error.unwrap().to_string(), said);
    assert_eq!(fake.asked().len(), 1);
}

#[tokio::test]
async fn a_page_too_large_is_asked_for_in_smaller_ones() {
    let fake = Fake::default()
        .on("limit=250", [Reply::Blank((64 << 20) + 1)])
        .on("limit=31", [ok(page(&["a"], ""))]);
    assert!(matches!(names(&fake).await, (said, None) if said == "a"));
}

#[tokio::test]
async fn what_is_no_list_is_an_error() {
    for text in ["", "[", "{\"items\": 1}", "{\"items\":[{]}", "\u{fffd}"] {
        let fake = Fake::default().on("/pods", [ok(text)]);
        assert!(matches!(names(&fake).await, (_, Some(ApiError::Unreadable { .. }))), "{text}");
    }
    let deep = format!("{{\"items\":[{}{}]}}", "[".repeat(100_000), "]".repeat(100_000));
    let fake = Fake::default().on("/pods", [ok(deep)]);
    assert!(matches!(names(&fake).await, (said, None) if said == "?"), "items are not looked into here");
}

#[tokio::test]
async fn a_page_that_leads_to_itself_is_not_followed() {
    let fake = Fake::default().on("/pods", [ok(page(&["a"], "again"))]);
    let (said, error) = names(&fake).await;
    assert_eq!(said, "a");
    let why =
        "/api/v1/pods: the answer cannot be read: its next page is the page itself, the list never ends";
    assert_eq!(error.unwrap().to_string(), why);
    assert_eq!(fake.asked().len(), 2);
}

#[tokio::test]
async fn a_list_whose_tokens_never_end_ends_in_an_error() {
    let pages = (0..60).map(|number| ok(page(&[], &format!("t{number}"))));
    let fake = Fake::default().on("/pods", pages);
    let (_, error) = names(&fake).await;
    let why = "/api/v1/pods: the answer cannot be read: there are more than 20 pages, no list is that long";
    assert_eq!(error.unwrap().to_string(), why);
    assert_eq!(fake.asked().len(), 20);
}

#[tokio::test]
async fn a_redirect_is_refused_and_nobody_else_is_asked() {
    let elsewhere = Fake::default().on("/pods", [ok(page(&["theirs"], ""))]);
    let place = elsewhere.start().await.server().to_owned();
    let header: &'static str = Box::leak(format!("location: {place}/api/v1/pods\r\n").into_boxed_str());
    for code in [301, 302, 303, 307, 308] {
        let fake = Fake::default().on("/pods", [Reply::Full(code, header, String::new())]);
        let (said, error) = names(&fake).await;
        assert_eq!((said.as_str(), error.unwrap().code()), ("", Some(code)));
    }
    assert!(elsewhere.asked().is_empty());
}
