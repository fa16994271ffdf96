//! Which names does an expression of a policy know?
//!
//! `plugin/cel/compile.go`: the variables and the types of `request` and `namespaceObject`.

use crate::cel::{Env, Type};

/// The names that not every expression knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) params: bool,
    pub(super) authorizer: bool,
    pub(super) patches: bool,
}

/// The environment of an expression that knows these names.
pub(super) fn environment(names: Names) -> Env {
    let strings = || Type::list(Type::String);
    let object = Type::object;
    let mut env = Env::new(object::Version::NEWEST)
        .declare_object(
            "kubernetes.GroupVersionKind",
            &[("group", Type::String), ("version", Type::String), ("kind", Type::String)],
        )
        .declare_object(
            "kubernetes.GroupVersionResource",
            &[("group", Type::String), ("version", Type::String), ("resource", Type::String)],
        )
        .declare_object(
            "kubernetes.UserInfo",
            &[
                ("username", Type::String),
                ("uid", Type::String),
                ("groups", strings()),
                ("extra", Type::map(Type::String, strings())),
            ],
        )
        .declare_object(
            "kubernetes.AdmissionRequest",
            &[
                ("kind", object("kubernetes.GroupVersionKind")),
                ("resource", object("kubernetes.GroupVersionResource")),
                ("subResource", Type::String),
                ("requestKind", object("kubernetes.GroupVersionKind")),
                ("requestResource", object("kubernetes.GroupVersionResource")),
                ("requestSubResource", Type::String),
                ("name", Type::String),
                ("namespace", Type::String),
                ("operation", Type::String),
                ("userInfo", object("kubernetes.UserInfo")),
                ("dryRun", Type::Bool),
                ("options", Type::Dyn),
            ],
        );
    env = namespace_types(env)
        .declare("object", Type::Dyn)
        .declare("oldObject", Type::Dyn)
        .declare("request", object("kubernetes.AdmissionRequest"))
        .declare("namespaceObject", object("kubernetes.Namespace"));
    if names.params {
        env = env.declare("params", Type::Dyn);
    }
    if names.patches {
        env = env.declare_open_object("Object").declare_object(
            "JSONPatch",
            &[("op", Type::String), ("path", Type::String), ("from", Type::String), ("value", Type::Dyn)],
        );
    }
    env
}

fn namespace_types(env: Env) -> Env {
    let strings = || Type::list(Type::String);
    let labels = || Type::map(Type::String, Type::String);
    env.declare_object(
        "kubernetes.NamespaceMetadata",
        &[
            ("name", Type::String),
            ("generateName", Type::String),
            ("namespace", Type::String),
            ("labels", labels()),
            ("annotations", labels()),
            ("UID", Type::String),
            ("creationTimestamp", Type::Timestamp),
            ("deletionGracePeriodSeconds", Type::Int),
            ("deletionTimestamp", Type::Timestamp),
            ("generation", Type::Int),
            ("resourceVersion", Type::String),
            ("finalizers", strings()),
        ],
    )
    .declare_object("kubernetes.NamespaceSpec", &[("finalizers", strings())])
    .declare_object(
        "kubernetes.NamespaceCondition",
        &[
            ("status", Type::String),
            ("type", Type::String),
            ("lastTransitionTime", Type::Timestamp),
            ("message", Type::String),
            ("reason", Type::String),
        ],
    )
    .declare_object(
        "kubernetes.NamespaceStatus",
        &[("conditions", Type::list(Type::object("kubernetes.NamespaceCondition"))), ("phase", Type::String)],
    )
    .declare_object(
        "kubernetes.Namespace",
        &[
            ("metadata", Type::object("kubernetes.NamespaceMetadata")),
            ("spec", Type::object("kubernetes.NamespaceSpec")),
            ("status", Type::object("kubernetes.NamespaceStatus")),
        ],
    )
}
