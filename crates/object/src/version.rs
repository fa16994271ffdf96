//! Which Kubernetes release is asked about?

use std::fmt;
use std::str::FromStr;

/// A Kubernetes minor release; there is only major 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u16);

/// `v(1, 29)` is Kubernetes 1.29. The major number is written for the reader's sake.
pub const fn v(_major: u8, minor: u16) -> Version {
    Version(minor)
}

impl Version {
    /// The newest release whose rules are known here.
    pub const NEWEST: Self = v(1, 37);

    /// The number after the dot.
    pub const fn minor(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

impl FromStr for Version {
    type Err = String;

    /// Reads `1.29` and `v1.29`. A patch number or a leading zero is refused, as Pod Security admission does.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a Kubernetes version, expected 1.N such as {}", Self::NEWEST);
        let minor = text.strip_prefix('v').unwrap_or(text).strip_prefix("1.").ok_or_else(wrong)?;
        let plain = minor == "0" || !minor.starts_with('0');
        let digits = !minor.is_empty() && minor.bytes().all(|b| b.is_ascii_digit());
        if plain && digits { minor.parse().map(Self).map_err(|_| wrong()) } else { Err(wrong()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_one_dot_a_number_without_leading_zero() {
        assert_eq!("1.29".parse(), Ok(v(1, 29)));
        assert_eq!("v1.0".parse(), Ok(v(1, 0)));
        for wrong in ["1.08", "1.29.3", "2.0", "1", "1.", "latest", "", "1.x", "1.99999"] {
            assert!(wrong.parse::<Version>().is_err(), "{wrong}");
        }
    }
}
