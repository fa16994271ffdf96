//! Which kinds does this server have, and where are they listed?
//!
//! One request for all groups where the server offers it (aggregated discovery, 1.26 on), one a group elsewhere.

use serde::Deserialize;

use crate::error::ApiError;
use crate::request::{Ask, Cluster, unreadable};

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
     application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/// A kind that can be listed, in the version the server prefers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Resource {
    /// `apps`; empty for the core group.
    pub group: String,
    /// `v1`.
    pub version: String,
    /// `Deployment`.
    pub kind: String,
    /// `deployments`.
    pub plural: String,
    /// Whether its objects stand in namespaces.
    pub namespaced: bool,
}

impl Resource {
    /// `apps/v1`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// `deployments.apps`, as kubectl and roles name it.
    pub fn title(&self) -> String {
        if self.group.is_empty() { self.plural.clone() } else { format!("{}.{}", self.plural, self.group) }
    }

    /// Where all of them are listed.
    pub fn path(&self) -> String {
        let root = if self.group.is_empty() { "/api" } else { "/apis" };
        format!("{root}/{}/{}", self.api_version(), self.plural)
    }

    /// Where the one of this name is, in a namespace or in the cluster.
    pub(crate) fn path_of(&self, namespace: &str, name: &str) -> String {
        let root = if self.group.is_empty() { "/api" } else { "/apis" };
        let inside = if self.namespaced { format!("/namespaces/{namespace}") } else { String::new() };
        format!("{root}/{}{inside}/{}/{name}", self.api_version(), self.plural)
    }
}

/// What a server has.
#[derive(Debug, Default)]
pub struct Resources {
    /// Every kind that can be listed, once, sorted by group and kind.
    pub list: Vec<Resource>,
    /// Groups whose server (an aggregated one) gave no answer, each with the reason.
    pub missing: Vec<(String, String)>,
}

impl Cluster {
    /// The kinds that this server has.
    pub async fn resources(&self) -> Result<Resources, ApiError> {
        let mut found = Resources::default();
        for root in ["/api", "/apis"] {
            let ask = Ask { accept: AGGREGATED, ..Ask::get(root) };
            let bytes = self.patiently(&ask).await?;
            let answer: Answer = serde_json::from_slice(&bytes).map_err(|why| unreadable(&ask, &why))?;
            match answer.items {
                Some(groups) => groups.into_iter().for_each(|group| aggregated(group, &mut found)),
                None => self.one_by_one(answer, &mut found).await?,
            }
        }
        found.list.sort();
        found.list.dedup();
        Ok(found)
    }

    /// Servers before 1.26 are asked group by group.
    async fn one_by_one(&self, answer: Answer, found: &mut Resources) -> Result<(), ApiError> {
        let core = answer.versions.into_iter().next().map(|version| (String::new(), version));
        let preferred = |group: Group| {
            let version = group.preferred.map(|preferred| preferred.version).unwrap_or_default();
            (group.name, version)
        };
        for (group, version) in core.into_iter().chain(answer.groups.into_iter().map(preferred)) {
            let path =
                if group.is_empty() { format!("/api/{version}") } else { format!("/apis/{group}/{version}") };
            let ask = Ask::get(path);
            match self.patiently(&ask).await {
                Ok(bytes) => {
                    let list: Plain = serde_json::from_slice(&bytes).map_err(|why| unreadable(&ask, &why))?;
                    let is_listed =
                        |each: &Named| !each.name.contains('/') && each.verbs.iter().any(|v| v == "list");
                    found.list.extend(list.resources.into_iter().filter(is_listed).map(|each| Resource {
                        group: group.clone(),
                        version: version.clone(),
                        kind: each.kind,
                        plural: each.name,
                        namespaced: each.namespaced,
                    }));
                }
                // The server behind an aggregated API may be down; the others are not.
                Err(error @ ApiError::Refused { .. }) => found.missing.push((group, error.to_string())),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// The first version of a group that is fresh is the preferred one; a kind that only a later version has is taken
/// from there.
fn aggregated(group: Discovered, found: &mut Resources) {
    let name = group.metadata.name;
    let mut kinds = std::collections::BTreeSet::new();
    for version in group.versions {
        if version.freshness == "Stale" && version.resources.is_empty() {
            found.missing.push((name.clone(), format!("{}: its server gives no answer", version.version)));
            continue;
        }
        for each in version.resources {
            if each.verbs.iter().any(|verb| verb == "list") && kinds.insert(each.resource.clone()) {
                found.list.push(Resource {
                    group: name.clone(),
                    version: version.version.clone(),
                    kind: each.response_kind.kind,
                    plural: each.resource,
                    namespaced: each.scope == "Namespaced",
                });
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Answer {
    /// Aggregated.
    items: Option<Vec<Discovered>>,
    /// Of the core group, plain.
    versions: Vec<String>,
    /// All other groups, plain.
    groups: Vec<Group>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Group {
    name: String,
    #[serde(rename = "preferredVersion")]
    preferred: Option<Preferred>,
}

#[derive(Deserialize)]
struct Preferred {
    version: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Plain {
    resources: Vec<Named>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named {
    name: String,
    namespaced: bool,
    kind: String,
    verbs: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Discovered {
    metadata: Name,
    versions: Vec<DiscoveredVersion>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Name {
    name: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DiscoveredVersion {
    version: String,
    freshness: String,
    resources: Vec<DiscoveredResource>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct DiscoveredResource {
    resource: String,
    response_kind: Kind,
    scope: String,
    verbs: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Kind {
    kind: String,
}
