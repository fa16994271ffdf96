//! Bytes of a review to a request.

use std::collections::BTreeMap;
use std::sync::Arc;

use finding::Source;
use object::{Kind, Limits, Node, Object, Problem, Tree};

use super::bare::creation;
use super::{
    DryRun, Gvk, LIMITS, MAX_BYTES, MAX_REVIEW, Operation, Request, RequestError, Undecoded, User, error_at,
    misfit, object_at,
};

/// People write YAML, with anchors, and may write more than one document before they are told.
const LIMITS_OF_YAML: Limits = Limits { copies: 20_000, documents: 1_000, ..LIMITS };

/// Reads a review of `admission.k8s.io/v1`, or an object that is taken for one being created. JSON is read
/// as a machine writes it, anything else as kubectl reads manifests.
///
/// # Errors
/// Where the text is not what an API server sends, over a limit, or not one document.
pub fn read(source: &Arc<Source>) -> Result<Request, RequestError> {
    let size = source.text().len();
    if size > MAX_BYTES {
        let message = format!("{size} bytes, an API server sends no more than {MAX_BYTES} in one review");
        return Err(at_start(source, message));
    }
    let tree = tree(source)?;
    let root = tree.root();
    let text = |key: &str| root.get(key).and_then(Node::str).unwrap_or_default();
    match (text("apiVersion"), text("kind")) {
        ("admission.k8s.io/v1", "AdmissionReview") => review(&tree),
        (version, "AdmissionReview") => Err(error_at(root, only_v1(version), None)),
        _ if root.kind() != Kind::Map => {
            let message = format!("this is {}, expected a review or an object", root.kind().word());
            Err(error_at(root, message, None))
        }
        (_, kind) if kind == "List" || (kind.ends_with("List") && root.get("items").is_some()) => {
            let message = format!(
                "a {kind} holds any number of objects and one request is decided at a time: give one of them, or \
                 let `cofferdam check --policy` judge them all"
            );
            Err(error_at(root, message, None))
        }
        _ => match object_at(&tree, root, None) {
            Ok(object) => Ok(creation(object)),
            Err(why) => Err(error_at(root, format!("{why}: neither a review nor an object"), None)),
        },
    }
}

/// Reads a review as an API server sends it: JSON, of `admission.k8s.io/v1`, and nothing else.
///
/// # Errors
/// Where the text is anything else, or over a limit.
pub fn read_review(source: &Arc<Source>) -> Result<Request, RequestError> {
    let size = source.text().len();
    if size > MAX_REVIEW {
        let message = format!("{size} bytes, an API server sends no more than {MAX_REVIEW} in one review");
        return Err(at_start(source, message));
    }
    let tree = object::json(source, LIMITS).map_err(|problem| wrong(source, &problem))?;
    let root = tree.root();
    let text = |key: &str| root.get(key).and_then(Node::str).unwrap_or_default();
    match (text("apiVersion"), text("kind")) {
        ("admission.k8s.io/v1", "AdmissionReview") => review(&Arc::new(tree)),
        (version, "AdmissionReview") => Err(error_at(root, only_v1(version), None)),
        (_, kind) => {
            let kind = if kind.is_empty() { root.kind().word() } else { kind };
            Err(error_at(root, format!("this is `{kind}`, expected an AdmissionReview"), None))
        }
    }
}

fn only_v1(version: &str) -> String {
    format!("an AdmissionReview of `{version}`: only admission.k8s.io/v1 is understood")
}

fn at_start(source: &Source, message: String) -> RequestError {
    RequestError { file: source.name().to_owned(), line: 1, column: 1, message, uid: None }
}

fn tree(source: &Arc<Source>) -> Result<Arc<Tree>, RequestError> {
    if is_json(source.text()) {
        return object::json(source, LIMITS).map(Arc::new).map_err(|problem| wrong(source, &problem));
    }
    let read = object::documents(source, LIMITS_OF_YAML);
    if let Some(problem) = read.problems.first() {
        return Err(wrong(source, problem));
    }
    match read.trees.as_slice() {
        [tree] => Ok(Arc::clone(tree)),
        [] => Err(at_start(source, "nothing is written here, expected a review or an object".to_owned())),
        [_, second, ..] => {
            let message = "a second document: one request is decided at a time";
            Err(error_at(second.root(), message, None))
        }
    }
}

fn wrong(source: &Source, problem: &Problem) -> RequestError {
    let (file, place) = source.place(problem.span.start);
    let (file, message) = (file.to_owned(), problem.message.clone());
    RequestError { file, line: place.line, column: place.column, message, uid: None }
}

/// A machine puts its keys in quotes; a mapping in braces that does not is YAML.
fn is_json(text: &str) -> bool {
    let inside = text.trim_start().strip_prefix('{').map(str::trim_start);
    inside.is_some_and(|inside| inside.is_empty() || inside.starts_with(['"', '}']))
}

