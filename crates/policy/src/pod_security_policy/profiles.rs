//! Which annotation says what a profile field says, and the other way round?
//!
//! From 1.19 to 1.24 the API server kept seccomp fields and annotations in step, on creation and after mutating
//! admission (`applySeccompVersionSkew`); PodSecurityPolicy itself speaks in the words of the annotation.

use std::borrow::Cow;

/// `securityContext.seccompProfile` in the words of the annotation; empty where there are none.
pub(super) fn seccomp_words<'a>(kind: &str, localhost: Option<&'a str>) -> Cow<'a, str> {
    match (kind, localhost) {
        ("Unconfined", _) => Cow::Borrowed("unconfined"),
        ("RuntimeDefault", _) => Cow::Borrowed("runtime/default"),
        ("Localhost", Some(path)) => Cow::Owned(format!("localhost/{path}")),
        _ => Cow::Borrowed(""),
    }
}

/// `securityContext.appArmorProfile` (1.30) in the words of the annotation; empty where there are none.
pub(super) fn app_armor_words<'a>(kind: &str, localhost: Option<&'a str>) -> Cow<'a, str> {
    seccomp_words(kind, localhost)
}

/// The seccomp field that an annotation stands for: its type, and the path of a localhost profile.
pub(super) fn seccomp_field(annotation: &str) -> Option<(&'static str, Option<&str>)> {
    match annotation {
        "unconfined" => Some(("Unconfined", None)),
        "runtime/default" | "docker/default" => Some(("RuntimeDefault", None)),
        _ => {
            let path = annotation.strip_prefix("localhost/").filter(|path| !path.is_empty())?;
            Some(("Localhost", Some(path)))
        }
    }
}
