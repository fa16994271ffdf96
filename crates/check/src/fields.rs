//! Which values of an object have a type, and which one?
//!
//! The one walk over an object beside the field table, for rules that judge names and types of fields: done
//! once for an object, asked by each of them.

use std::borrow::Cow;

use object::schema::{Field, Kind, Type, named};
use object::{Kind as Shape, Node, Object, Pod};

/// The values that Kubernetes knows of one object, or of the part of it that is a pod.
///
/// What stands below an unknown key, or where another type is expected, is not among them.
#[derive(Debug)]
pub struct Fields<'f, 'a> {
    /// Parents before what they hold, in the order of the text.
    values: Cow<'f, [Value<'a>]>,
}

/// A value with what Kubernetes knows of it.
#[derive(Clone, Debug)]
pub(crate) struct Value<'a> {
    pub(crate) node: Node<'a>,
    pub(crate) kind: Kind,
    /// The field it stands in and the type that has it; nothing for list items and values of free keys.
    pub(crate) field: Option<(&'static Type, &'static Field)>,
    /// The type whose fields the keys of the value must be.
    pub(crate) holds: Option<&'static Type>,
    /// Whether one of its keys is no field of that type.
    pub(crate) holds_unknown: bool,
    /// How many of the values that follow it stand inside it.
    inside: usize,
}

/// Where a rule goes after a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    Inside,
    Past,
}

impl<'f, 'a> Fields<'f, 'a> {
    /// Those of an object of a workload kind that the table knows; of any other kind none.
    pub(crate) fn of_object(object: &'a Object) -> Self {
        let native = matches!(object.group(), "" | "apps" | "batch");
        Self::below(object.root(), named(object.kind()).filter(|_| native))
    }

    /// Those of the `spec` of a pod, whichever object carries it: a part of the object's, if it has any.
    pub(crate) fn of_pod(pod: &Pod<'a>, object: &'f Self) -> Self {
        let start = object.values.iter().position(|value| value.node.is(pod.spec()));
        let part =
            start.and_then(|start| object.values.get(start..=start + object.values.get(start)?.inside));
        match part {
            Some(part) => Self { values: Cow::Borrowed(part) },
            None => Self::below(pod.spec(), named("PodSpec")),
        }
    }

    /// Shows every value to a rule, parents first.
    pub(crate) fn each(&self, mut see: impl FnMut(&Value<'a>) -> Then) {
        let mut at = 0;
        while let Some(value) = self.values.get(at) {
            at += match see(value) {
                Then::Inside => 1,
                Then::Past => 1 + value.inside,
            };
        }
    }

    fn below(node: Node<'a>, of: Option<&Type>) -> Self {
        let mut values = Vec::new();
        if let Some(of) = of {
            collect(node, of.kind, None, &mut values);
        }
        Self { values: Cow::Owned(values) }
    }
}

/// Puts a value and all that it holds at the end of the list.
fn collect<'a>(
    node: Node<'a>,
    kind: Kind,
    field: Option<(&'static Type, &'static Field)>,
    values: &mut Vec<Value<'a>>,
) {
    let holds = match kind {
        Kind::Struct(id) if node.kind() == Shape::Map => id.get(),
        _ => None,
    };
    let place = values.len();
    values.push(Value { node, kind, field, holds, holds_unknown: false, inside: 0 });
    match kind {
        Kind::List(item) => node.items().for_each(|node| collect(node, *item, None, values)),
        Kind::Map(item) => node.entries().for_each(|(_, node)| collect(node, *item, None, values)),
        _ => {}
    }
    let mut holds_unknown = false;
    if let Some(holder) = holds {
        for (key, node) in node.entries() {
            match key.text().and_then(|name| holder.field(name)) {
                Some(field) => collect(node, field.kind, Some((holder, field)), values),
                None => holds_unknown = true,
            }
        }
    }
    let inside = values.len() - place - 1;
    if let Some(value) = values.get_mut(place) {
        (value.holds_unknown, value.inside) = (holds_unknown, inside);
    }
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