fn review(tree: &Arc<Tree>) -> Result<Request, RequestError> {
    let root = tree.root();
    let Some(request) = root.get("request").filter(|request| request.kind() == Kind::Map) else {
        return Err(error_at(root, "the review has no `request`", None));
    };
    let uid = text(request, "uid", None)?;
    let uid = Some(uid.as_str()).filter(|uid| !uid.is_empty());
    let uid = uid.ok_or_else(|| error_at(request, "the request has no `uid`", None))?;
    let kind = gvk(request, "kind", "kind", uid)?;
    let asked =
        if request.get("requestSubResource").is_some() { "requestSubResource" } else { "subResource" };
    let (object, why_object) = object(tree, request, "object", &kind);
    let (old, why_old) = self::object(tree, request, "oldObject", &kind);
    Ok(Request {
        uid: uid.to_owned(),
        resource: gvk(request, "resource", "resource", uid)?,
        subresource: text(request, asked, Some(uid))?,
        name: text(request, "name", Some(uid))?,
        namespace: text(request, "namespace", Some(uid))?,
        operation: operation(request, uid)?,
        user: user(request, uid)?,
        options: request.get("options").filter(|node| node.kind() == Kind::Map).map(crate::value::of),
        dry_run: dry_run(request, uid)?,
        kind,
        object,
        old,
        undecoded: Undecoded { object: why_object, old: why_old },
    })
}

fn operation(request: Node<'_>, uid: &str) -> Result<Operation, RequestError> {
    match text(request, "operation", Some(uid))?.as_str() {
        "CREATE" => Ok(Operation::Create),
        "UPDATE" => Ok(Operation::Update),
        "DELETE" => Ok(Operation::Delete),
        "CONNECT" => Ok(Operation::Connect),
        other => {
            let at = request.get("operation").unwrap_or(request);
            let message = format!("`operation` is `{other}`, expected CREATE, UPDATE, DELETE or CONNECT");
            Err(error_at(at, message, Some(uid)))
        }
    }
}

fn dry_run(request: Node<'_>, uid: &str) -> Result<DryRun, RequestError> {
    match request.get("dryRun").map(|node| (node, node.bool())) {
        Some((_, Some(true))) => Ok(DryRun::Yes),
        None | Some((_, Some(false))) => Ok(DryRun::No),
        Some((node, None)) => Err(error_at(node, "`dryRun` takes a boolean", Some(uid))),
    }
}

/// A text that may be missing and may not be anything else.
fn text(node: Node<'_>, key: &str, uid: Option<&str>) -> Result<String, RequestError> {
    match node.get(key).map(|value| (value, value.str())) {
        None => Ok(String::new()),
        Some((_, Some(text))) => Ok(text.to_owned()),
        Some((value, None)) => {
            Err(error_at(value, format!("`{key}` is {}, expected a string", value.kind().word()), uid))
        }
    }
}

fn gvk(request: Node<'_>, key: &str, last: &str, uid: &str) -> Result<Gvk, RequestError> {
    let missing = || error_at(request, format!("the request has no `{key}`"), Some(uid));
    let node = request.get(key).ok_or_else(missing)?;
    let part = |key: &str| text(node, key, Some(uid));
    let gvk = Gvk { group: part("group")?, version: part("version")?, name: part(last)? };
    if gvk.name.is_empty() {
        return Err(error_at(node, format!("`{key}.{last}` is missing"), Some(uid)));
    }
    Ok(gvk)
}

fn user(request: Node<'_>, uid: &str) -> Result<User, RequestError> {
    let Some(info) = request.get("userInfo") else { return Ok(User::default()) };
    let mut extra = BTreeMap::new();
    for (node, key) in [(Some(info), "userInfo"), (info.get("extra"), "extra")] {
        if let Some(node) = node.filter(|node| node.kind() != Kind::Map) {
            let message = format!("`{key}` is {}, expected a mapping", node.kind().word());
            return Err(error_at(node, message, Some(uid)));
        }
    }
    for (key, values) in info.get("extra").into_iter().flat_map(Node::entries) {
        extra.insert(key.key_text().into_owned(), texts(Some(values), "extra", uid)?);
    }
    Ok(User {
        name: text(info, "username", Some(uid))?,
        uid: text(info, "uid", Some(uid))?,
        groups: texts(info.get("groups"), "groups", uid)?,
        extra,
    })
}

/// A list of strings that may be missing.
fn texts(list: Option<Node<'_>>, key: &str, uid: &str) -> Result<Vec<String>, RequestError> {
    let wrong = |item| error_at(item, format!("`{key}` is a list of strings"), Some(uid));
    if let Some(list) = list.filter(|list| list.kind() != Kind::Seq) {
        return Err(wrong(list));
    }
    let items = list.into_iter().flat_map(Node::items);
    items.map(|item| item.str().map(str::to_owned).ok_or_else(|| wrong(item))).collect()
}

/// An object of the review; what is not one is said by whoever needs it.
fn object(tree: &Arc<Tree>, request: Node<'_>, key: &str, kind: &Gvk) -> (Option<Object>, Option<String>) {
    let Some(node) = request.get(key) else { return (None, None) };
    if node.kind() != Kind::Map {
        return (None, Some(format!("`{key}` takes a mapping, not {}", node.kind().word())));
    }
    let version = &kind.version;
    let api_version =
        if kind.group.is_empty() { version.clone() } else { format!("{}/{version}", kind.group) };
    match object_at(tree, node, Some((api_version, kind.name.clone()))) {
        Ok(object) => {
            let why = misfit(&object);
            (Some(object), why)
        }
        Err(why) => (None, Some(why)),
    }
}
