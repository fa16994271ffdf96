//! What else is in the cluster that a decision looks at: namespaces, parameters, kinds?

use std::collections::BTreeMap;
use std::sync::Arc;

use object::Object;
use serde_json::{Value, json};

use super::model::{Missing, ParamChoice, ParamKind, ParamRef};
use super::request::GroupVersionKind;
use super::served;

/// The objects a decision may look up.
///
/// A copy shares them: one that knows a namespace more costs little.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    namespaces: BTreeMap<String, Arc<Value>>,
    objects: Arc<BTreeMap<GroupVersionKind, ByName>>,
    /// Kinds that custom resource definitions add.
    custom: Arc<BTreeMap<GroupVersionKind, Scope>>,
}

/// Objects of a kind by namespace and name.
type ByName = BTreeMap<(String, String), Value>;

/// Whether objects of a kind lie in namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// They do.
    Namespaced,
    /// They do not.
    Cluster,
}

/// Built-in kinds without a namespace, of the API groups that are served by default.
const CLUSTER_SCOPED: &[&str] = &[
    "Namespace",
    "Node",
    "PersistentVolume",
    "ComponentStatus",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "CustomResourceDefinition",
    "APIService",
    "TokenReview",
    "SelfSubjectReview",
    "SelfSubjectAccessReview",
    "SelfSubjectRulesReview",
    "SubjectAccessReview",
    "CertificateSigningRequest",
    "ClusterTrustBundle",
    "FlowSchema",
    "PriorityLevelConfiguration",
    "IngressClass",
    "IPAddress",
    "ServiceCIDR",
    "RuntimeClass",
    "ClusterRole",
    "ClusterRoleBinding",
    "DeviceClass",
    "ResourceSlice",
    "PriorityClass",
    "CSIDriver",
    "CSINode",
    "StorageClass",
    "VolumeAttachment",
    "VolumeAttributesClass",
];

impl Cluster {
    /// A cluster of these objects; of two with one name the last one counts.
    pub fn new<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Self {
        let mut cluster = Self::default();
        let (definitions, others): (Vec<&Object>, Vec<&Object>) =
            objects.into_iter().partition(|object| object.kind() == "CustomResourceDefinition");
        for object in definitions.into_iter().chain(others) {
            cluster.add(object);
        }
        cluster
    }

