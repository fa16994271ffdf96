//! What a rule needs to know; `use crate::prelude::*` at the top of each.

pub(crate) use finding::{Safety, Severity};
pub(crate) use object::{Container, Inventory, Node, Object, Pod, Problem, ProblemKind, v};

pub(crate) use crate::change::{append, remove, rename, set};
pub(crate) use crate::findings::Findings;
pub(crate) use crate::model::{Check, Profile, Run, Stage};
