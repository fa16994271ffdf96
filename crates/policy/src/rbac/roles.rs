//! Which rules does a role have? One that is an aggregate has those of the roles it chooses, and no others:
//! the controller manager overwrites what else is written there.

use std::collections::{BTreeMap, BTreeSet};

use object::{Inventory, Kind, Node, Object};

use super::GROUP;
use super::rule::Rule;
use crate::selector::Selector;

pub(super) struct Roles {
    cluster: BTreeMap<String, Vec<Rule>>,
    namespaced: BTreeMap<(String, String), Vec<Rule>>,
}

impl Roles {
    pub(super) fn of(inventory: &Inventory) -> Self {
        let all: Vec<&Object> = inventory.of_kind(GROUP, "ClusterRole").collect();
        let cluster = all.iter().map(|role| (role.name().to_owned(), aggregated(role, &all))).collect();
        let namespaced = inventory.of_kind(GROUP, "Role");
        let namespaced = namespaced
            .map(|role| ((role.namespace().to_owned(), role.name().to_owned()), written(role)))
            .collect();
        Self { cluster, namespaced }
    }

    pub(super) fn cluster(&self, name: &str) -> Option<Vec<Rule>> {
        self.cluster.get(name).cloned()
    }

    pub(super) fn namespaced(&self, namespace: &str, name: &str) -> Option<Vec<Rule>> {
        self.namespaced.get(&(namespace.to_owned(), name.to_owned())).cloned()
    }
}

fn written(role: &Object) -> Vec<Rule> {
    role.at("rules").into_iter().flat_map(Node::items).filter_map(Rule::read).collect()
}

/// The rules of a role and of all it takes in, each role once: aggregates may choose aggregates, and each
/// other.
fn aggregated(role: &Object, all: &[&Object]) -> Vec<Rule> {
    let (mut rules, mut seen, mut waiting) = (Vec::new(), BTreeSet::from([role.name()]), vec![role]);
    while let Some(role) = waiting.pop() {
        let Some(selectors) = selectors(role) else {
            rules.extend(written(role));
            continue;
        };
        for other in all {
            let label = |key: &str| other.at("metadata.labels")?.get(key)?.str();
            if selectors.iter().any(|selector| selector.chooses(&label)) && seen.insert(other.name()) {
                waiting.push(other);
            }
        }
    }
    rules
}

/// What an aggregate chooses by; nothing for any other role. A selector that makes no sense chooses nothing.
fn selectors(role: &Object) -> Option<Vec<Selector>> {
    let aggregation = role.at("aggregationRule")?;
    // One that cannot be read is an aggregate all the same, of nothing.
    let list = aggregation.get("clusterRoleSelectors").filter(|list| list.kind() == Kind::Seq);
    let nodes = list.into_iter().flat_map(Node::items).filter(|node| node.kind() == Kind::Map);
    let known = |node: &Node<'_>| {
        node.entries().all(|(key, value)| match key.key_text().as_ref() {
            "matchLabels" => value.kind() == Kind::Map,
            "matchExpressions" => value.kind() == Kind::Seq,
            _ => false,
        })
    };
    Some(nodes.filter(known).filter_map(|node| Selector::read(node).ok()).collect())
}
