//! `hostNamespaces`.

use object::Pod;

use super::Refusal;

pub(crate) fn namespaces<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    let shared: Vec<_> =
        ["hostNetwork", "hostPID", "hostIPC"].into_iter().filter(|field| pod.is_set(field)).collect();
    (!shared.is_empty()).then(|| Refusal {
        reason: "host namespaces",
        detail: shared.iter().map(|field| format!("{field}=true")).collect::<Vec<_>>().join(", "),
        sites: shared.iter().map(|field| pod.site(field)).collect(),
    })
}
