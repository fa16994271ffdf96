//! `cofferdam admit`: decide about one request as the webhook does.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use check::Known;
use finding::Failure;
use object::{Inventory, Node, Object, Version};
use policy::admission_policy::{Authorize, Cluster, by_roles};
use policy::decide::{Decider, Labels, Lookup, unknown};
use policy::document::{Policies, Reading, Refused};
use policy::rbac::{self, Rbac};
use policy::response::Status;

use crate::cli::AdmitArgs;
use crate::config::today;
use crate::exit::Outcome;
use crate::input;
use crate::ui::Ui;

pub(crate) fn run(args: &AdmitArgs, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let version = args.kube_version.unwrap_or(Version::NEWEST);
    let mut facts = Facts::read(args, ui)?;
    let policies = policies(&args.policy, facts.inventory.objects(), version, ui)?;
    let refused = policies.refused.clone();
    let errors = !policies.errors.is_empty();
    let source = input::read_one(&args.request).map_err(|failure| failed(&failure))?;
    let request = policy::request::read(&Arc::new(source))?;
    facts.label(&request.namespace);
    let decider = Decider::new(policies, version, &check::compile);
    let mut response = decider.decide(&request, &facts);
    for Refused { kind, name, meanwhile } in refused {
        response.warn(format!("{kind} \"{name}\" could not be read, meanwhile {meanwhile}"));
    }
    ui.data(&format!("{:#}\n", response.review()))?;
    let namespace = &request.namespace;
    let asks_for_it = |status: &Status| !namespace.is_empty() && *status == unknown(namespace);
    if response.denied.as_ref().is_some_and(asks_for_it) {
        ui.note(&format!(
            "note: nothing is known of namespace `{namespace}`: give --namespace-labels, or --objects with it"
        ));
    }
    Ok(match (response.is_allowed(), errors) {
        (false, _) => Outcome::Objections,
        (true, true) => Outcome::Failed,
        (true, false) => Outcome::Clean,
    })
}

/// The policies of some paths, with the `PodSecurityPolicies` among some objects. What is wrong with some of them
/// is said, and what that means.
///
/// # Errors
/// When nothing is left to decide by.
pub(crate) fn policies(
    paths: &[PathBuf],
    objects: &[Object],
    version: Version,
    ui: &mut Ui,
) -> anyhow::Result<Policies> {
    let (_, loaded, failures) = input::load(paths, &[], ui);
    let mut reading = Reading::default();
    let mut unread: Vec<Failure> = failures;
    for each in loaded {
        unread.extend(each.failure);
        match (&each.source, each.finding) {
            (_, Some(finding)) => {
                anyhow::bail!("{}: {}", finding.source.name(), finding.message);
            }
            (Some(source), None) => reading.add(source, &each.read, &Known, today()),
            (None, None) => {}
        }
    }
    if let Some(failure) = unread.first() {
        return Err(failed(failure));
    }
    let policies = reading.finish(objects, version);
    for warning in &policies.warnings {
        ui.note(&format!("warning: {warning}"));
    }
    for error in &policies.errors {
        ui.error(&anyhow::Error::new(error.clone()));
    }
    let others = if policies.has_sound() { "; the others are in force" } else { "" };
    for Refused { kind, name, meanwhile } in &policies.refused {
        ui.note(&format!("{kind} `{name}` is to be mended, meanwhile {meanwhile}{others}"));
    }
    anyhow::ensure!(!policies.is_empty(), "no policy is in force, so nothing is decided");
    Ok(policies)
}

fn failed(failure: &Failure) -> anyhow::Error {
    let line = failure.line.map_or(String::new(), |line| format!(":{line}"));
    anyhow::anyhow!("reading {}{line}: {}", failure.file, failure.message)
}

/// What is known of the cluster.
pub(crate) struct Facts {
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
    fn read(args: &AdmitArgs, ui: &mut Ui) -> anyhow::Result<Self> {
        let mut objects = Vec::new();
        if !args.objects.is_empty() {
            let (_, loaded, failures) = input::load(&args.objects, &[], ui);
            if let Some(failure) = failures.first() {
                return Err(failed(failure));
            }
            for each in loaded {
                let unread = each.read.problems.iter().find(|problem| problem.loses_objects());
                if let Some(problem) = unread {
                    let (file, place) = problem.source.place(problem.span.start);
                    anyhow::bail!("{file}:{}:{}: {}", place.line, place.column, problem.message);
                }
                match (each.failure, each.finding) {
                    (Some(failure), _) => return Err(failed(&failure)),
                    (None, Some(finding)) => anyhow::bail!("{}: {}", finding.source.name(), finding.message),
                    (None, None) => objects.extend(each.read.objects),
                }
            }
        }
        let faults = rbac::faults(&objects);
        for fault in &faults {
            ui.error(&anyhow::anyhow!("{fault}"));
        }
        let (count, things) = (faults.len(), if faults.len() == 1 { "mistake" } else { "mistakes" });
        anyhow::ensure!(count == 0, "nothing is decided by roles and bindings with {count} {things}");
        let given: Labels = args.namespace_labels.iter().cloned().collect();
        let given = Some(given).filter(|given| !given.is_empty());
        Ok(Self { given, ..Self::of(Inventory::new(objects)) })
    }

    /// What the objects say.
    pub(crate) fn of(inventory: Inventory) -> Self {
        let namespaces = inventory
            .of_kind("", "Namespace")
            .map(|object| (object.name().to_owned(), labels(object)))
            .collect();
        let has_roles = inventory.objects().iter().any(rbac::is_about_access);
        let authorize = has_roles.then(|| by_roles(Rbac::of(&inventory)));
        Self { inventory, namespaces, given: None, cluster: OnceLock::new(), authorize }
    }

    /// Gives the namespace of the request the labels that were given for it.
    fn label(&mut self, namespace: &str) {
        let Some(given) = self.given.as_ref().filter(|_| !namespace.is_empty()) else { return };
        let mut cluster = Cluster::new(self.inventory.objects());
        cluster.label(namespace, given);
        self.cluster = OnceLock::from(cluster);
    }

    /// The objects, given back.
    pub(crate) fn into_inventory(self) -> Inventory {
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

/// The labels of a namespace, with the one that every API server adds.
fn labels(namespace: &Object) -> Labels {
    let own = ("kubernetes.io/metadata.name".to_owned(), namespace.name().to_owned());
    let entries = namespace.at("metadata.labels").into_iter().flat_map(Node::entries);
    let written =
        entries.map(|(key, value)| (key.key_text().into_owned(), value.str().unwrap_or_default().to_owned()));
    written.chain([own]).collect()
}
