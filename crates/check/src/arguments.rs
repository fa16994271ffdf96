//! Does a command line carry a credential?
//!
//! `--password=x`, `--password x`, `PASSWORD=x`, `-H "Authorization: Bearer x"`, URLs with a password, and
//! the short flags of programs that are known for them; in plain arguments and inside shell scripts.

use std::borrow::Cow;

use crate::credential::{SHORTEST, Suspicion, has_scheme, named_like_one, suspect};
use crate::lines::{Reading, credentials as credentials_of_text, is_name};

/// A credential found in one argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Which argument.
    pub index: usize,
    /// The flag or name it goes under, if a message may show one.
    pub name: Option<String>,
    /// What the message says of it.
    pub what: String,
}

/// Programs whose short flag takes a password, and whether it may or must stand in the same word.
const SHORT: [(&[&str], &str, Place); 6] = [
    (&["mysql", "mysqladmin", "mysqldump", "mariadb", "mariadb-admin", "mariadb-dump"], "-p", Place::Same),
    (&["redis-cli", "valkey-cli"], "-a", Place::Next),
    (&["mongo", "mongosh", "mongodump", "mongorestore"], "-p", Place::Next),
    (&["sshpass"], "-p", Place::Either),
    (&["ldapsearch", "ldapadd", "ldapmodify", "ldapwhoami"], "-w", Place::Next),
    (&["curl"], "-u", Place::Next),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Same,
    Next,
    Either,
}

/// A word of a command line.
#[derive(Debug)]
struct Word<'a> {
    text: Cow<'a, str>,
    /// The argument it stands in.
    index: usize,
    /// The shell puts something in its place.
    expands: bool,
}

/// The first credential of each argument.
pub(crate) fn credentials<'a>(arguments: impl Iterator<Item = &'a str>) -> Vec<Found> {
    let mut words = Vec::new();
    for (index, argument) in arguments.enumerate() {
        split(argument, index, &mut words);
    }
    let mut found: Vec<Found> = Vec::new();
    let mut program = "";
    for (position, word) in words.iter().enumerate() {
        let name_start = word.text.bytes().rposition(|byte| byte == b'/').map_or(0, |slash| slash + 1);
        let name = word.text.get(name_start..).unwrap_or_default();
        if SHORT.iter().any(|(programs, ..)| programs.contains(&name)) {
            program = name;
        } else if matches!(name, ";" | "&&" | "||" | "|") {
            program = "";
        }
        let next = words.get(position + 1);
        let new = in_word(word).or_else(|| in_two(word, next?)).or_else(|| short_flag(program, word, next));
        found.extend(new.filter(|new| found.last().is_none_or(|old| old.index < new.index)));
    }
    found
}

/// What one word says by itself.
fn in_word(word: &Word<'_>) -> Option<Found> {
    // Neither a token nor a name with a value, a header, a URL, or JSON.
    if word.text.len() < SHORTEST && !word.text.bytes().any(|byte| matches!(byte, b'=' | b':' | b'{')) {
        return None;
    }
    let (name, value) = named_value(&word.text);
    let by_url =
        [value, &word.text].into_iter().find_map(url).map(|suspicion| found(word, suspicion, name, value));
    if word.expands {
        return by_url;
    }
    let by_name = suspect(name, value).map(|suspicion| found(word, suspicion, name, value));
    let by_header = || header(&word.text).map(|(suspicion, value)| found(word, suspicion, "", value));
    let in_json = || {
        let json = word.text.get(word.text.find('{')?..)?;
        let pair = credentials_of_text(json, Reading::Settings).next()?;
        Some(found(word, pair.suspicion, pair.name, pair.value))
    };
    by_name.or(by_url).or_else(by_header).or_else(in_json)
}

/// `--password x`.
fn in_two(flag: &Word<'_>, value: &Word<'_>) -> Option<Found> {
    let name = flag.text.strip_prefix("--")?;
    let is_value = !value.expands && !value.text.starts_with('-') && is_name(name) && named_like_one(name);
    let suspicion = suspect(name, &value.text).filter(|_| is_value)?;
    Some(found(value, suspicion, &flag.text, &value.text))
}

/// `mysql -psecret`, `redis-cli -a secret`, `curl -u user:secret`.
fn short_flag(program: &str, word: &Word<'_>, next: Option<&Word<'_>>) -> Option<Found> {
    if program.is_empty() {
        return None;
    }
    let (_, flag, place) = SHORT.iter().find(|(programs, ..)| programs.contains(&program))?;
    let rest = word.text.strip_prefix(flag)?;
    let (holder, value) = match (rest.is_empty(), place) {
        (true, Place::Next | Place::Either) => (next?, next?.text.as_ref()),
        (false, Place::Same | Place::Either) => (word, rest),
        _ => return None,
    };
    let value = if program == "curl" { value.split_once(':')?.1 } else { value };
    let suspicion = suspect("PASSWORD", value).filter(|_| !holder.expands)?;
    Some(found(holder, suspicion, flag, value))
}

fn found(word: &Word<'_>, suspicion: Suspicion, name: &str, value: &str) -> Found {
    let shown = is_name(name) && (name.starts_with('-') && name.len() == 2 || named_like_one(name));
    Found { index: word.index, name: shown.then(|| name.to_owned()), what: suspicion.of(value) }
}

/// The name, dashes included, and the value of `--name=value` and `NAME=value`; no name for anything else.
fn named_value(text: &str) -> (&str, &str) {
    match text.split_once('=') {
        // `--set db.password=x`, `--from-literal=password=x`: the last name counts.
        Some((name, rest)) if is_name(name) => match rest.split_once('=') {
            Some((inner, value)) if is_name(inner) && named_like_one(inner) => (inner, value),
            _ => (name, rest),
        },
        _ => ("", text),
    }
}

