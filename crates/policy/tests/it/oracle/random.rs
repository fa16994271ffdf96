//! A deterministic source of chance: the same seed makes the same pods on every machine.

/// xorshift64*, good enough to wander about in.
pub(crate) struct Random {
    state: u64,
    /// How seldom something odd happens: one time in so many.
    pub(crate) odds: u64,
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1, odds: 4 }
    }

    fn next(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// Whether something odd happens here.
    pub(crate) fn odd(&mut self) -> bool {
        self.one_in(self.odds)
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    /// A usual value mostly, an unusual one at times.
    pub(crate) fn mostly<T: Copy>(&mut self, usual: &[T], unusual: &[T]) -> T {
        if self.odd() { self.pick(unusual) } else { self.pick(usual) }
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}