    /// Gives a namespace labels instead of its own.
    pub fn label(&mut self, namespace: &str, labels: &BTreeMap<String, String>) {
        let mut value = self.namespace(namespace);
        if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.insert("labels".to_owned(), json!(labels));
        }
        complete_namespace(&mut value, namespace);
        self.namespaces.insert(namespace.to_owned(), Arc::new(value));
    }

    /// Adds a namespace, or replaces it.
    pub fn learn(&mut self, namespace: &Object) {
        let mut value = served::as_served(crate::value::of(namespace.root()));
        complete_namespace(&mut value, namespace.name());
        self.namespaces.insert(namespace.name().to_owned(), Arc::new(value));
    }

    fn add(&mut self, object: &Object) {
        let id = object.id();
        let kind = GroupVersionKind::of(&id.api_version, &id.kind);
        let mut value = served::as_served(crate::value::of(object.root()));
        if id.api_version == "v1" && id.kind == "Namespace" {
            complete_namespace(&mut value, &id.name);
            self.namespaces.insert(id.name.clone(), Arc::new(value.clone()));
        }
        if id.kind == "CustomResourceDefinition" {
            self.define(&value);
        }
        let namespace = match self.scope(&kind) {
            Some(Scope::Cluster) => String::new(),
            Some(Scope::Namespaced) => object.namespace().to_owned(),
            None => id.namespace.clone().unwrap_or_default(),
        };
        Arc::make_mut(&mut self.objects).entry(kind).or_default().insert((namespace, id.name.clone()), value);
    }

    fn define(&mut self, definition: &Value) {
        let text =
            |path: &str| definition.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        let scope = if text("/spec/scope") == "Cluster" { Scope::Cluster } else { Scope::Namespaced };
        let versions = definition.pointer("/spec/versions").and_then(Value::as_array);
        for version in versions.into_iter().flatten().filter_map(|version| version.get("name")?.as_str()) {
            let (group, kind) = (text("/spec/group"), text("/spec/names/kind"));
            Arc::make_mut(&mut self.custom)
                .insert(GroupVersionKind { group, version: version.to_owned(), kind }, scope);
        }
    }

    /// Where objects of a kind lie, if the kind is known: built in, defined here, or there are such objects.
    pub fn scope(&self, kind: &GroupVersionKind) -> Option<Scope> {
        if served::kind(&kind.api_version(), &kind.kind).is_some() || is_built_in(kind) {
            let cluster = CLUSTER_SCOPED.contains(&kind.kind.as_str());
            return Some(if cluster { Scope::Cluster } else { Scope::Namespaced });
        }
        if let Some(scope) = self.custom.get(kind) {
            return Some(*scope);
        }
        let objects = self.objects.get(kind)?;
        let somewhere = objects.keys().any(|(namespace, _)| !namespace.is_empty());
        Some(if somewhere { Scope::Namespaced } else { Scope::Cluster })
    }

    pub(crate) fn has_namespace(&self, name: &str) -> bool {
        self.namespaces.contains_key(name)
    }

    /// The namespace of that name. One that was not given is taken to exist with the label every namespace
    /// has: requests into namespaces that do not exist never come as far as a policy.
    pub(crate) fn namespace(&self, name: &str) -> Value {
        if let Some(known) = self.namespaces.get(name) {
            return Value::clone(known);
        }
        let assumed = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        let mut value = served::as_served(assumed);
        complete_namespace(&mut value, name);
        value
    }

    /// The parameters a binding means for a request in `namespace`; one `None` where the policy has none.
    pub(crate) fn params(
        &self,
        kind: Option<&ParamKind>,
        reference: Option<&ParamRef>,
        namespace: &str,
    ) -> Result<Vec<Option<&Value>>, String> {
        let (Some(kind), Some(reference)) = (kind, reference) else { return Ok(vec![None]) };
        let kind = GroupVersionKind::of(&kind.api_version, &kind.kind);
        let scope = self.scope(&kind).unwrap_or(Scope::Namespaced);
        let namespace = match scope {
            Scope::Cluster if !reference.namespace.is_empty() => {
                return Err(
                    "paramRef.namespace must not be provided for a cluster-scoped `paramKind`".to_owned()
                );
            }
            Scope::Cluster => "",
            Scope::Namespaced if !reference.namespace.is_empty() => &reference.namespace,
            Scope::Namespaced if namespace.is_empty() => {
                return Err(
                    "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources"
                        .to_owned(),
                );
            }
            Scope::Namespaced => namespace,
        };
        let here = self.objects.get(&kind).into_iter().flatten().filter(|((at, _), _)| at == namespace);
        let found: Vec<Option<&Value>> = match &reference.choice {
            ParamChoice::Named(name) => {
                here.filter(|((_, at), _)| at == name).map(|(_, value)| Some(value)).collect()
            }
            ParamChoice::Selected(selector) => here
                .filter(|(_, value)| selector.chooses_object(value))
                .map(|(_, value)| Some(value))
                .collect(),
        };
        if found.is_empty() && reference.missing == Missing::Deny {
            return Err("no params found for policy binding with `Deny` parameterNotFoundAction".to_owned());
        }
        Ok(found)
    }

    /// What the server says of a parameter kind that it does not have.
    pub(crate) fn knows_param(&self, kind: Option<&ParamKind>) -> Result<(), String> {
        let Some(kind) = kind else { return Ok(()) };
        let kind = GroupVersionKind::of(&kind.api_version, &kind.kind);
        match self.scope(&kind) {
            Some(_) => Ok(()),
            None => Err(format!("failed to find resource referenced by paramKind: '{kind}'")),
        }
    }
}

/// API groups that need no definition.
const BUILT_IN: &[&str] = &[
    "",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "apps",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

/// Whether the kind is one of Kubernetes' own that the table of served types leaves out.
fn is_built_in(kind: &GroupVersionKind) -> bool {
    let listed = kind.version == "v1" && CLUSTER_SCOPED.contains(&kind.kind.as_str());
    BUILT_IN.contains(&kind.group.as_str()) && (listed || kind.version != "v1" && !kind.group.is_empty())
}

/// What the server adds when a namespace is made.
fn complete_namespace(namespace: &mut Value, name: &str) {
    let Some(root) = namespace.as_object_mut() else { return };
    let mut section = |key: &str, field: &str, value: Value| {
        if let Some(map) = root.entry(key).or_insert_with(|| json!({})).as_object_mut() {
            map.entry(field).or_insert(value);
        }
    };
    section("metadata", "labels", json!({}));
    section("spec", "finalizers", json!(["kubernetes"]));
    section("status", "phase", json!("Active"));
    if let Some(labels) = namespace.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.insert("kubernetes.io/metadata.name".to_owned(), name.into());
    }
}
