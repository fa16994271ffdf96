//! Which names does an expression of a policy know?

use std::sync::LazyLock;

use crate::cel::kubernetes::Environment;

/// The names that not every expression knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) params: bool,
    pub(super) authorizer: bool,
    pub(super) patches: bool,
}

/// Every combination, made once: a thousand policies share them.
static ENVIRONMENTS: LazyLock<Vec<(Names, Environment)>> = LazyLock::new(|| {
    let admission = Environment::admission(Environment::NEWEST);
    let mut made = Vec::new();
    for bits in 0..8 {
        let names = Names { params: bits & 1 != 0, authorizer: bits & 2 != 0, patches: bits & 4 != 0 };
        made.push((names, make(admission.clone(), names)));
    }
    made
});

/// The environment of an expression that knows these names.
pub(super) fn environment(names: Names) -> Environment {
    let found = ENVIRONMENTS.iter().find(|(known, _)| *known == names);
    found.map_or_else(|| make(Environment::admission(Environment::NEWEST), names), |(_, env)| env.clone())
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
