//! What does the name of an image say: from where, which repository, which content?
//!
//! The grammar of `github.com/distribution/reference`, which kubelets use: short names mean Docker Hub,
//! and a text outside the grammar is never pulled (`InvalidImageName`), so nothing is said of it here.

use std::borrow::Cow;
use std::fmt;

/// A reference, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ImageReference<'a> {
    /// The host, with its port if it has one; `docker.io` for short names.
    pub(crate) registry: Cow<'a, str>,
    /// The path at the host: `library/nginx` for the short name `nginx`.
    pub(crate) repository: Cow<'a, str>,
    /// What stands before tag and digest, as written.
    pub(crate) name: &'a str,
    /// The tag, if one is written.
    pub(crate) tag: Option<&'a str>,
    /// The digest, if one is written, or what is wrong with it.
    pub(crate) digest: Option<Result<&'a str, BadDigest>>,
}

/// Why a digest names no content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BadDigest {
    /// Not `sha256`, `sha384` or `sha512`.
    Algorithm(String),
    /// The number of digits is that of another algorithm or of none.
    Length { algorithm: &'static str, expected: usize, actual: usize },
    /// Digits above 9 must be small letters.
    UpperCase,
    /// Something that is no digit.
    NotHexadecimal,
}

impl fmt::Display for BadDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithm(name) => write!(f, "`{name}` is no digest algorithm of images"),
            Self::Length { algorithm, expected, actual } => {
                write!(f, "{algorithm} has {expected} digits, not {actual}")
            }
            Self::UpperCase => write!(f, "its letters must be lower case"),
            Self::NotHexadecimal => write!(f, "not all of it is hexadecimal"),
        }
    }
}

/// Digest algorithms (OCI image specification, descriptor.md) and the number of their digits.
const ALGORITHMS: [(&str, usize); 3] = [("sha256", 64), ("sha384", 96), ("sha512", 128)];

/// Tags that are moved by custom, whatever stands before them.
const MOVING_TAGS: [&str; 21] = [
    "alpha",
    "beta",
    "canary",
    "current",
    "dev",
    "devel",
    "develop",
    "development",
    "edge",
    "head",
    "HEAD",
    "lts",
    "main",
    "mainline",
    "master",
    "nightly",
    "rolling",
    "snapshot",
    "stable",
    "tip",
    "unstable",
];

impl<'a> ImageReference<'a> {
    /// Takes a reference apart; `None` when it is outside the grammar.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(check_digest(digest))),
            None => (text, None),
        };
        let name_start = rest.rfind('/').map_or(0, |slash| slash + 1);
        let colon = rest.get(name_start..)?.find(':').map(|colon| name_start + colon);
        let (name, tag) = match colon {
            Some(colon) => (rest.get(..colon)?, rest.get(colon + 1..)),
            None => (rest, None),
        };
        if tag.is_some_and(|tag| !tag.is_empty() && !is_tag(tag)) {
            return None;
        }
        let (registry, path) = match name.split_once('/') {
            Some((host, path)) if is_host(host) && host.bytes().any(|b| b.is_ascii_uppercase()) => {
                (Cow::Owned(host.to_ascii_lowercase()), path)
            }
            Some((host, path)) if is_host(host) => (Cow::Borrowed(host), path),
            _ => (Cow::Borrowed("docker.io"), name),
        };
        if !is_authority(&registry) || !path.split('/').all(is_path_component) {
            return None;
        }
        let registry = if registry == "index.docker.io" { Cow::Borrowed("docker.io") } else { registry };
        let official = registry == "docker.io" && !path.contains('/');
        let repository = if official { Cow::Owned(format!("library/{path}")) } else { Cow::Borrowed(path) };
        Some(Self { registry, repository, name, tag: tag.filter(|tag| !tag.is_empty()), digest })
    }

    /// Whether a runtime would pull it: `parse` also takes what could be mended, such as a digest too short.
    pub(crate) fn is_whole(text: &'a str) -> bool {
        let rest = text.split_once('@').map_or(text, |(rest, _)| rest);
        let Some(reference) = Self::parse(text).filter(|_| !rest.ends_with(':')) else { return false };
        let steps = |path: &str| path.split('/').all(has_plain_separators);
        reference.digest.is_none_or(|digest| digest.is_ok())
            && is_address(&reference.registry)
            && steps(&reference.repository)
    }

    /// Takes a reference apart that names no content: nothing else can move.
    pub(crate) fn without_digest(text: &'a str) -> Option<Self> {
        if text.contains('@') { None } else { Self::parse(text) }
    }

    /// Whether a text, if it is a reference, has a digest that names content.
    pub(crate) fn is_pinned(text: &str) -> bool {
        text.split_once('@').is_some_and(|(_, digest)| check_digest(digest).is_ok())
    }

    /// Host and path, short names expanded: `docker.io/library/nginx`.
    pub(crate) fn full_name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }

    /// Whether the image is whatever `latest` is on the day.
    pub(crate) fn is_latest(&self) -> bool {
        self.digest.is_none() && self.tag.is_none_or(|tag| tag == "latest")
    }

    /// Whether the tag is one that is meant to be moved.
    pub(crate) fn moves(&self) -> bool {
        self.is_latest() || self.digest.is_none() && self.tag.is_some_and(|tag| MOVING_TAGS.contains(&tag))
    }

    /// Whether one of the globs has the image's full name; a glob without a slash is a host, and all of it.
    pub(crate) fn is_from(&self, registries: &[String]) -> bool {
        let name = self.full_name();
        registries.iter().any(|glob| match glob.trim_end_matches('/') {
            host if !host.contains('/') && host != "**" => crate::glob::matches(host, &self.registry),
            trimmed if trimmed.len() < glob.len() => crate::glob::matches(&format!("{trimmed}/**"), &name),
            _ => crate::glob::matches(glob, &name),
        })
    }
}

