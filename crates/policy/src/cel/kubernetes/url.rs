//! What are the parts of a URL, and is it one?
//!
//! As Go's `net/url` (1.26) sees it, errors included, since the format `uri` shows them. Bytes that are no text once
//! unescaped are replaced by U+FFFD, where Go keeps them.

mod escape;

use self::escape::{Part, escape, plain, text, unescape};
use crate::pod_security::go_quoted as quote;

/// An absolute URL or an absolute path.
#[derive(Clone, Debug)]
pub struct Url {
    scheme: String,
    /// What follows the scheme of something like `mailto:a@b`.
    opaque: String,
    user: Option<(Vec<u8>, Option<Vec<u8>>)>,
    host: Vec<u8>,
    path: Vec<u8>,
    /// The path as written, where that is not how we would write it.
    raw_path: String,
    /// There was no `//` after the scheme.
    no_host: bool,
    /// The text ended in `?`.
    empty_query: bool,
    query: String,
    fragment: Option<String>,
}

/// Whether a fragment may follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As in the first line of an HTTP request.
    Request,
    /// As in a link.
    Reference,
}

impl Url {
    /// Reads what the function `url` takes.
    pub fn parse(text: &str) -> Result<Self, String> {
        check(text)?;
        let (rest, fragment) = text.split_once('#').map_or((text, ""), |(rest, fragment)| (rest, fragment));
        let mut url = parse(rest, Form::Reference).map_err(|e| explain(rest, &e))?;
        if !fragment.is_empty() {
            unescape(fragment, Part::Fragment).map_err(|e| explain(text, &e))?;
            url.fragment = Some(fragment.to_owned());
        }
        Ok(url)
    }

    /// `https`.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// `example.com:80`, without the user.
    pub fn host(&self) -> String {
        text(&self.host)
    }

    /// `example.com`, of an IPv6 address without its brackets.
    pub fn hostname(&self) -> String {
        let host = self.host();
        let name = split_port(&host).0;
        name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name).to_owned()
    }

    /// `80`, or nothing.
    pub fn port(&self) -> String {
        split_port(&self.host()).1.to_owned()
    }

    /// The path with everything escaped that has to be.
    pub fn escaped_path(&self) -> String {
        let written = !self.raw_path.is_empty()
            && self.raw_path.bytes().all(|b| b"!$&'()*+,;=:@[]%".contains(&b) || plain(b, Part::Path));
        if written {
            return self.raw_path.clone();
        }
        if self.path == b"*" { "*".to_owned() } else { escape(&self.path, Part::Path) }
    }

    /// The values of each key of the query, both unescaped; what cannot be read is left out.
    pub fn query(&self) -> Vec<(String, Vec<String>)> {
        let mut found: Vec<(String, Vec<String>)> = Vec::new();
        let mut places = std::collections::HashMap::new();
        if self.query.bytes().filter(|b| *b == b'&').count() >= MOST_PARAMETERS {
            return found;
        }
        for pair in self.query.split('&').filter(|pair| !pair.is_empty() && !pair.contains(';')) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            if let (Ok(key), Ok(value)) = (unescape(key, Part::Query), unescape(value, Part::Query)) {
                let place = *places.entry(key).or_insert_with_key(|key| {
                    found.push((text(key), Vec::new()));
                    found.len() - 1
                });
                if let Some((_, values)) = found.get_mut(place) {
                    values.push(text(&value));
                }
            }
        }
        found
    }
}

/// How many pairs a query may have; beyond it Go reads none.
const MOST_PARAMETERS: usize = 10_000;

/// Whether it is what a request may ask for; says why not as Go does.
pub fn check(text: &str) -> Result<(), String> {
    parse(text, Form::Request).map(|_| ()).map_err(|e| explain(text, &e))
}

fn explain(text: &str, error: &str) -> String {
    format!("parse {}: {error}", quote(text))
}

