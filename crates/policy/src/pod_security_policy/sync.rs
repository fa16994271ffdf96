//! What did the API server of 1.19 to 1.24 write beside a seccomp field or annotation? (`applySeccompVersionSkew`)
//!
//! Between the two passes of admission it gave each field its annotation and each annotation its field, where only
//! one of them was there. The validating pass sees the pod so.

use object::Pod;
use serde_json::{Value, json};

use super::changes::Changes;
use super::pod::{Facts, PodError, Seccomp};
use super::profiles::seccomp_field;

/// The fields and annotations that a new pod gets.
///
/// # Errors
/// A pod of which a field has the wrong type.
pub fn synced_seccomp(pod: Pod<'_>) -> Result<Changes, PodError> {
    let facts = Facts::read(pod)?;
    let mut changes = Changes::default();
    let key = "seccomp.security.alpha.kubernetes.io/pod";
    sync(&mut changes, &facts.seccomp, key, "/spec/securityContext/seccompProfile");
    for container in &facts.containers {
        let key = format!("container.seccomp.security.alpha.kubernetes.io/{}", container.name);
        let field = format!("/spec/{}/{}/securityContext/seccompProfile", container.list, container.index);
        sync(&mut changes, &container.seccomp, &key, &field);
    }
    Ok(changes)
}

fn sync(changes: &mut Changes, seccomp: &Seccomp<'_>, key: &str, field: &str) {
    match (&seccomp.field, seccomp.annotation.as_deref()) {
        (Some(words), None) if !words.is_empty() => changes.annotate(key, words),
        (None, Some(words)) => {
            if let Some((kind, localhost)) = seccomp_field(words) {
                changes.set(field, profile(kind, localhost));
            }
        }
        _ => {}
    }
}

fn profile(kind: &str, localhost: Option<&str>) -> Value {
    match localhost {
        Some(path) => json!({"type": kind, "localhostProfile": path}),
        None => json!({"type": kind}),
    }
}
