//! Which variables does an expression of a policy see, and of which types are they?
//!
//! As k8s.io/apiserver 0.37 declares them (`pkg/admission/plugin/cel/compile.go`, `composition.go`).

use object::{Version, v};

use super::library;
use crate::cel::{Env, Type};

/// Collects what an expression may refer to.
#[derive(Clone, Debug)]
pub struct Environment {
    env: Env,
}

impl Environment {
    /// What every server knows by now, and so what it accepts in policies that are stored already.
    pub const NEWEST: Version = v(1, 37);

    /// The language and the libraries of a version, without variables.
    pub fn libraries(version: Version) -> Self {
        let env = library::LIBRARIES.iter().fold(Env::new(version), |env, functions| env.library(functions));
        if version < v(1, 30) {
            return Self { env };
        }
        // The others are of types that have no name.
        Self {
            env: env
                .declare_type("net.IP", Type::opaque("net.IP"))
                .declare_type("net.CIDR", Type::opaque("net.CIDR")),
        }
    }

    /// What every expression of admission sees: `object`, `oldObject`, `request` and `namespaceObject`.
    pub fn admission(version: Version) -> Self {
        let env =
            NAMESPACE.iter().chain(REQUEST).fold(Self::libraries(version).env, |env, (name, fields)| {
                let fields: Vec<(&str, Type)> =
                    fields.iter().map(|(field, of)| (*field, declared(of))).collect();
                env.declare_object(name, &fields)
            });
        let env = env
            .declare("object", Type::Dyn)
            .declare("oldObject", Type::Dyn)
            .declare("namespaceObject", Type::object("kubernetes.Namespace"))
            .declare("request", Type::object("kubernetes.AdmissionRequest"));
        Self { env }
    }

    /// Declares `params`.
    #[must_use]
    pub fn with_params(self) -> Self {
        Self { env: self.env.declare("params", Type::Dyn) }
    }

    /// Declares `authorizer` and `authorizer.requestResource`.
    #[must_use]
    pub fn with_authorizer(self) -> Self {
        let env = self
            .env
            .declare("authorizer", Type::opaque("kubernetes.authorization.Authorizer"))
            .declare("authorizer.requestResource", Type::opaque("kubernetes.authorization.ResourceCheck"));
        Self { env }
    }

    /// Declares `variables` with a field for each that is composed so far.
    #[must_use]
    pub fn with_variables(self, variables: &[(&str, &Type)]) -> Self {
        let fields: Vec<(&str, Type)> = variables.iter().map(|(name, of)| (*name, composed(of))).collect();
        let env = self.env.declare_object("kubernetes.variables", &fields);
        Self { env: env.declare("variables", Type::object("kubernetes.variables")) }
    }

    /// Declares what mutations are made of: `Object`, `JSONPatch` and `jsonpatch.escapeKey`.
    #[must_use]
    pub fn with_mutations(self) -> Self {
        let patch =
            [("op", Type::String), ("path", Type::String), ("from", Type::String), ("value", Type::Dyn)];
        Self {
            env: self
                .env
                .declare_open_object("Object")
                .declare_object("JSONPatch", &patch)
                .library(library::MUTATION),
        }
    }

    /// The environment to compile in, as far as it is declared.
    pub fn env(&self) -> &Env {
        &self.env
    }

    /// The environment to compile in.
    pub fn finish(self) -> Env {
        self.env
    }
}

/// What upstream keeps of the type of a variable: anything of its own or of a library is dyn.
fn composed(of: &Type) -> Type {
    match of {
        Type::Bool
        | Type::Bytes
        | Type::Double
        | Type::Duration
        | Type::Int
        | Type::Null
        | Type::String
        | Type::Timestamp
        | Type::Uint => of.clone(),
        Type::List(element) => Type::list(composed(element)),
        Type::Map(key, value) => Type::map(composed(key), composed(value)),
        _ => Type::Dyn,
    }
}

/// A type of the tables below: one of them, or one of the language.
fn declared(of: &str) -> Type {
    if let Some(element) = of.strip_prefix("list(kubernetes.") {
        return Type::list(Type::object(&format!("kubernetes.{}", element.trim_end_matches(')'))));
    }
    if of.starts_with("kubernetes.") { Type::object(of) } else { Type::read(of).unwrap_or(Type::Dyn) }
}

type ObjectType = (&'static str, &'static [(&'static str, &'static str)]);

const REQUEST: &[ObjectType] = &[
    ("kubernetes.GroupVersionKind", &[("group", "string"), ("version", "string"), ("kind", "string")]),
    (
        "kubernetes.GroupVersionResource",
        &[("group", "string"), ("version", "string"), ("resource", "string")],
    ),
    (
        "kubernetes.UserInfo",
        &[
            ("username", "string"),
            ("uid", "string"),
            ("groups", "list(string)"),
            ("extra", "map(string, list(string))"),
        ],
    ),
    (
        "kubernetes.AdmissionRequest",
        &[
            ("kind", "kubernetes.GroupVersionKind"),
            ("resource", "kubernetes.GroupVersionResource"),
            ("subResource", "string"),
            ("requestKind", "kubernetes.GroupVersionKind"),
            ("requestResource", "kubernetes.GroupVersionResource"),
            ("requestSubResource", "string"),
            ("name", "string"),
            ("namespace", "string"),
            ("operation", "string"),
            ("userInfo", "kubernetes.UserInfo"),
            ("dryRun", "bool"),
            ("options", "dyn"),
        ],
    ),
];

const NAMESPACE: &[ObjectType] = &[
    ("kubernetes.NamespaceSpec", &[("finalizers", "list(string)")]),
    (
        "kubernetes.NamespaceCondition",
        &[
            ("status", "string"),
            ("type", "string"),
            ("lastTransitionTime", "timestamp"),
            ("message", "string"),
            ("reason", "string"),
        ],
    ),
    (
        "kubernetes.NamespaceStatus",
        &[("conditions", "list(kubernetes.NamespaceCondition)"), ("phase", "string")],
    ),
    (
        "kubernetes.NamespaceMetadata",
        &[
            ("name", "string"),
            ("generateName", "string"),
            ("namespace", "string"),
            ("labels", "map(string, string)"),
            ("annotations", "map(string, string)"),
            // In capitals, unlike in the object itself: no expression can read it.
            ("UID", "string"),
            ("creationTimestamp", "timestamp"),
            ("deletionGracePeriodSeconds", "int"),
            ("deletionTimestamp", "timestamp"),
            ("generation", "int"),
            ("resourceVersion", "string"),
            ("finalizers", "list(string)"),
        ],
    ),
    (
        "kubernetes.Namespace",
        &[
            ("metadata", "kubernetes.NamespaceMetadata"),
            ("spec", "kubernetes.NamespaceSpec"),
            ("status", "kubernetes.NamespaceStatus"),
        ],
    ),
];
