//! Where do policies and facts come from, and have they changed?

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::Arc;

use admission::State;
use anyhow::ensure;
use object::{Inventory, Object, Version};
use policy::Date;
use policy::decide::{Decider, Facts};
use policy::document::Policies;
use policy::rbac;
use walkdir::WalkDir;

use super::warnings;
use crate::cli::{ServeArgs, When};
use crate::commands::admit;
use crate::ui::Ui;

/// The paths that were given, and how to read them.
#[derive(Clone, Debug)]
pub(super) struct Sources {
    pub(super) policies: Vec<PathBuf>,
    objects: Vec<PathBuf>,
    version: Version,
}

/// What was read.
pub(super) struct Loaded {
    pub(super) state: State,
    /// Documents that are not in force as they are written.
    pub(super) refused: usize,
    /// What their authors may not expect.
    pub(super) warnings: Vec<String>,
}

impl Loaded {
    /// The same policies, looking things up there.
    pub(super) fn knowing(mut self, facts: Facts) -> Self {
        self.state.facts = Arc::new(facts);
        self
    }

    pub(super) fn in_force(&self) -> usize {
        self.state.decider.len()
    }
}

impl Sources {
    /// The release is that of the cluster, if there is one and nothing else was said.
    pub(super) fn new(args: &ServeArgs, cluster: Option<Version>) -> Self {
        let version = args.kube_version.or(cluster).unwrap_or(Version::NEWEST);
        Self { policies: args.policy.clone(), objects: args.objects.clone(), version }
    }

    /// The objects that were given to be looked up.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub(super) fn objects(&self) -> anyhow::Result<Vec<Object>> {
        admit::objects(&self.objects, &Ui::new(When::Never, true))
    }

    /// What the files hold, as a number: another one when anything changed.
    pub(super) fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for path in self.policies.iter().chain(&self.objects) {
            // What a mounted ConfigMap links to lies below a directory of two dots.
            let walk = WalkDir::new(path).follow_links(true).sort_by_file_name().into_iter();
            let walk = walk.filter_entry(|entry| {
                entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with("..")
            });
            for entry in walk.flatten().filter(|entry| entry.file_type().is_file()) {
                entry.path().hash(&mut hasher);
                std::fs::read(entry.path()).unwrap_or_default().hash(&mut hasher);
            }
        }
        hasher.finish()
    }

    /// Reads them at the start, and says what is wrong as `admit` does.
    ///
    /// # Errors
    /// When nothing is left to decide by.
    pub(super) fn first(&self, ui: &mut Ui) -> anyhow::Result<Loaded> {
        let (policies, objects) = self.read(ui)?;
        admit::say_faults(&objects, ui)?;
        admit::say(&policies, ui)?;
        let loaded = self.compile(policies, objects);
        for warning in &loaded.warnings {
            ui.note(&format!("warning: {warning}"));
        }
        Ok(loaded)
    }

    /// Reads them again.
    ///
    /// # Errors
    /// When anything of it is refused: what was good before is better than a part of what is written now.
    pub(super) fn again(&self) -> anyhow::Result<Loaded> {
        let (policies, objects) = self.read(&Ui::new(When::Never, true))?;
        let faults = rbac::faults(&objects).into_iter().map(|fault| fault.to_string());
        let refused: Vec<String> = policies.errors.iter().map(ToString::to_string).chain(faults).collect();
        ensure!(refused.is_empty(), "{}", refused.join("; "));
        ensure!(!policies.is_empty(), "no policy is written there any more");
        Ok(self.compile(policies, objects))
    }

    /// The release that is decided for.
    pub(super) fn version(&self) -> Version {
        self.version
    }

    /// The policies with every check in them, for whoever sees the whole cluster.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(super) fn for_audit(&self) -> anyhow::Result<Decider> {
        let (policies, _) = self.read(&Ui::new(When::Never, true))?;
        Ok(Decider::new(policies, self.version, &check::compile))
    }

    fn read(&self, ui: &Ui) -> anyhow::Result<(Policies, Vec<Object>)> {
        let objects = admit::objects(&self.objects, ui)?;
        // No waiver is expired yet on the first of days: each is held against the day of the request instead, so
        // that the policy around it holds on.
        let when = (Date::of_unix_day(0), self.version);
        Ok((admit::read_policies(&self.policies, &objects, when, ui)?, objects))
    }

    /// Policies and objects to look things up in, ready to decide by.
    pub(super) fn compile(&self, policies: Policies, objects: Vec<Object>) -> Loaded {
        self.compile_beside(policies, &Arc::new(Facts::of(Inventory::new(objects))))
    }

    /// The same beside facts that others look things up in, too.
    pub(super) fn compile_beside(&self, policies: Policies, facts: &Arc<Facts>) -> Loaded {
        let refused = policies.refused.len();
        let decider = Decider::new(policies, self.version, &check::compile_for_gate);
        let said = warnings::of(&decider, facts, crate::config::today());
        let state = State { decider: Arc::new(decider), facts: Arc::clone(facts) };
        Loaded { state, refused, warnings: said }
    }
}
