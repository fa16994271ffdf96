//! What did a policy change, and how is that written into the pod?

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::pod::{Capabilities, Container, Facts, Label, RunAs};

/// New values by their JSON pointers from the pod; a policy only adds and replaces.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// The pointers with their values, sorted.
    pub values: BTreeMap<String, Value>,
}

impl Changes {
    /// One annotation.
    pub(super) fn annotated(key: &str, text: &str) -> Self {
        let mut changes = Self::default();
        changes.annotate(key, text);
        changes
    }

    pub(super) fn annotate(&mut self, key: &str, text: &str) {
        self.set(&format!("/metadata/annotations/{}", escaped(key)), text.into());
    }

    pub(super) fn set(&mut self, pointer: &str, value: Value) {
        self.values.insert(pointer.to_owned(), value);
    }

    /// What a policy made of a pod; both have the same containers.
    pub(super) fn between(before: &Facts<'_>, after: &Facts<'_>) -> Self {
        let mut changes = Self::default();
        let context = "/spec/securityContext";
        if before.seccomp.annotation != after.seccomp.annotation
            && let Some(profile) = &after.seccomp.annotation
        {
            changes.annotate("seccomp.security.alpha.kubernetes.io/pod", profile);
        }
        changes.note(context, "fsGroup", before.fs_group, after.fs_group);
        changes.note(
            context,
            "supplementalGroups",
            before.supplemental_groups.as_deref(),
            after.supplemental_groups.as_deref(),
        );
        changes.note("/spec", "runtimeClassName", before.runtime_class, after.runtime_class);
        changes.run_as(context, &before.run_as, &after.run_as);
        for (before, after) in before.containers.iter().zip(&after.containers) {
            changes.container(before, after);
        }
        changes
    }

    fn container(&mut self, before: &Container<'_>, after: &Container<'_>) {
        let context = format!("/spec/{}/{}/securityContext", after.list, after.index);
        self.run_as(&context, &before.run_as, &after.run_as);
        self.note(&context, "readOnlyRootFilesystem", before.read_only_root, after.read_only_root);
        self.note(&context, "allowPrivilegeEscalation", before.allow_escalation, after.allow_escalation);
        if before.app_armor != after.app_armor {
            let key = format!("container.apparmor.security.beta.kubernetes.io/{}", after.name);
            self.annotate(&key, &after.app_armor);
        }
        let capabilities = |container: &Container<'_>| container.capabilities.as_ref().map(written);
        self.note(&context, "capabilities", capabilities(before), capabilities(after));
    }

    fn run_as(&mut self, context: &str, before: &RunAs<'_>, after: &RunAs<'_>) {
        self.note(context, "runAsUser", before.user, after.user);
        self.note(context, "runAsGroup", before.group, after.group);
        self.note(context, "runAsNonRoot", before.non_root, after.non_root);
        self.note(context, "seLinuxOptions", before.se_linux.map(label), after.se_linux.map(label));
    }

    fn note<T: Into<Value>>(&mut self, context: &str, key: &str, before: Option<T>, after: Option<T>) {
        let (before, after) = (before.map(Into::into), after.map(Into::into));
        if let Some(value) = after.filter(|after| before.as_ref() != Some(after)) {
            self.set(&format!("{context}/{key}"), value);
        }
    }

    /// Writes the values into a pod; what is missing on the way to one is made.
    pub fn apply(&self, pod: &mut Value) {
        for (pointer, value) in &self.values {
            let steps: Vec<String> = pointer.split('/').skip(1).map(unescaped).collect();
            if let Some(place) = steps.iter().try_fold(&mut *pod, |above, step| below(above, step)) {
                *place = value.clone();
            }
        }
    }
}

/// The place under a key or at an index; a list keeps its length.
fn below<'v>(above: &'v mut Value, step: &str) -> Option<&'v mut Value> {
    if above.is_null() {
        *above = Value::Object(Map::new());
    }
    match above {
        Value::Object(map) => Some(map.entry(step).or_insert(Value::Null)),
        Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    }
}

fn written(capabilities: &Capabilities<'_>) -> Value {
    let mut map = Map::new();
    for (key, list) in [("add", &capabilities.add), ("drop", &capabilities.drop)] {
        if let Some(list) = list {
            map.insert(key.to_owned(), json!(list));
        }
    }
    Value::Object(map)
}

fn label(label: Label<'_>) -> Value {
    let parts = [("user", label.user), ("role", label.role), ("type", label.kind), ("level", label.level)];
    let written = parts.into_iter().filter(|(_, text)| !text.is_empty());
    Value::Object(written.map(|(key, text)| (key.to_owned(), text.into())).collect())
}

/// A key as a step of a JSON pointer (RFC 6901).
pub(super) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn unescaped(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}