/// `Authorization: Bearer x`, `X-Api-Key: x`: what speaks for the value, and the value.
pub(crate) fn header(text: &str) -> Option<(Suspicion, &str)> {
    let (name, value) = text.split_once(':')?;
    let (name, value) = (name.trim(), value.trim());
    if !["authorization", "proxy-authorization"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
        return suspect(name, value).filter(|_| is_name(name)).map(|suspicion| (suspicion, value));
    }
    // What stands before it is the scheme: `Bearer`, `Basic`.
    let value = value.split_whitespace().last()?;
    suspect("TOKEN", value).map(|suspicion| (suspicion, value))
}

fn url(text: &str) -> Option<Suspicion> {
    has_scheme(text).then(|| suspect("", text)).flatten()
}

/// The words of an argument: itself, unless it is a script.
fn split<'a>(argument: &'a str, index: usize, words: &mut Vec<Word<'a>>) {
    let trimmed = argument.trim();
    if !trimmed.contains(char::is_whitespace) {
        let expands =
            trimmed.bytes().any(|byte| byte == b'$') && (trimmed.contains("$(") || trimmed.contains("${"));
        words.push(Word { text: trimmed.into(), index, expands });
        return;
    }
    let mut quote = None;
    let mut word = Word { text: Cow::default(), index, expands: false };
    let mut chars = argument.chars().peekable();
    let mut in_comment = false;
    while let Some(c) = chars.next() {
        in_comment &= c != '\n';
        match (quote, c) {
            _ if in_comment => {}
            (None, '#') if word.text.is_empty() => in_comment = true,
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None | Some('"'), '\\') => word.text.to_mut().extend(chars.next().filter(|next| *next != '\n')),
            (None, '\n' | ';' | '|' | '&') => {
                end(&mut word, words);
                words.push(Word { text: ";".into(), index, expands: false });
            }
            (None, c) if c.is_whitespace() => end(&mut word, words),
            (_, c) => {
                let follows = chars.peek().is_some_and(|next| next.is_alphabetic() || "({_".contains(*next));
                word.expands |= quote != Some('\'') && (c == '`' || (c == '$' && follows));
                word.text.to_mut().push(c);
            }
        }
    }
    end(&mut word, words);
}

fn end<'a>(word: &mut Word<'a>, words: &mut Vec<Word<'a>>) {
    if !word.text.is_empty() {
        let text = std::mem::take(&mut word.text);
        words.push(Word { text, index: word.index, expands: word.expands });
    }
    word.expands = false;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flagged(arguments: &[&str]) -> Vec<(usize, Option<String>)> {
        let found = credentials(arguments.iter().copied());
        found.into_iter().map(|found| (found.index, found.name)).collect()
    }

    #[test]
    fn credentials_of_a_command_line_are_found() {
        for (arguments, index) in [
            (&["--db-password=orchard-lantern"][..], 0),
            (&["--db-password", "orchard-lantern"], 1),
            (&["env", "DB_PASSWORD=orchard-lantern"], 1),
            (&["helm", "--set", "db.password=orchard-lantern"], 2),
            (&["kubectl", "--from-literal=password=orchard-lantern"], 1),
            (&["sh", "-c", "mysql -u app -porchard-lantern < /x"], 2),
            (&["mysqldump", "-porchard-lantern"], 1),
            (&["redis-cli", "-a", "orchard-lantern", "ping"], 2),
            (&["redis-server", "--requirepass", "orchard-lantern"], 2),
            (&["curl", "-u", "ann:orchard-lantern"], 2),
            (&["sh", "-c", "curl -H 'X-Api-Key: orchard-lantern' $URL"], 2),
            (&["sh", "-c", "curl -H \"Authorization: Bearer orchard-lantern\""], 2),
            (&["sh", "-c", "# note\nexport TOKEN=orchard-lantern\nrun"], 2),
            (&[r#"--config={"db":{"password":"orchard-lantern"}}"#], 0),
            (&["--dsn=postgres://app:orchard-lantern@db/app"], 0),
            (&["sh", "-c", "psql postgres://app:orchard-lantern@$HOST/app"], 2),
        ] {
            let found = flagged(arguments);
            assert_eq!(found.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [index], "{arguments:?}");
        }
        assert_eq!(flagged(&["--db-password=orchard-lantern"]), [(0, Some("--db-password".to_owned()))]);
    }

    #[test]
    fn what_only_looks_like_it_is_not() {
        for arguments in [
            &["--password-file=/run/secrets/db"][..],
            &["--db-password=$(DB_PASSWORD)"],
            &["--password", "--verbose"],
            &["mkdir", "-p", "orchard-lantern"],
            &["docker", "run", "-p", "8080:80"],
            &["mysql", "-p"],
            &["sh", "-c", "mysql -p$PASSWORD"],
            &["sh", "-c", "mysql -h db; mkdir -porchard-lantern"],
            &["sh", "-c", "TOKEN=$(cat /run/secrets/token) run"],
            &["sh", "-c", "TOKEN=`cat /run/secrets/token` run"],
            &["sh", "-c", "# TOKEN=orchard-lantern"],
            &["sh", "-c", "curl -H \"Authorization: Bearer $TOKEN\" https://api"],
            &["sh", "-c", "sed s/password=.*/password=other/ x"],
            &["sh", "-c", "echo 'enter the password: then wait'"],
            &["--default-ssl-certificate=shop/tls", "--pull-secret=shop/regcred"],
            &["--token-ttl=24h", "--authorization-mode=Webhook", "--auth=basic"],
        ] {
            assert_eq!(flagged(arguments), [], "{arguments:?}");
        }
    }
}
