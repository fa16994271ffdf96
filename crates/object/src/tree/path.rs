//! What is the way from one node down to another?

use std::borrow::Cow;
use std::fmt::Write as _;

use super::{Kind, Node};

/// Bytes of most paths.
const PATH: usize = 56;

impl<'a> Node<'a> {
    /// Path from `root` down to this node, such as `spec.containers[0].image`.
    pub fn path_from(self, root: Node<'a>) -> String {
        self.path(root, |path, index, _| {
            let _ = write!(path, "[{index}]");
        })
    }

    /// The same with list items by what names them, such as `spec.containers[web].ports[80]`: an item put
    /// before another does not change its path. An item that nothing names is `[]`.
    pub fn path_by_name(self, root: Node<'a>) -> String {
        self.path(root, |path, _, item| {
            let _ = write!(path, "[{}]", item.name_in_list().unwrap_or_default());
        })
    }

    /// What tells an item of a list from its neighbours, as Kubernetes merges lists: a name, a port, a path.
    pub fn name_in_list(self) -> Option<Cow<'a, str>> {
        let in_list = self.parent().and_then(Node::key).and_then(Node::text).unwrap_or_default();
        let name = match self.kind() {
            Kind::Map => NAMING.iter().find_map(|path| self.at(path)),
            // An argument may be a credential, and its place in the list is its meaning.
            Kind::Seq => None,
            _ => Some(self).filter(|_| WORDS.contains(&in_list)),
        };
        let name = name.and_then(Node::text).filter(|name| name.len() <= LONGEST)?;
        let beside = BESIDE.iter().filter(|_| self.kind() == Kind::Map).find_map(|path| self.at(path));
        Some(match beside.and_then(Node::text).filter(|text| text.len() <= LONGEST) {
            Some(beside) => Cow::Owned(format!("{name}/{beside}")),
            None => Cow::Borrowed(name),
        })
    }

    fn path(self, root: Node<'a>, step: impl Fn(&mut String, usize, Node<'a>)) -> String {
        let mut steps = Vec::new();
        let mut node = self;
        while node.id != root.id {
            let Some((parent, index)) = node.place() else { break };
            steps.push((parent, index, node));
            node = parent;
        }
        let mut path = String::with_capacity(PATH);
        for (parent, index, node) in steps.into_iter().rev() {
            if parent.kind() == Kind::Seq {
                step(&mut path, index, node);
            } else {
                let key = parent.kids().get(index & !1).map(|key| self.tree.node(*key).key_text());
                push_key(&mut path, &key.unwrap_or_default());
            }
        }
        path
    }
}

/// Fields that name an item, the most telling first: two mounts may share a volume, never a path.
const NAMING: [&str; 14] = [
    "mountPath",
    "devicePath",
    "name",
    "metadata.name",
    "configMapRef.name",
    "secretRef.name",
    "key",
    "containerPort",
    "port",
    "ip",
    "topologyKey",
    "host",
    "secretName",
    "path",
];

/// Fields that tell apart what has the same name: ports of two protocols, subjects of two kinds.
const BESIDE: [&str; 2] = ["protocol", "kind"];

/// Lists of words that mean the same wherever they stand in it.
const WORDS: [&str; 14] = [
    "add",
    "drop",
    "supplementalGroups",
    "accessModes",
    "verbs",
    "resources",
    "apiGroups",
    "resourceNames",
    "nonResourceURLs",
    "externalIPs",
    "loadBalancerSourceRanges",
    "policyTypes",
    "finalizers",
    "hosts",
];

/// A longer name (in bytes) is none.
const LONGEST: usize = 256;

/// Appends a field name, in brackets where a dot would be read as a step (annotation keys).
pub(crate) fn push_key(path: &mut String, key: &str) {
    let plain = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if plain {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(key);
    } else {
        let _ = write!(path, "[{key}]");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fall over
mod tests {
    use std::sync::Arc;

    use finding::Source;

    use crate::{Limits, documents};

    #[test]
    fn list_items_go_by_what_names_them() {
        let text = "\
spec:
  containers:
  - {name: web, args: [-p, x], env: [{name: MODE, value: a}], ports: [{containerPort: 53, protocol: UDP}]}
  - {image: x, volumeMounts: [{name: data, mountPath: /data}]}
subjects: [{kind: User, name: eve}]
capabilities: {add: [SYS_ADMIN]}
";
        let source = Arc::new(Source::file("a.yaml", text.to_owned()));
        let documents = documents(&source, Limits::default());
        let root = documents.trees.first().unwrap().root();
        let leaves = |mut node: crate::Node<'_>, steps: &[usize]| {
            for step in steps {
                let mut below: Vec<_> = node.entries().map(|(_, value)| value).collect();
                below.extend(node.items());
                node = *below.get(*step).unwrap();
            }
            node.path_by_name(root)
        };
        assert_eq!(leaves(root, &[0, 0, 0, 1, 1]), "spec.containers[web].args[]");
        assert_eq!(leaves(root, &[0, 0, 0, 2, 0, 1]), "spec.containers[web].env[MODE].value");
        assert_eq!(leaves(root, &[0, 0, 0, 3, 0]), "spec.containers[web].ports[53/UDP]");
        assert_eq!(leaves(root, &[0, 0, 1, 1, 0]), "spec.containers[].volumeMounts[/data]");
        assert_eq!(leaves(root, &[1, 0]), "subjects[eve/User]");
        assert_eq!(leaves(root, &[2, 0, 0]), "capabilities.add[SYS_ADMIN]");
    }
}
