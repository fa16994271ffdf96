//! Which requests do `matchConstraints` and `matchResources` mean?
//!
//! The refusals are those of `pkg/apis/admissionregistration/validation`.

use object::Node;

use super::form::{Form, unsupported};
use crate::admission_policy::model::{Family, Match, MatchPolicy, Rule, Scope};
use crate::names;
use crate::selector::{Selector, Term, Test};

const MATCH: &[&str] =
    &["namespaceSelector", "objectSelector", "resourceRules", "excludeResourceRules", "matchPolicy"];
const RULE: &[&str] = &["resourceNames", "operations", "apiGroups", "apiVersions", "resources", "scope"];
const OPERATIONS: &[&str] = &["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];

/// The match under `key`; nothing if it is not there, or if what its rules mean cannot be read.
///
/// Any other fault makes it mean more, never less: a selector with a fault chooses everything, an exclusion
/// with one excludes nothing.
pub(super) fn read<'a>(form: &mut Form<'a>, node: Node<'a>, key: &str, family: Family) -> Option<Match> {
    let node = form.map(node, key, MATCH)?;
    let policies = [("Equivalent", MatchPolicy::Equivalent), ("Exact", MatchPolicy::Exact)];
    let policy = form.choice(node, "matchPolicy", &policies, MatchPolicy::Equivalent);
    let chosen = |form: &mut Form<'a>, key: &str| {
        faultless(form, |form| selector(form, node, key)).flatten().unwrap_or_default()
    };
    let (namespaces, objects) = (chosen(form, "namespaceSelector"), chosen(form, "objectSelector"));
    let rules = rules(form, node, family);
    let excluded = form.maps(node, "excludeResourceRules", RULE);
    let excluded = excluded.into_iter().filter_map(|node| {
        let known = node.entries().all(|(key, _)| RULE.contains(&key.key_text().as_ref()));
        faultless(form, |form| rule(form, node, Family::Validating)).flatten().filter(|_| known)
    });
    let excluded = excluded.collect();
    Some(Match { policy, namespaces, objects, rules: rules?, excluded })
}

/// What is read without a new fault.
fn faultless<'a, T>(form: &mut Form<'a>, read: impl FnOnce(&mut Form<'a>) -> T) -> Option<T> {
    let before = form.problems.len();
    let value = read(form);
    (form.problems.len() == before).then_some(value)
}

/// The rules; nothing if one of them could mean more than is read of it.
fn rules<'a>(form: &mut Form<'a>, node: Node<'a>, family: Family) -> Option<Vec<Rule>> {
    let nodes = form.maps(node, "resourceRules", RULE);
    let items = node.get("resourceRules").map_or(0, |list| list.items().len());
    let wrong = node.get("resourceRules").is_some_and(|list| list.kind() != object::Kind::Seq);
    let all = nodes.len() == items && !wrong;
    let read: Vec<Option<Rule>> = nodes.into_iter().map(|node| rule(form, node, family)).collect();
    read.into_iter().collect::<Option<Vec<Rule>>>().filter(|_| all)
}

/// A rule; nothing if one of the four lists that every rule has cannot be read whole.
fn rule<'a>(form: &mut Form<'a>, node: Node<'a>, family: Family) -> Option<Rule> {
    let names = faultless(form, |form| names_of(form, node)).unwrap_or_default();
    let before = form.problems.len();
    let operations = some(form, node, "operations");
    for (item, operation) in &operations {
        if !OPERATIONS.contains(operation) {
            form.refuse(*item, "", unsupported(operation, OPERATIONS));
        } else if family == Family::Mutating && *operation == "DELETE" {
            form.refuse(*item, "", "a deletion cannot be mutated: use one of *, CONNECT, CREATE, UPDATE");
        }
    }
    let groups = some(form, node, "apiGroups");
    let versions = some(form, node, "apiVersions");
    nothing_empty(form, &versions, "version");
    let resources = some(form, node, "resources");
    nothing_empty(form, &resources, "resource");
    let is_whole = form.problems.len() == before;
    lone(form, node, "operations", &operations);
    lone(form, node, "apiGroups", &groups);
    lone(form, node, "apiVersions", &versions);
    resources_fit(form, node, &resources);
    let scopes = [("*", Scope::All), ("Cluster", Scope::Cluster), ("Namespaced", Scope::Namespaced)];
    let scope = form.choice(node, "scope", &scopes, Scope::All);
    is_whole.then(|| Rule {
        names: owned(&names),
        operations: owned(&operations),
        groups: owned(&groups),
        versions: owned(&versions),
        resources: owned(&resources),
        scope,
    })
}

fn names_of<'a>(form: &mut Form<'a>, node: Node<'a>) -> Vec<(Node<'a>, &'a str)> {
    let names = form.texts(node, "resourceNames");
    for (index, (item, name)) in names.iter().enumerate() {
        if let Err(message) = names::path_segment(name) {
            form.refuse(*item, "", message);
        }
        if names.iter().take(index).any(|(_, earlier)| earlier == name) {
            form.refuse(*item, "", format!("`{name}` is listed twice, remove one"));
        }
    }
    names
}

