//! What do the objects at hand say about the cluster?

use std::collections::BTreeMap;
use std::sync::OnceLock;

use object::{Inventory, Node, Object};

use super::{Labels, Lookup};
use crate::admission_policy::{Authorize, Cluster, by_roles};
use crate::rbac::{self, Rbac};

/// Objects, ready to be looked up in.
pub struct Facts {
    inventory: Inventory,
    /// Labels of namespaces by their names.
    namespaces: BTreeMap<String, Labels>,
    /// The labels that were given for the namespace of the request.
    given: Option<Labels>,
    /// The objects as Kubernetes' own policies see them; made when the first of them asks.
    cluster: OnceLock<Cluster>,
    /// Who may do what, if there is anything that says so.
    authorize: Option<Authorize>,
}

impl Facts {
    /// What the objects say.
    pub fn of(inventory: Inventory) -> Self {
        let namespaces = inventory
            .of_kind("", "Namespace")
            .map(|object| (object.name().to_owned(), namespace_labels(object)))
            .collect();
        let has_roles = inventory.objects().iter().any(rbac::is_about_access);
        let authorize = has_roles.then(|| by_roles(Rbac::of(&inventory)));
        Self { inventory, namespaces, given: None, cluster: OnceLock::new(), authorize }
    }

    /// The same, with these labels for the one namespace that is asked about.
    #[must_use]
    pub fn labelled(mut self, namespace: &str, labels: Labels) -> Self {
        if !namespace.is_empty() {
            let mut cluster = Cluster::new(self.inventory.objects());
            cluster.label(namespace, &labels);
            self.cluster = OnceLock::from(cluster);
        }
        self.given = Some(labels);
        self
    }

    /// The objects, given back.
    pub fn into_inventory(self) -> Inventory {
        self.inventory
    }
}

impl Lookup for Facts {
    fn labels(&self, namespace: &str) -> Option<&Labels> {
        self.given.as_ref().or_else(|| self.namespaces.get(namespace))
    }

    fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    fn cluster(&self) -> &Cluster {
        self.cluster.get_or_init(|| Cluster::new(self.inventory.objects()))
    }

    fn authorize(&self) -> Option<&Authorize> {
        self.authorize.as_ref()
    }
}

impl std::fmt::Debug for Facts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let objects = self.inventory.objects().len();
        f.debug_struct("Facts").field("objects", &objects).finish_non_exhaustive()
    }
}

/// The labels of a namespace, with the one that every API server adds.
pub fn namespace_labels(namespace: &Object) -> Labels {
    let own = ("kubernetes.io/metadata.name".to_owned(), namespace.name().to_owned());
    let entries = namespace.at("metadata.labels").into_iter().flat_map(Node::entries);
    let written =
        entries.map(|(key, value)| (key.key_text().into_owned(), value.str().unwrap_or_default().to_owned()));
    written.chain([own]).collect()
}