/// The first step of a name is a host if it could be nothing else.
fn is_host(first: &str) -> bool {
    first == "localhost" || first.contains(['.', ':']) || first.bytes().any(|b| b.is_ascii_uppercase())
}

fn is_authority(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => return rest.contains(']'),
        None => host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port))),
    };
    let label = |label: &str| {
        let edge = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
        edge(label.bytes().next())
            && edge(label.bytes().last())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    name.split('.').all(label)
        && port.is_none_or(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
}

fn is_path_component(step: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let edge = |b: Option<u8>| b.is_some_and(plain);
    edge(step.bytes().next())
        && edge(step.bytes().last())
        && step.bytes().all(|b| plain(b) || matches!(b, b'.' | b'_' | b'-'))
}

/// A host in brackets is an IPv6 address; any other was looked at before.
fn is_address(host: &str) -> bool {
    let Some((address, port)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
        return !host.starts_with('[');
    };
    let digits = |port: &str| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    address.contains(':')
        && address.bytes().all(|b| b == b':' || b.is_ascii_hexdigit())
        && (port.is_empty() || port.strip_prefix(':').is_some_and(digits))
}

/// Between letters and digits: one dot, one or two underscores, or any number of dashes.
fn has_plain_separators(step: &str) -> bool {
    let mut runs = step.split(|c: char| c.is_ascii_alphanumeric()).filter(|run| !run.is_empty());
    runs.all(|run| matches!(run, "." | "_" | "__") || run.bytes().all(|b| b == b'-'))
}

fn is_tag(tag: &str) -> bool {
    tag.len() <= 128
        && tag.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
        && !tag.starts_with(['.', '-'])
}

fn check_digest(digest: &str) -> Result<&str, BadDigest> {
    let (name, digits) = digest.split_once(':').unwrap_or((digest, ""));
    let Some((algorithm, expected)) = ALGORITHMS.into_iter().find(|(algorithm, _)| *algorithm == name) else {
        return Err(BadDigest::Algorithm(name.to_owned()));
    };
    // Without a way out of the loop it is quick, and nearly every digest is a good one.
    let others = digits.bytes().filter(|b| !matches!(b, b'0'..=b'9' | b'a'..=b'f')).count();
    if digits.len() == expected && others == 0 {
        return Ok(digest);
    }
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(BadDigest::NotHexadecimal);
    }
    if digits.len() != expected {
        return Err(BadDigest::Length { algorithm, expected, actual: digits.len() });
    }
    if digits.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err(BadDigest::UpperCase);
    }
    Ok(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, full_name: &str, tag: Option<&str>) {
        let reference = ImageReference::parse(text).unwrap();
        assert_eq!((reference.full_name().as_str(), reference.tag), (full_name, tag), "{text}");
    }

    #[test]
    fn short_names_mean_docker_hub() {
        reads("nginx", "docker.io/library/nginx", None);
        reads("nginx:1.29", "docker.io/library/nginx", Some("1.29"));
        reads("bitnami/redis", "docker.io/bitnami/redis", None);
        reads("docker.io/nginx", "docker.io/library/nginx", None);
        reads("index.docker.io/library/nginx", "docker.io/library/nginx", None);
        reads("a/b/c", "docker.io/a/b/c", None);
    }

    #[test]
    fn a_first_step_with_a_dot_a_port_or_a_capital_is_a_host() {
        reads("registry.example.com:5000/shop/api:v2", "registry.example.com:5000/shop/api", Some("v2"));
        reads("localhost/web", "localhost/web", None);
        reads("registry:5000/web", "registry:5000/web", None);
        reads("Registry/web", "registry/web", None);
        reads("web:5000", "docker.io/library/web", Some("5000"));
        reads("nginx:", "docker.io/library/nginx", None);
    }

    #[test]
    fn what_no_kubelet_pulls_is_not_a_reference() {
        for text in
            ["", " ", "$(IMAGE)", "{{ .Values.image }}", "Nginx", "a//b", "-a", "nginx:a b", "https://x/y"]
        {
            assert_eq!(ImageReference::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_a_runtime_would_not_pull_is_not_whole() {
        let sha = "0".repeat(64);
        for text in
            ["nginx", "nginx:1", "a/b/c", "a--b/c__d.e:t", "[::1]:80/x", "H.example/x", "localhost:5000/x"]
        {
            assert!(ImageReference::is_whole(text), "{text}");
            assert!(ImageReference::is_whole(&format!("{text}@sha256:{sha}")), "{text}");
        }
        for text in [
            "registry.example.com/../x",
            "registry.example.com/a..b",
            "registry.example.com/a.-b",
            "registry.example.com/X",
            "registry.example.com/x:",
            "registry.example.com/x@",
            "registry.example.com/x@sha256",
            "registry.example.com/x@sha256:",
            "registry.example.com/x@sha256:0123",
            "user@registry.example.com/x",
            "user:secret@registry.example.com/x",
            "[::1/x",
            "[::1]x/y",
            "[::g]/y",
            "[a.b]/y",
            "[::1]:/y",
            "",
        ] {
            assert!(!ImageReference::is_whole(text), "{text}");
        }
    }

    #[test]
    fn a_digest_has_the_length_the_case_and_the_algorithm_of_one() {
        let digest =
            |digest: &str| ImageReference::parse(&format!("web@{digest}")).unwrap().digest.unwrap().err();
        assert_eq!(digest(&format!("sha256:{}", "0a".repeat(32))), None);
        assert_eq!(digest(&format!("sha512:{}", "0a".repeat(64))), None);
        assert_eq!(digest(&format!("sha256:{}", "0A".repeat(32))), Some(BadDigest::UpperCase));
        assert_eq!(digest(&format!("sha256:{}", "0g".repeat(32))), Some(BadDigest::NotHexadecimal));
        assert_eq!(digest(&format!("md5:{}", "0a".repeat(16))), Some(BadDigest::Algorithm("md5".to_owned())));
        assert!(matches!(digest("sha256:0a"), Some(BadDigest::Length { actual: 2, expected: 64, .. })));
        assert!(matches!(digest(""), Some(BadDigest::Algorithm(_))));
    }

    #[test]
    fn a_glob_is_a_host_or_a_whole_name() {
        let from =
            |image: &str, glob: &str| ImageReference::parse(image).unwrap().is_from(&[glob.to_owned()]);
        assert!(from("registry.example.com/a/b:1", "registry.example.com"));
        assert!(from("registry.example.com/a/b:1", "registry.example.com/**"));
        assert!(from("registry.example.com/a/b:1", "registry.example.com/a/"));
        assert!(from("registry.example.com/a/b:1", "*.example.com"));
        assert!(from("nginx", "docker.io/library/*"));
        assert!(from("nginx", "**"));
        assert!(!from("registry.example.com/a/b:1", "registry.example.com/*"));
        assert!(!from("registry.example.com/a/b:1", "registry.example.com/a"));
        assert!(!from("registry.example.com.evil.test/a", "registry.example.com/**"));
        assert!(!from("registry.example.com.evil.test/a", "registry.example.com"));
        assert!(!from("evil/registry.example.com/a", "registry.example.com/**"));
        assert!(!from("registry.example.com:5000/a", "registry.example.com"));
    }
}
