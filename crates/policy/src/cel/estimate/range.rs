//! From how much to how much? Sums and products stop at the largest number there is.

/// From the least to the most something may be: a size or a cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// At least.
    pub min: u64,
    /// At most; `u64::MAX` when nothing bounds it.
    pub max: u64,
}

impl Range {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self { min: 0, max: u64::MAX };

    /// From one number to another.
    pub const fn new(min: u64, max: u64) -> Self {
        Self { min, max }
    }

    /// One number.
    pub const fn exactly(value: u64) -> Self {
        Self { min: value, max: value }
    }

    /// What a union over some elements begins with: the sizes of none of them.
    pub(super) const fn widest_of(count: usize) -> Self {
        Self { min: if count == 0 { 0 } else { u64::MAX }, max: 0 }
    }

    /// The sum.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self { min: self.min.saturating_add(other.min), max: self.max.saturating_add(other.max) }
    }

    /// The product.
    #[must_use]
    pub const fn times(self, other: Self) -> Self {
        Self { min: self.min.saturating_mul(other.min), max: self.max.saturating_mul(other.max) }
    }

    /// So much for each, rounded up.
    #[must_use]
    pub fn by(self, factor: f64) -> Self {
        Self { min: scaled(self.min, factor), max: scaled(self.max, factor) }
    }

    /// From the least to the most of both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self { min: self.min.min(other.min), max: self.max.max(other.max) }
    }
}

#[allow(clippy::cast_precision_loss, clippy::cast_sign_loss)] // what the API server computes with; casts saturate
fn scaled(value: u64, factor: f64) -> u64 {
    (value as f64 * factor).ceil() as u64
}