fn parse(text: &str, form: Form) -> Result<Url, String> {
    if text.bytes().any(|b| b < b' ' || b == 0x7f) {
        return Err("net/url: invalid control character in URL".to_owned());
    }
    if text.is_empty() && form == Form::Request {
        return Err("empty url".to_owned());
    }
    let mut url = Url {
        scheme: String::new(),
        opaque: String::new(),
        user: None,
        host: Vec::new(),
        path: Vec::new(),
        raw_path: String::new(),
        no_host: false,
        empty_query: false,
        query: String::new(),
        fragment: None,
    };
    if text == "*" {
        url.path = b"*".to_vec();
        return Ok(url);
    }
    let (scheme, rest) = split_scheme(text)?;
    url.scheme = scheme.to_ascii_lowercase();
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    url.empty_query = query.is_empty() && text.ends_with('?');
    query.clone_into(&mut url.query);
    if !rest.starts_with('/') {
        if !scheme.is_empty() {
            rest.clone_into(&mut url.opaque);
            return Ok(url);
        }
        if form == Form::Request {
            return Err("invalid URI for request".to_owned());
        }
        if rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
            return Err("first path segment in URL cannot contain colon".to_owned());
        }
    }
    let mut path = rest;
    let may_have_host = !scheme.is_empty() || form == Form::Reference && !rest.starts_with("///");
    if let Some(rest) = rest.strip_prefix("//").filter(|_| may_have_host) {
        let (authority, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        (url.user, url.host) = split_authority(&url.scheme, authority)?;
        path = rest;
    } else if !scheme.is_empty() && rest.starts_with('/') {
        url.no_host = true;
    }
    url.path = unescape(path, Part::Path)?;
    if escape(&url.path, Part::Path) != path {
        path.clone_into(&mut url.raw_path);
    }
    Ok(url)
}

fn split_scheme(text: &str) -> Result<(&str, &str), String> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c))).unwrap_or(text.len());
    match text.split_at(end) {
        ("", rest) if rest.starts_with(':') => Err("missing protocol scheme".to_owned()),
        (scheme, rest) if scheme.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            Ok(rest.strip_prefix(':').map_or(("", text), |rest| (scheme, rest)))
        }
        _ => Ok(("", text)),
    }
}

type User = (Vec<u8>, Option<Vec<u8>>);

fn split_authority(scheme: &str, authority: &str) -> Result<(Option<User>, Vec<u8>), String> {
    let (user, host) =
        authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    let host = parse_host(scheme, host)?;
    let Some(user) = user else { return Ok((None, host)) };
    if !user.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&b)) {
        return Err("net/url: invalid userinfo".to_owned());
    }
    let user = match user.split_once(':') {
        None => (unescape(user, Part::User)?, None),
        Some((name, password)) => (unescape(name, Part::User)?, Some(unescape(password, Part::User)?)),
    };
    Ok((Some(user), host))
}

fn parse_host(scheme: &str, host: &str) -> Result<Vec<u8>, String> {
    match host.rfind('[') {
        Some(0) => return parse_literal(host),
        Some(_) => return Err("invalid IP-literal".to_owned()),
        None => {}
    }
    let colon = if matches!(scheme, "http" | "https") { host.find(':') } else { host.rfind(':') };
    let port = colon.map_or("", |colon| host.split_at(colon).1);
    check_port(port)?;
    unescape(host, Part::Host)
}

/// An IPv6 address in brackets.
fn parse_literal(host: &str) -> Result<Vec<u8>, String> {
    let (inside, port) = host.rsplit_once(']').ok_or("missing ']' in host")?;
    check_port(port)?;
    let inside = inside.strip_prefix('[').unwrap_or(inside);
    let (address, zone) = inside.split_at(inside.find("%25").unwrap_or(inside.len()));
    let mut name = unescape(address, Part::Host)?;
    name.extend(unescape(zone, Part::Zone)?);
    // Here a mapped address is fine, and so is a zone, unlike in the function `ip`.
    let shown = text(&name);
    let (address, zone) =
        shown.split_once('%').map_or((&*shown, None), |(address, zone)| (address, Some(zone)));
    match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V6(_)) if zone != Some("") => {}
        Ok(std::net::IpAddr::V4(_)) if zone.is_none() => return Err("invalid IP-literal".to_owned()),
        _ => return Err(format!("invalid host: ParseAddr({}): not an IP address", quote(&shown))),
    }
    Ok([b"[", name.as_slice(), b"]", port.as_bytes()].concat())
}

