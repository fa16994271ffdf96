//! Which of these objects are policies and bindings, and which of those are fit to be used?

mod binding;
mod form;
mod policy;
mod resources;

use object::Object;

use super::model::{Binding, Family, Policy};
use super::problem::Problem;
use crate::names;
pub(crate) use form::Form;

/// A document: what could be read of it, and what is wrong with it.
pub(crate) struct Document<T> {
    pub(crate) read: Option<T>,
    pub(crate) problems: Vec<Problem>,
}

/// Every policy and binding among the objects.
#[derive(Default)]
pub(crate) struct Documents {
    pub(crate) policies: Vec<Document<Policy>>,
    pub(crate) bindings: Vec<Document<Binding>>,
}

/// Reads the policies and bindings among `objects`; other kinds are passed over.
pub(crate) fn read<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Documents {
    let mut documents = Documents::default();
    for object in objects.into_iter().filter(|object| object.group() == GROUP) {
        let (family, is_binding) = match object.kind() {
            "ValidatingAdmissionPolicy" => (Family::Validating, false),
            "MutatingAdmissionPolicy" => (Family::Mutating, false),
            "ValidatingAdmissionPolicyBinding" => (Family::Validating, true),
            "MutatingAdmissionPolicyBinding" => (Family::Mutating, true),
            _ => continue,
        };
        let mut form = Form::new(object);
        envelope(&mut form);
        if is_binding {
            let read = binding::read(&mut form, family);
            documents.bindings.push(Document { read, problems: form.problems });
        } else {
            let read = policy::read(&mut form, family);
            documents.policies.push(Document { read, problems: form.problems });
        }
    }
    documents
}

const GROUP: &str = "admissionregistration.k8s.io";
const VERSIONS: &[&str] = &["v1", "v1beta1", "v1alpha1"];
const METADATA: &[&str] = &[
    "name",
    "generateName",
    "namespace",
    "selfLink",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
    "managedFields",
];

/// What every document has around its spec.
fn envelope(form: &mut Form<'_>) {
    let object = form.object;
    let root = object.root();
    form.known(root, &["apiVersion", "kind", "metadata", "spec", "status"]);
    let version = object.id().api_version.rsplit('/').next().unwrap_or_default();
    if !VERSIONS.contains(&version) {
        form.refuse(root, "apiVersion", form::unsupported(version, VERSIONS));
    }
    let metadata = form.map(root, "metadata", METADATA);
    match metadata.and_then(|metadata| form.text(metadata, "name")) {
        Some(name) if !name.is_empty() => {
            if let Err(message) = names::subdomain(name) {
                form.refuse(root, "metadata.name", message);
            }
        }
        _ => form.refuse(root, "metadata.name", "is required: bindings and denials call the policy by it"),
    }
    if metadata.is_some_and(|metadata| metadata.get("namespace").is_some()) {
        form.refuse(root, "metadata.namespace", "policies and bindings have no namespace: remove it");
    }
}
