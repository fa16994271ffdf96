//! What does one rule of a role allow? `pkg/apis/rbac/v1/evaluation_helpers.go` of Kubernetes, as values.

use object::{Kind, Node};

use super::Ask;
use super::fault::texts;

/// One `PolicyRule`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rule {
    verbs: Vec<String>,
    groups: Vec<String>,
    resources: Vec<String>,
    names: Vec<String>,
    urls: Vec<String>,
}

pub(super) const FIELDS: [&str; 5] = ["verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs"];
const ANY: &str = "*";

impl Rule {
    /// The rule; nothing if it is damaged: names that cannot be read would be no names, and that means all.
    pub(super) fn read(node: Node<'_>) -> Option<Self> {
        let known = node.entries().all(|(key, _)| FIELDS.contains(&key.key_text().as_ref()));
        if node.kind() != Kind::Map || !known {
            return None;
        }
        let [verbs, groups, resources, names, urls] = FIELDS.map(|field| texts(node, field));
        Some(Self { verbs: verbs?, groups: groups?, resources: resources?, names: names?, urls: urls? })
    }

    pub(super) fn allows(&self, ask: Ask<'_>) -> bool {
        match ask {
            Ask::Resource { verb, group, resource, subresource, name, .. } => {
                names(&self.verbs, verb)
                    && names(&self.groups, group)
                    && self.is_about(resource, subresource)
                    && (self.names.is_empty() || self.names.iter().any(|own| own == name))
            }
            Ask::Url { verb, path } => {
                names(&self.verbs, verb) && self.urls.iter().any(|url| covers(url, path))
            }
        }
    }

    /// `pods/exec`, `*/exec` or `*`; `pods` alone says nothing about its subresources.
    fn is_about(&self, resource: &str, subresource: &str) -> bool {
        self.resources.iter().any(|own| match own.split_once('/') {
            _ if own == ANY => true,
            None => subresource.is_empty() && own == resource,
            Some((ANY, of)) => !subresource.is_empty() && of == subresource,
            Some((of, sub)) => !subresource.is_empty() && of == resource && sub == subresource,
        })
    }
}

fn names(list: &[String], wanted: &str) -> bool {
    list.iter().any(|own| own == ANY || own == wanted)
}

/// A star at the end stands for the rest of the path; anywhere else it is a star.
fn covers(url: &str, path: &str) -> bool {
    url == ANY
        || url == path
        || url.strip_suffix(ANY).is_some_and(|_| path.starts_with(url.trim_end_matches(ANY)))
}
