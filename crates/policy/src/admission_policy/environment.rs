//! Which names does an expression of a policy know?

use std::sync::{Arc, LazyLock};

use object::Version;

use crate::cel::kubernetes::Environment;

/// The names that not every expression knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) params: bool,
    pub(super) authorizer: bool,
    pub(super) patches: bool,
}

/// Every combination for the newest release, made once: a thousand policies share them.
static NEWEST: LazyLock<Environments> = LazyLock::new(|| Environments::of(Environment::NEWEST));

/// The environments of a release, by the names that they know.
#[derive(Clone, Debug)]
pub(super) struct Environments(Arc<Vec<(Names, Environment)>>, Version);

impl Environments {
    /// Those of a server of this release: each has the functions that it knows.
    pub(super) fn new(version: Version) -> Self {
        if version >= Environment::NEWEST { NEWEST.clone() } else { Self::of(version) }
    }

    fn of(version: Version) -> Self {
        let admission = Environment::admission(version);
        let combination = |bits: u8| {
            let names = Names { params: bits & 1 != 0, authorizer: bits & 2 != 0, patches: bits & 4 != 0 };
            (names, make(admission.clone(), names))
        };
        Self(Arc::new((0..8).map(combination).collect()), version)
    }

    /// The environment of an expression that knows these names.
    pub(super) fn environment(&self, names: Names) -> Environment {
        let found = self.0.iter().find(|(known, _)| *known == names);
        found.map_or_else(|| make(Environment::admission(self.1), names), |(_, env)| env.clone())
    }
}

fn make(mut made: Environment, names: Names) -> Environment {
    if names.params {
        made = made.with_params();
    }
    if names.authorizer {
        made = made.with_authorizer();
    }
    if names.patches {
        made = made.with_mutations();
    }
    made
}
