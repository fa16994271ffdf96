//! What may an evaluation cost at most?

use super::syntax::Literal;
use super::types::Type;

/// From the least to the most something may be: a size or a cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// At least.
    pub min: u64,
    /// At most; `u64::MAX` when nothing bounds it.
    pub max: u64,
}

/// An argument of a call, as an estimator sees it.
#[derive(Clone, Debug)]
pub struct Argument<'c> {
    /// Its type.
    pub of: &'c Type,
    /// How large it may be.
    pub size: Range,
    /// How large an element of it may be.
    pub element_size: Range,
    /// Its value, if it is written out.
    pub(super) literal: Option<&'c Literal>,
}

/// What a call may cost, and how large its result may be.
#[derive(Clone, Copy, Debug)]
pub struct CallEstimate {
    /// What it may cost.
    pub cost: Range,
    /// How large its result may be, if something bounds it.
    pub result: Option<Range>,
}

/// Estimates a call from its arguments, the receiver first.
pub type Estimator = fn(&[Argument<'_>]) -> Option<CallEstimate>;
