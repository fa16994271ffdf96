//! What does one container declare?

use crate::tree::{Node, split_path};
use crate::wanted::{in_container, in_context};
use crate::workload::KeptContainer;
use crate::{Pod, Site};

/// When a container runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Before the pod's own containers, one after the other.
    Init,
    /// Started like an init container, kept running (`restartPolicy: Always`, since 1.28).
    Sidecar,
    /// The pod's own.
    Regular,
    /// Added to a running pod for debugging.
    Ephemeral,
}

/// A container of a [`Pod`].
#[derive(Clone, Copy, Debug)]
pub struct Container<'a> {
    /// Its name; empty when none is written.
    pub name: &'a str,
    /// When it runs.
    pub role: Role,
    /// Its mapping.
    pub node: Node<'a>,
    pod: Pod<'a>,
    kept: &'a KeptContainer,
}

impl<'a> Container<'a> {
    #[inline]
    pub(crate) fn new(pod: Pod<'a>, kept: &'a KeptContainer) -> Self {
        Self { name: &kept.name, role: kept.role, node: pod.object().node(kept.node), pod, kept }
    }

    /// The pod it belongs to.
    pub fn pod(self) -> Pod<'a> {
        self.pod
    }

    /// The value under a dotted path of the container.
    #[allow(clippy::inline_always)] // `wanted.rs` says why
    #[inline(always)]
    pub fn at(self, path: &str) -> Option<Node<'a>> {
        match in_container(path) {
            Some(place) => self.kept(place),
            None => self.search(path),
        }
    }

    /// A field of the security context: the container's own value, or else the pod's.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    pub fn effective(self, field: &str) -> Option<Node<'a>> {
        if let Some(place) = in_context(field) {
            return self.kept(place).or_else(|| self.pod.kept(place));
        }
        let own = self.at("securityContext").and_then(|context| context.get(field));
        own.or_else(|| self.pod.at("securityContext").and_then(|context| context.get(field)))
    }

    fn kept(self, place: usize) -> Option<Node<'a>> {
        self.kept.fields.get(place)?.id().map(|id| self.pod.object().node(id))
    }

    /// What is not kept, from the nearest field above that is.
    fn search(self, path: &str) -> Option<Node<'a>> {
        if let Some((field, below)) = path.strip_prefix("securityContext.").and_then(split_path) {
            return match in_context(field) {
                Some(place) => self.kept(place)?.at(below),
                None => self.node.at(path),
            };
        }
        match split_path(path) {
            Some((field, below)) => self.at(field)?.at(below),
            None => self.node.get(path),
        }
    }

    /// The place of a field of the container, written or missing.
    pub fn site(self, path: &str) -> Site<'a> {
        self.pod.object().site(self.node, path)
    }

    /// The place of an effective field: the pod's where the pod's value is the one in force.
    pub fn effective_site(self, field: &str) -> Site<'a> {
        let path = format!("securityContext.{field}");
        let inherited = self.at(&path).is_none() && self.pod.at(&path).is_some();
        if inherited { self.pod.site(&path) } else { self.site(&path) }
    }

    /// The ports it declares.
    pub fn ports(self) -> impl Iterator<Item = Port<'a>> {
        self.at("ports").into_iter().flat_map(Node::items).map(move |node| Port { node, container: self })
    }

    /// The capabilities it adds, each with its node; entries that are no string are left to the type check.
    pub fn added_capabilities(self) -> impl Iterator<Item = (&'a str, Node<'a>)> {
        strings(self.at("securityContext.capabilities.add"))
    }

    /// The capabilities it drops.
    pub fn dropped_capabilities(self) -> impl Iterator<Item = (&'a str, Node<'a>)> {
        strings(self.at("securityContext.capabilities.drop"))
    }

    /// `securityContext.privileged` is true.
    pub fn is_privileged(self) -> bool {
        self.at("securityContext.privileged").and_then(Node::bool) == Some(true)
    }

    /// How it is called in a message: ``container `web` ``, ``init container `setup` ``.
    pub fn title(self) -> String {
        let role = match self.role {
            Role::Init => "init container",
            Role::Sidecar => "sidecar container",
            Role::Regular => "container",
            Role::Ephemeral => "ephemeral container",
        };
        format!("{role} `{}`", self.name)
    }
}

fn strings(list: Option<Node<'_>>) -> impl Iterator<Item = (&str, Node<'_>)> {
    list.into_iter().flat_map(Node::items).filter_map(|node| Some((node.str()?, node)))
}

/// A port of a [`Container`].
#[derive(Clone, Copy, Debug)]
pub struct Port<'a> {
    node: Node<'a>,
    container: Container<'a>,
}

impl<'a> Port<'a> {
    /// The port inside the pod.
    pub fn inside(self) -> i64 {
        self.node.get("containerPort").and_then(Node::int).unwrap_or(0)
    }

    /// The port on the node, 0 for none, after the API's default: under `hostNetwork` a Pod's container
    /// ports are node ports (pkg/apis/core/v1/defaults.go; not for templates, not for ephemeral containers).
    pub fn host(self) -> i64 {
        match self.node.get("hostPort").and_then(Node::int).unwrap_or(0) {
            0 if self.takes_default() => self.inside(),
            port => port,
        }
    }

    fn takes_default(self) -> bool {
        let pod = self.container.pod;
        pod.is_bare() && pod.is_set("hostNetwork") && self.container.role != Role::Ephemeral
    }

    /// The place of one of its fields, written or missing.
    pub fn site(self, field: &str) -> Site<'a> {
        self.container.pod.object().site(self.node, field)
    }
}
