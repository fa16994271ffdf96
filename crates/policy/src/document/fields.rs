//! Which fields does a `Policy` have? The one table that the reader and the published schema are made of.

/// A mapping with fields of known names.
#[derive(Debug)]
pub(crate) struct Type {
    pub(crate) fields: &'static [Field],
}

/// One field.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) kind: Kind,
    pub(crate) need: Need,
}

/// Whether a field may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    Optional,
    Required,
    /// It belongs to the document, but nothing here acts on it yet: written, it is refused.
    Later,
}

/// What a field holds.
#[derive(Debug)]
pub(crate) enum Kind {
    Text,
    Bool,
    /// A day such as `2027-06-30`.
    Day,
    /// `latest`, or a version such as `"1.35"` or `v1.35`.
    Version,
    /// One of these words. Unquoted, YAML reads `off` as a boolean: it counts as the word.
    Choice(&'static [&'static str]),
    List(&'static Kind),
    /// Check ids to one of the words of a mode.
    Checks,
    /// Free keys to texts.
    Labels,
    Struct(&'static Type),
    /// One word, or a mapping.
    WordOr(&'static str, &'static Type),
    /// Any value.
    Any,
}

const MODES: &[&str] = &["enforce", "warn", "audit"];
pub(crate) const CHECK_MODES: &[&str] = &["enforce", "warn", "audit", "off"];
const LEVELS: &[&str] = &["privileged", "baseline", "restricted"];

const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Field {
    Field { name, about, kind, need: Need::Optional }
}

const fn required(name: &'static str, kind: Kind, about: &'static str) -> Field {
    Field { name, about, kind, need: Need::Required }
}

const fn later(name: &'static str, kind: Kind, about: &'static str) -> Field {
    Field { name, about, kind, need: Need::Later }
}

pub(crate) static SPEC: Type = Type {
    fields: &[
        optional("match", Kind::Struct(&MATCH), "what the policy is about; everything, when nothing is said"),
        optional(
            "mode",
            Kind::Choice(MODES),
            "enforce (the default) refuses, warn tells the user, audit the log",
        ),
        optional("podSecurity", Kind::Struct(&POD_SECURITY), "the Pod Security Standard to hold pods to"),
        optional(
            "podSecurityPolicies",
            Kind::List(&Kind::Text),
            "PodSecurityPolicy documents, by name: pods are admitted and changed as Kubernetes 1.24 did it",
        ),
        optional(
            "checks",
            Kind::Checks,
            "checks by id, each with its mode or off; `*` for all that are not named",
        ),
        optional("exemptions", Kind::Struct(&EXEMPTIONS), "whom and what the policy leaves alone"),
        optional("images", Kind::Struct(&IMAGES), "where images may come from and how they are named"),
        optional("defaults", Kind::Struct(&DEFAULTS), "what is filled in where a new pod says nothing"),
        optional("waivers", Kind::List(&Kind::Struct(&WAIVER)), "findings that somebody accepted"),
    ],
};

static MATCH: Type = Type {
    fields: &[
        optional("namespaces", Kind::List(&Kind::Text), "names of namespaces, `*` for any characters"),
        optional(
            "exclude",
            Kind::List(&Kind::Text),
            "names of namespaces that are left out, `*` for any characters",
        ),
        optional("namespaceSelector", Kind::Struct(&SELECTOR), "labels the namespace must have"),
        optional("objectSelector", Kind::Struct(&SELECTOR), "labels the object, or its old state, must have"),
    ],
};

static SELECTOR: Type = Type {
    fields: &[
        optional("matchLabels", Kind::Labels, "labels with these values"),
        optional("matchExpressions", Kind::List(&Kind::Struct(&EXPRESSION)), "all of these must hold"),
    ],
};

static EXPRESSION: Type = Type {
    fields: &[
        required("key", Kind::Text, "the label"),
        required("operator", Kind::Choice(&["In", "NotIn", "Exists", "DoesNotExist"]), "how it is compared"),
        optional("values", Kind::List(&Kind::Text), "with what, for In and NotIn"),
    ],
};

static POD_SECURITY: Type = Type {
    fields: &[
        optional("level", Kind::Choice(LEVELS), "the standard, in the mode of the policy"),
        optional("version", Kind::Version, "its version; latest, when nothing is said"),
        optional(
            "namespaceLabels",
            Kind::Bool,
            "instead of level: the labels pod-security.kubernetes.io/* of the namespace decide, as in Pod \
             Security admission",
        ),
        optional("defaults", Kind::Struct(&LABEL_DEFAULTS), "what holds for a namespace without such labels"),
    ],
};

/// The words of a `PodSecurityConfiguration`.
static LABEL_DEFAULTS: Type = Type {
    fields: &[
        optional("enforce", Kind::Choice(LEVELS), "level to refuse by; privileged, when nothing is said"),
        optional("enforce-version", Kind::Version, "its version"),
        optional("audit", Kind::Choice(LEVELS), "level to log by"),
        optional("audit-version", Kind::Version, "its version"),
        optional("warn", Kind::Choice(LEVELS), "level to warn by"),
        optional("warn-version", Kind::Version, "its version"),
    ],
};

static EXEMPTIONS: Type = Type {
    fields: &[
        optional("usernames", Kind::List(&Kind::Text), "users, by their whole names"),
        optional("namespaces", Kind::List(&Kind::Text), "namespaces, by their whole names"),
        optional(
            "runtimeClasses",
            Kind::List(&Kind::Text),
            "pods of these RuntimeClasses, by their whole names",
        ),
        optional(
            "objects",
            Kind::List(&Kind::Text),
            "objects, as Kind/namespace/name or Kind/name, `*` for any",
        ),
    ],
};

static IMAGES: Type = Type {
    fields: &[
        optional(
            "registries",
            Kind::List(&Kind::Text),
            "where images may come from, such as registry.example.com/**",
        ),
        optional("require", Kind::Choice(&["digest", "version-tag", "none"]), "how an image must be named"),
        later("pin", Kind::Bool, "rewrite tags to digests"),
        later("signedBy", Kind::Any, "who must have signed"),
        later("vulnerabilities", Kind::Any, "which known vulnerabilities are refused"),
        optional(
            "untrusted",
            Kind::WordOr("deny", &UNTRUSTED),
            "what becomes of a pod with an image of another registry: deny, or the RuntimeClass it must run under",
        ),
    ],
};

static UNTRUSTED: Type = Type {
    fields: &[required("runtimeClassName", Kind::Text, "a sandboxed RuntimeClass; set where none is")],
};

static DEFAULTS: Type = Type {
    fields: &[
        optional(
            "seccompProfile",
            Kind::Choice(&["RuntimeDefault"]),
            "spec.securityContext.seccompProfile of a pod that names none, nor any of its containers",
        ),
        optional("automountServiceAccountToken", Kind::Bool, "spec.automountServiceAccountToken"),
        optional(
            "dropCapabilities",
            Kind::List(&Kind::Choice(&["ALL"])),
            "securityContext.capabilities.drop of containers that name none and are not privileged",
        ),
        optional(
            "readOnlyRootFilesystem",
            Kind::Bool,
            "securityContext.readOnlyRootFilesystem of every container",
        ),
    ],
};

static WAIVER: Type = Type {
    fields: &[
        required("check", Kind::Text, "the id of the check"),
        required("object", Kind::Text, "Kind/namespace/name or Kind/name, `*` for any characters"),
        required("reason", Kind::Text, "why it is accepted"),
        required("owner", Kind::Text, "who answers for it"),
        required("expires", Kind::Day, "its last day"),
    ],
};
