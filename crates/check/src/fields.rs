//! Which values of an object have a type, and which one?
//!
//! The one walk over an object beside the field table, for rules that judge names and types of fields.

use object::schema::{Field, Kind, Type, named};
use object::{Kind as Shape, Node, Object, Pod};

/// A value with what Kubernetes knows of it.
pub(crate) struct Value<'a, 'k> {
    pub(crate) node: Node<'a>,
    pub(crate) kind: &'k Kind,
    /// The field it stands in and the type that has it; nothing for list items and values of free keys.
    pub(crate) field: Option<(&'static Type, &'static Field)>,
}

impl Value<'_, '_> {
    /// The type whose fields the keys of the value must be.
    pub(crate) fn holds(&self) -> Option<&'static Type> {
        match self.kind {
            Kind::Struct(name) if self.node.kind() == Shape::Map => named(name),
            _ => None,
        }
    }
}

/// Where a walk goes after a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    Inside,
    Past,
}

/// Shows every value of an object of a workload kind that the table knows, parents first.
///
/// What stands below an unknown key, or where another type is expected, is not shown.
pub(crate) fn of_object<'a>(object: &'a Object, see: &mut dyn FnMut(&Value<'a, '_>) -> Then) {
    let native = matches!(object.group(), "" | "apps" | "batch");
    if let Some(kind) = named(object.kind()).filter(|_| native) {
        let kind = &Kind::Struct(kind.name);
        visit(&Value { node: object.root(), kind, field: None }, see);
    }
}

/// The same below the `spec` of a pod, whichever object carries it.
pub(crate) fn of_pod<'a>(pod: &Pod<'a>, see: &mut dyn FnMut(&Value<'a, '_>) -> Then) {
    visit(&Value { node: pod.spec(), kind: &Kind::Struct("PodSpec"), field: None }, see);
}

/// Whether a field decides what a pod may do to its node and its neighbours.
pub(crate) fn is_security_field(holder: &Type, field: &str) -> bool {
    match holder.name {
        "SecurityContext"
        | "PodSecurityContext"
        | "AppArmorProfile"
        | "SeccompProfile"
        | "Capabilities"
        | "SELinuxOptions"
        | "WindowsSecurityContextOptions" => true,
        "PodSpec" => matches!(
            field,
            "securityContext"
                | "hostNetwork"
                | "hostPID"
                | "hostIPC"
                | "hostUsers"
                | "shareProcessNamespace"
                | "automountServiceAccountToken"
                | "serviceAccountName"
                | "runtimeClassName"
                | "os"
        ),
        "Container" | "EphemeralContainer" => field == "securityContext",
        "VolumeMount" => matches!(field, "readOnly" | "recursiveReadOnly"),
        _ => false,
    }
}

fn visit<'a>(value: &Value<'a, '_>, see: &mut dyn FnMut(&Value<'a, '_>) -> Then) {
    if see(value) == Then::Past {
        return;
    }
    match value.kind {
        Kind::List(item) => {
            value.node.items().for_each(|node| visit(&Value { node, kind: item, field: None }, see));
        }
        Kind::Map(item) => {
            value.node.entries().for_each(|(_, node)| visit(&Value { node, kind: item, field: None }, see));
        }
        Kind::Struct(_) => {
            let Some(holder) = value.holds() else { return };
            for (key, node) in value.node.entries() {
                if let Some(field) = key.text().and_then(|name| holder.field(name)) {
                    visit(&Value { node, kind: &field.kind, field: Some((holder, field)) }, see);
                }
            }
        }
        _ => {}
    }
}
