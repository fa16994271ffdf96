//! What does a hostile variant of a known input look like?
//!
//! Deterministic: the same seed number gives the same inputs on every machine, so a failure in continuous integration
//! is repeated by its iteration number alone.

/// Inputs are cut to this size; larger ones are refused by the readers' own limits.
pub const LONGEST: usize = 64 * 1024;

/// Tokens that mean something to YAML or JSON; random bytes seldom form them.
const TOKENS: [&str; 24] = [
    "---\n",
    "...\n",
    "&a ",
    "*a",
    "<<: ",
    "!!binary ",
    "!!int ",
    "? ",
    ": ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "|+2\n",
    ">-\n",
    "%YAML 1.1\n",
    "\t",
    "\r\n",
    "\u{feff}",
    "{{ .Values.x }}",
    "# ",
    "\"\\ud800\"",
    "'",
];

/// A small generator (xorshift64*); not for secrets.
pub struct Random(u64);

impl Random {
    /// Starts at `seed`; zero is moved, since the generator would stay there.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `limit`; 0 when `limit` is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(bits).unwrap_or(0).checked_rem(limit).unwrap_or(0)
    }

    /// A range within `length`, seldom long.
    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        let longest = if self.below(8) == 0 { length - start } else { (length - start).min(32) };
        start..start + self.below(longest + 1)
    }
}

/// The input of one iteration: a seed, changed one to eight times.
#[must_use]
pub fn input(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let Some(mut bytes) = seeds.get(random.below(seeds.len())).cloned() else { return Vec::new() };
    for _ in 0..=random.below(8) {
        change(&mut bytes, seeds, random);
        bytes.truncate(LONGEST);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Random) {
    match random.below(7) {
        0 => flip(bytes, random),
        1 => drop(bytes.drain(random.range(bytes.len()))),
        2 => repeat(bytes, random),
        3 => splice(bytes, seeds, random),
        4 => insert(bytes, TOKENS[random.below(TOKENS.len())].as_bytes(), random),
        5 => {
            let byte = u8::try_from(random.below(256)).unwrap_or(0);
            insert(bytes, &[byte], random);
        }
        _ => bytes.truncate(random.below(bytes.len() + 1)),
    }
}

fn flip(bytes: &mut [u8], random: &mut Random) {
    let at = random.below(bytes.len());
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << random.below(8);
    }
}

fn insert(bytes: &mut Vec<u8>, what: &[u8], random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    bytes.splice(at..at, what.iter().copied());
}

/// Writes a piece of the input again, now and then hundreds of times: nesting is what it finds.
fn repeat(bytes: &mut Vec<u8>, random: &mut Random) {
    let piece = bytes[random.range(bytes.len())].to_vec();
    let times = if random.below(4) == 0 { random.below(2000) } else { 1 };
    let times = times.min(LONGEST / piece.len().max(1));
    insert(bytes, &piece.repeat(times), random);
}

fn splice(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Random) {
    if let Some(other) = seeds.get(random.below(seeds.len())) {
        insert(bytes, &other[random.range(other.len())], random);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_inputs_within_the_limit() {
        let seeds = vec![b"a: [1, 2]\n".to_vec(), Vec::new()];
        let run = || {
            let mut random = Random::new(7);
            (0..2000).map(|_| input(&seeds, &mut random)).collect::<Vec<_>>()
        };
        let inputs = run();
        assert_eq!(inputs, run());
        assert!(inputs.iter().all(|bytes| bytes.len() <= LONGEST));
        assert!(inputs.iter().any(|bytes| bytes.len() > 500), "some inputs are deeply repeated");
    }
}
