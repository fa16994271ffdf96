//! How are objects written to the API server of the tests, and when does it know them?

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::apiserver::{Answer, ApiServer, Client, Method, Options, Programs, Request};

/// What the API server has learnt by then it never learns.
const PATIENCE: Duration = Duration::from_mins(1);
/// Enough to keep two cores busy.
pub(crate) const CONNECTIONS: usize = 8;

/// The server of all tests whose objects concern nobody else.
pub(crate) fn shared() -> Option<&'static ApiServer> {
    static SERVER: OnceLock<Option<ApiServer>> = OnceLock::new();
    SERVER.get_or_init(|| start("shared")).as_ref()
}

/// A server of its own, for policies that would judge what other tests do.
pub(crate) fn own(name: &str) -> Option<ApiServer> {
    start(name)
}

fn start(name: &str) -> Option<ApiServer> {
    let programs = Programs::find()?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("apiserver").join(name);
    Some(ApiServer::start(&programs, &folder, &Options::default()).unwrap_or_else(|error| panic!("{error}")))
}

/// A kind as the server serves it.
#[derive(Clone, Debug)]
struct Served {
    plural: String,
    namespaced: bool,
}

/// A server and what it serves.
pub(crate) struct Cluster<'s> {
    pub(crate) client: &'s Client,
    /// Kinds by their group and version.
    served: Mutex<BTreeMap<String, BTreeMap<String, Served>>>,
}

impl<'s> Cluster<'s> {
    pub(crate) fn new(server: &'s ApiServer) -> Self {
        Self { client: &server.client, served: Mutex::default() }
    }

    /// The answer to one request; none is a failure of the test.
    pub(crate) fn call(&self, request: &Request) -> Answer {
        self.client.call(request).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The answer to one request, which must be one of success.
    pub(crate) fn must(&self, request: &Request) -> Value {
        let answer = self.call(request);
        assert!(answer.status < 300, "{request:?}: {}: {}", answer.status, answer.text());
        answer.json()
    }

    /// The answers to many.
    pub(crate) fn each(&self, requests: &[Request]) -> Vec<Answer> {
        let answers = self.client.each(requests, CONNECTIONS);
        answers.into_iter().map(|answer| answer.unwrap_or_else(|error| panic!("{error}"))).collect()
    }

    /// Makes the object what is written, whatever was there of that name.
    pub(crate) fn apply(&self, object: &Value) -> Value {
        let path = format!("{}?fieldManager=e2e&force=true", self.path(object));
        let body = object.to_string();
        self.must(&Request::new(Method::PATCH, &path).raw("application/apply-patch+yaml", body))
    }

    /// Removes it at once, if it is there.
    pub(crate) fn remove(&self, object: &Value) {
        let path = format!("{}?gracePeriodSeconds=0", self.path(object));
        let answer = self.call(&Request::delete(&path));
        assert!(answer.status < 300 || answer.status == 404, "{path}: {}", answer.text());
    }

    pub(crate) fn namespace(&self, name: &str, labels: &Value) {
        self.apply(
            &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}),
        );
    }

    /// Where an object is.
    pub(crate) fn path(&self, object: &Value) -> String {
        format!("{}/{}", self.collection(object), object["metadata"]["name"].as_str().unwrap())
    }

    /// Where its likes are.
    pub(crate) fn collection(&self, object: &Value) -> String {
        let (version, kind) = (object["apiVersion"].as_str().unwrap(), object["kind"].as_str().unwrap());
        let served = self.served(version, kind);
        let namespace = object["metadata"]["namespace"].as_str().unwrap_or("default");
        let within = if served.namespaced { format!("/namespaces/{namespace}") } else { String::new() };
        format!("{}{within}/{}", root(version), served.plural)
    }

    fn served(&self, version: &str, kind: &str) -> Served {
        let known = |kinds: &BTreeMap<String, Served>| kinds.get(kind).cloned();
        if let Some(found) = self.served.lock().unwrap().get(version).and_then(known) {
            return found;
        }
        // A custom kind is served a moment after its definition was written.
        until(&format!("{version} {kind} is served"), || {
            let answer = self.call(&Request::get(&root(version)));
            let kinds = kinds(&answer.json());
            let found = known(&kinds);
            self.served.lock().unwrap().insert(version.to_owned(), kinds);
            found
        })
    }
}

fn root(version: &str) -> String {
    if version.contains('/') { format!("/apis/{version}") } else { format!("/api/{version}") }
}

fn kinds(list: &Value) -> BTreeMap<String, Served> {
    let resources = list["resources"].as_array().into_iter().flatten();
    let whole = resources.filter(|resource| !resource["name"].as_str().unwrap_or("/").contains('/'));
    whole
        .map(|resource| {
            let plural = resource["name"].as_str().unwrap_or_default().to_owned();
            let namespaced = resource["namespaced"] == true;
            (resource["kind"].as_str().unwrap_or_default().to_owned(), Served { plural, namespaced })
        })
        .collect()
}

/// Asks until there is an answer.
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {} s in vain until {what}", PATIENCE.as_secs());
        thread::sleep(Duration::from_millis(50));
    }
}