fn nothing_empty<'a>(form: &mut Form<'a>, texts: &[(Node<'a>, &str)], what: &str) {
    for (item, _) in texts.iter().filter(|(_, text)| text.is_empty()) {
        form.refuse(*item, "", format!("an empty {what} matches nothing, name one or use `*`"));
    }
}

fn owned(texts: &[(Node<'_>, &str)]) -> Vec<String> {
    texts.iter().map(|(_, text)| (*text).to_owned()).collect()
}

/// The strings of a list that must hold one at least.
fn some<'a>(form: &mut Form<'a>, node: Node<'a>, key: &str) -> Vec<(Node<'a>, &'a str)> {
    let wrong = node.get(key).is_some_and(|list| list.kind() != object::Kind::Seq);
    let texts = form.texts(node, key);
    if texts.is_empty() && !wrong && node.get(key).is_none_or(|list| list.items().len() == 0) {
        form.refuse(node, key, "is required: list at least one, `*` means all");
    }
    texts
}

/// Refuses `*` beside anything else.
fn lone<'a>(form: &mut Form<'a>, node: Node<'a>, key: &str, texts: &[(Node<'a>, &str)]) {
    if texts.len() > 1 && texts.iter().any(|(_, text)| *text == "*") {
        form.refuse(node, key, "`*` already means all: remove it or the others");
    }
}

fn resources_fit<'a>(form: &mut Form<'a>, node: Node<'a>, resources: &[(Node<'a>, &str)]) {
    let mut whole = Vec::new();
    let mut everywhere = Vec::new();
    for (item, text) in resources {
        let Some((resource, subresource)) = text.split_once('/') else {
            continue;
        };
        if whole.contains(&resource) {
            form.refuse(*item, "", format!("`{resource}/*` already covers it, remove one"));
        }
        if everywhere.contains(&subresource) {
            form.refuse(*item, "", format!("`*/{subresource}` already covers it, remove one"));
        }
        if subresource == "*" {
            whole.push(resource);
        }
        if resource == "*" {
            everywhere.push(subresource);
        }
    }
    let plain = |text: &str| !text.contains('/') && text != "*";
    if resources.len() > 1 && resources.iter().any(|(_, text)| *text == "*/*") {
        form.refuse(
            node,
            "resources",
            "`*/*` already means all resources and subresources: remove it or the others",
        );
    }
    // Upstream looks at the last entry without a subresource only.
    let last = resources.iter().rev().find(|(_, text)| !text.contains('/') && !text.is_empty());
    if resources.iter().any(|(_, text)| *text == "*") && last.is_some_and(|(_, text)| plain(text)) {
        form.refuse(
            node,
            "resources",
            "`*` already means all resources: remove it or the others without subresource",
        );
    }
}

/// A label selector, validated as strictly as the API does for these kinds.
pub(super) fn selector<'a>(form: &mut Form<'a>, node: Node<'a>, key: &str) -> Option<Selector> {
    let node = form.map(node, key, &["matchLabels", "matchExpressions"])?;
    let mut terms = Vec::new();
    if let Some(labels) = form.typed(node, "matchLabels", object::Kind::Map) {
        for (name, value) in labels.entries() {
            let name = name.key_text().into_owned();
            let Some(text) = value.str() else {
                form.refuse(
                    value,
                    "",
                    format!("must be a string, but is {}: put it in quotes", value.kind().word()),
                );
                continue;
            };
            for verdict in [names::qualified(&name), names::label_value(text)] {
                if let Err(message) = verdict {
                    form.refuse(value, "", message);
                }
            }
            terms.push(Term { key: name, test: Test::In(vec![text.to_owned()]) });
        }
    }
    for node in form.maps(node, "matchExpressions", &["key", "operator", "values"]) {
        terms.extend(expression(form, node));
    }
    Some(Selector { terms })
}

fn expression<'a>(form: &mut Form<'a>, node: Node<'a>) -> Option<Term> {
    let key = form.required(node, "key", "name the label").map(str::to_owned);
    if let Some(Err(message)) = key.as_deref().map(names::qualified) {
        form.refuse(node, "key", message);
    }
    let values = form.texts(node, "values");
    for (item, value) in &values {
        if let Err(message) = names::label_value(value) {
            form.refuse(*item, "", message);
        }
    }
    let values = owned(&values);
    let is_empty = node.get("values").is_none_or(|list| list.items().len() == 0);
    let test = match form.required(node, "operator", "use one of In, NotIn, Exists, DoesNotExist")? {
        "In" => Test::In(values),
        "NotIn" => Test::NotIn(values),
        "Exists" => Test::Exists,
        "DoesNotExist" => Test::DoesNotExist,
        other => {
            form.refuse(node, "operator", unsupported(other, &["In", "NotIn", "Exists", "DoesNotExist"]));
            return None;
        }
    };
    match test {
        Test::In(_) | Test::NotIn(_) if is_empty => {
            form.refuse(node, "values", "is required with In and NotIn: list at least one value");
        }
        Test::Exists | Test::DoesNotExist if !is_empty => {
            form.refuse(node, "values", "must not be given with Exists and DoesNotExist: remove it");
        }
        _ => {}
    }
    Some(Term { key: key?, test })
}