fn check_port(port: &str) -> Result<(), String> {
    let fine =
        port.is_empty() || port.strip_prefix(':').is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit()));
    if fine { Ok(()) } else { Err(format!("invalid port {} after host", quote(port))) }
}

fn split_port(host: &str) -> (&str, &str) {
    host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).unwrap_or((host, ""))
}

/// Two URLs are one if they are written alike.
impl PartialEq for Url {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for Url {}

impl std::fmt::Display for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut written = String::new();
        if !self.scheme.is_empty() {
            written.extend([self.scheme.as_str(), ":"]);
        }
        if self.opaque.is_empty() {
            self.write_place(&mut written);
        } else {
            written.push_str(&self.opaque);
        }
        if self.empty_query || !self.query.is_empty() {
            written.extend(["?", &self.query]);
        }
        if let Some(fragment) = &self.fragment {
            written.extend(["#", &escaped_fragment(fragment)]);
        }
        f.write_str(&written)
    }
}

impl Url {
    fn write_place(&self, written: &mut String) {
        let nowhere = self.scheme.is_empty() && self.host.is_empty() && self.user.is_none();
        let omitted = self.no_host && self.host.is_empty() && self.user.is_none();
        if !nowhere && !omitted {
            if !self.host.is_empty() || !self.path.is_empty() || self.user.is_some() {
                written.push_str("//");
            }
            if let Some((name, password)) = &self.user {
                written.push_str(&escape(name, Part::User));
                if let Some(password) = password {
                    written.extend([":", &escape(password, Part::User)]);
                }
                written.push('@');
            }
            written.push_str(&escape(&self.host, Part::Host));
        }
        let path = self.escaped_path();
        if !path.is_empty() && !path.starts_with('/') && !self.host.is_empty() {
            written.push('/');
        }
        if written.is_empty() && path.split('/').next().is_some_and(|segment| segment.contains(':')) {
            written.push_str("./");
        }
        written.push_str(&path);
    }
}

fn escaped_fragment(fragment: &str) -> String {
    if fragment.bytes().all(|b| b"!$&'()*+,;=:@[]%".contains(&b) || plain(b, Part::Fragment)) {
        return fragment.to_owned();
    }
    unescape(fragment, Part::Fragment).map(|bytes| escape(&bytes, Part::Fragment)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_those_of_the_server() {
        let url = Url::parse("HTTPS://u:p@[fe80::1%25en0]:8080/a%2fb/c?x=1&y=%41+b&x=2;&x=3#f").unwrap();
        assert_eq!((url.scheme(), &*url.host(), &*url.port()), ("https", "[fe80::1%en0]:8080", "8080"));
        assert_eq!((&*url.hostname(), &*url.escaped_path()), ("fe80::1%en0", "/a%2fb/c"));
        assert_eq!(Url::parse("/a%2fb/c d").unwrap().escaped_path(), "/a/b/c%20d");
        let query: Vec<_> = url.query();
        assert_eq!(query, [("x".into(), vec!["1".into(), "3".into()]), ("y".into(), vec!["A b".into()])]);
    }

    #[test]
    fn refusals_speak_as_go_does() {
        for (text, why) in [
            ("", "empty url"),
            ("a/b", "invalid URI for request"),
            (":a", "missing protocol scheme"),
            ("http://a:b", "invalid port \":b\" after host"),
            ("http://a b/", "invalid character \" \" in host name"),
            ("http://a/%zz", "invalid URL escape \"%zz\""),
            ("http://[::1", "missing ']' in host"),
            ("http://a\n", "net/url: invalid control character in URL"),
            ("http://%41/", "invalid URL escape \"%41\""),
        ] {
            assert_eq!(check(text), Err(format!("parse {}: {why}", quote(text))));
        }
        for text in
            ["/", "*", "a:", "http:", "//a/b", "http://a:1/?", "mailto:a@b", "/a b", "http://a/\u{e9}"]
        {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }
}
