//! Is this an address, a network, and is one inside the other?
//!
//! What k8s.io/apiserver's `ip` and `cidr` libraries (0.37) take for one: no leading zeros, no zone, no IPv4 address in
//! IPv6 clothes.

use std::fmt;
use std::net::IpAddr;

/// An address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ip(IpAddr);

/// An address and how many of its leading bits name the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cidr {
    address: Ip,
    bits: u8,
}

/// Which version of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Ip {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Ok(address) = text.parse::<IpAddr>() else {
            let zoned = text.split_once('%').is_some_and(|(address, zone)| {
                !zone.is_empty() && matches!(address.parse(), Ok(IpAddr::V6(_)))
            });
            return Err(if zoned {
                format!("IP address {text:?} with zone value is not allowed")
            } else {
                format!("IP Address {text:?} parse error during conversion from string: not an IP address")
            });
        };
        Self::unmapped(address).ok_or_else(|| format!("IPv4-mapped IPv6 address {text:?} is not allowed"))
    }

    fn unmapped(address: IpAddr) -> Option<Self> {
        match address {
            IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some() => None,
            _ => Some(Self(address)),
        }
    }

    /// Which version it is of.
    pub fn family(self) -> Family {
        match self.0 {
            IpAddr::V4(_) => Family::V4,
            IpAddr::V6(_) => Family::V6,
        }
    }

    /// `0.0.0.0` or `::`.
    pub fn is_unspecified(self) -> bool {
        self.0.is_unspecified()
    }

    /// `127.0.0.0/8` or `::1`.
    pub fn is_loopback(self) -> bool {
        self.0.is_loopback()
    }

    /// `224.0.0.0/24`, or multicast of link-local scope.
    pub fn is_link_local_multicast(self) -> bool {
        match self.0 {
            IpAddr::V4(v4) => matches!(v4.octets(), [224, 0, 0, _]),
            IpAddr::V6(v6) => v6.segments()[0] & 0xff0f == 0xff02,
        }
    }

    /// `169.254.0.0/16` or `fe80::/10`.
    pub fn is_link_local_unicast(self) -> bool {
        match self.0 {
            IpAddr::V4(v4) => v4.is_link_local(),
            IpAddr::V6(v6) => v6.segments()[0] & 0xffc0 == 0xfe80,
        }
    }

    /// Any unicast address that is neither loopback nor link-local; private ones are among them.
    pub fn is_global_unicast(self) -> bool {
        let broadcast = matches!(self.0, IpAddr::V4(v4) if v4.is_broadcast());
        !(broadcast
            || self.0.is_unspecified()
            || self.0.is_loopback()
            || self.0.is_multicast()
            || self.is_link_local_unicast())
    }

    /// Bytes of the address: what comparing it costs.
    pub fn size(self) -> u64 {
        u64::from(self.width() / 8)
    }

    fn width(self) -> u8 {
        match self.0 {
            IpAddr::V4(_) => 32,
            IpAddr::V6(_) => 128,
        }
    }

    /// The address as a number, its bits at the top.
    fn number(self) -> u128 {
        match self.0 {
            IpAddr::V4(v4) => u128::from(v4.to_bits()) << 96,
            IpAddr::V6(v6) => v6.to_bits(),
        }
    }
}

impl fmt::Display for Ip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Cidr {
    /// Reads a network.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            |why: &str| format!("network address parse error during conversion from string: {text:?}: {why}");
        let (address, bits) = text.rsplit_once('/').ok_or_else(|| wrong("no '/'"))?;
        let parsed: IpAddr = address.parse().map_err(|_| wrong("not an IP address"))?;
        let width = Ip(parsed).width();
        let plain = bits == "0" || !bits.starts_with('0') && bits.bytes().all(|b| b.is_ascii_digit());
        let bits = bits.parse().ok().filter(|bits| plain && *bits <= width);
        let bits = bits.ok_or_else(|| wrong("not a prefix length"))?;
        let address = Ip::unmapped(parsed)
            .ok_or_else(|| format!("IPv4-mapped IPv6 address {text:?} is not allowed"))?;
        Ok(Self { address, bits })
    }

    /// The address as written, its host part kept.
    pub fn ip(self) -> Ip {
        self.address
    }

    /// How many bits name the network.
    pub fn prefix_length(self) -> u8 {
        self.bits
    }

    /// The network with the host part cleared.
    pub fn masked(self) -> Self {
        let number = self.address.number() & self.mask();
        let address = match self.address.family() {
            Family::V4 => Ip(std::net::Ipv4Addr::from_bits((number >> 96) as u32).into()),
            Family::V6 => Ip(std::net::Ipv6Addr::from_bits(number).into()),
        };
        Self { address, ..self }
    }

    /// Whether the address is of the network.
    pub fn contains_ip(self, ip: Ip) -> bool {
        self.address.family() == ip.family() && (self.address.number() ^ ip.number()) & self.mask() == 0
    }

    /// Whether every address of the other network is of this one.
    pub fn contains_cidr(self, other: Self) -> bool {
        self.bits <= other.bits && self.contains_ip(other.address)
    }

    /// Bytes of the prefix: what comparing it costs.
    pub fn size(self) -> u64 {
        u64::from(self.bits).div_ceil(8)
    }

    fn mask(self) -> u128 {
        u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0)
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strictness_is_that_of_the_server() {
        for text in [
            "1.2.3",
            "01.2.3.4",
            "1.2.3.256",
            "::ffff:1.2.3.4",
            "fe80::1%eth0",
            "1.2.3.4%a",
            "",
            "[::1]",
            "12345::",
        ] {
            assert!(Ip::parse(text).is_err(), "{text}");
        }
        for text in [
            "10.0.0.0",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "10.0.0.0/08",
            "10.0.0.0/+8",
            "::/129",
            "::ffff:1.2.3.4/96",
            "10.0.0.0/",
        ] {
            assert!(Cidr::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn networks_contain_their_own_family() {
        let cidr = |text| Cidr::parse(text).unwrap();
        assert!(cidr("10.1.2.3/8").contains_ip(Ip::parse("10.255.0.1").unwrap()));
        assert!(!cidr("0.0.0.0/0").contains_ip(Ip::parse("::1").unwrap()));
        assert!(cidr("::/0").contains_cidr(cidr("2001:db8::/32")));
        assert!(!cidr("10.0.0.0/16").contains_cidr(cidr("10.0.0.0/8")));
        assert_eq!(cidr("10.1.2.3/8").masked().to_string(), "10.0.0.0/8");
        assert_eq!(cidr("2001:db8::1/32").masked().to_string(), "2001:db8::/32");
    }
}
