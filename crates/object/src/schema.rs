//! `schema`: which fields may an object have, of what type, and since which Kubernetes version?
//!
//! The answers come from a table derived from the Kubernetes Go types (`schema/pod_fields.txt`, made by
//! `e2e/oracle/fields`). It covers Pods and the workload kinds around them. Typed structs are the tempting
//! alternative: they know one version only and drop what they do not know, which is what we must report.

use std::collections::BTreeMap;
use std::sync::LazyLock;

mod fit;
#[cfg(test)]
mod tests;

pub use fit::{expected, misfit};

static TABLE: LazyLock<Table> = LazyLock::new(|| parse(include_str!("schema/pod_fields.txt")).0);

/// The newest minor version of Kubernetes 1 the table knows.
pub const NEWEST: u16 = 37;

/// Returns the type of a Pod, where every walk over the table may begin.
pub fn pod() -> &'static Type {
    static NOTHING: Type = Type { name: "", fields: BTreeMap::new() };
    named("Pod").unwrap_or(&NOTHING)
}

/// Returns the type of that name: a kind such as `Deployment`, or a Go type such as `PodSpec`.
///
/// Kinds outside the workload API are not in the table.
pub fn named(name: &str) -> Option<&'static Type> {
    TABLE.types.get(name)
}

/// An object type: a set of fields.
#[derive(Debug, PartialEq, Eq)]
pub struct Type {
    /// The name of the Go type, which is what Kubernetes documentation calls it.
    pub name: &'static str,
    fields: BTreeMap<&'static str, Field>,
}

impl Type {
    /// Returns the field of exactly that spelling: Kubernetes minds case.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.get(name)
    }

    /// Returns all fields of all versions, by name.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.values()
    }
}

/// A field of a type.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// The first minor version of Kubernetes 1 whose types have it; none if 1.16 did.
    ///
    /// A server of that version may still drop the field, because its feature gate is off.
    pub since: Option<u16>,
    /// The first minor version without it; none if the newest has it.
    pub until: Option<u16>,
    /// The feature gate its source comment names.
    pub gate: Option<&'static str>,
    /// Whether its source comment calls it alpha, which the comment may do longer than the feature is.
    pub maturity: Maturity,
}

impl Field {
    /// Says whether the types of Kubernetes 1.`minor` have the field.
    pub fn exists_in(&self, minor: u16) -> bool {
        self.since.is_none_or(|since| since <= minor) && self.until.is_none_or(|until| minor < until)
    }
}

/// What the comment above a field in the source says about its age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maturity {
    /// Nothing.
    Settled,
    /// That it may still change.
    Alpha,
    /// That it should no longer be used.
    Deprecated,
}

/// What a field holds, as JSON shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    String,
    /// Text with values the source names.
    Choice(&'static Choice),
    /// `true` or `false`; quoted, it is a type error.
    Bool,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// A number with a fraction.
    Number,
    /// An amount such as `100m` or `2Gi`, text or number.
    Quantity,
    /// A number or text, such as a port's number or name.
    IntOrString,
    /// An RFC 3339 time.
    Time,
    /// Bytes in base64.
    Bytes,
    /// Anything.
    Any,
    /// A list.
    List(Box<Kind>),
    /// An object whose keys are free.
    Map(Box<Kind>),
    /// An object of that type.
    Struct(&'static str),
}

impl Kind {
    /// Returns the type of the objects inside, through any lists and maps.
    pub fn objects(&self) -> Option<&'static Type> {
        match self {
            Self::List(item) | Self::Map(item) => item.objects(),
            Self::Struct(name) => named(name),
            _ => None,
        }
    }
}

/// A string type with named values. The empty string, which mostly means "unset", is not listed.
#[derive(Debug, PartialEq, Eq)]
pub struct Choice {
    /// The name of the Go type.
    pub name: &'static str,
    /// Whether the API refuses other values.
    pub others: Others,
    values: BTreeMap<&'static str, Option<u16>>,
}

impl Choice {
    /// Returns the values of all versions, each with the minor version it came with if that is later
    /// than the type itself.
    pub fn values(&self) -> impl Iterator<Item = (&'static str, Option<u16>)> {
        self.values.iter().map(|(value, since)| (*value, *since))
    }
}

/// Whether a string type takes values other than those the source names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// The source marks the type as an enumeration.
    Refused,
    /// The source does not say; `ResourceName` takes others, `OSName` does not.
    Unsaid,
}

#[derive(Debug, Default)]
struct Table {
    types: BTreeMap<&'static str, Type>,
    choices: BTreeMap<&'static str, &'static Choice>,
}

/// A line of the table that could not be understood. The tests see to it that there is none.
#[derive(Debug, PartialEq, Eq)]
struct Malformed(&'static str);

/// Reads the table. A malformed line is left out: a user's run must not fall over our own mistake.
fn parse(text: &'static str) -> (Table, Vec<Malformed>) {
    let mut table = Table::default();
    let mut malformed = Vec::new();
    let lines = || text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    for line in lines().filter(|line| !line.starts_with(' ')) {
        if table.declare(line).is_none() {
            malformed.push(Malformed(line));
        }
    }
    let mut current = "";
    for line in lines() {
        if !line.starts_with(' ') {
            current = line;
        } else if table.add(current, line).is_none() {
            malformed.push(Malformed(line));
        }
    }
    (table, malformed)
}

impl Table {
    /// Takes the name of a type, or a whole string type, so that fields may refer to it.
    fn declare(&mut self, line: &'static str) -> Option<()> {
        let mut words = line.split(' ');
        let others = match words.next()? {
            "enum" => Others::Refused,
            "known" => Others::Unsaid,
            name => {
                let fresh = self.types.insert(name, Type { name, fields: BTreeMap::new() }).is_none();
                return (fresh && words.next().is_none()).then_some(());
            }
        };
        let name = words.next()?;
        let values = words.map(value).collect::<Option<BTreeMap<_, _>>>()?;
        // Leaked on purpose, once per process: it lives as long as the table that refers to it.
        let choice = Box::leak(Box::new(Choice { name, others, values }));
        self.choices.insert(name, choice).is_none().then_some(())
    }

    fn add(&mut self, to: &str, line: &'static str) -> Option<()> {
        let mut words = line.split_ascii_whitespace();
        let name = words.next()?;
        let kind = self.kind(words.next()?)?;
        let since = match words.next()? {
            "-" => None,
            version => Some(minor(version)?),
        };
        let mut field = Field { name, kind, since, until: None, gate: None, maturity: Maturity::Settled };
        for word in words {
            match word {
                "alpha" => field.maturity = Maturity::Alpha,
                "deprecated" => field.maturity = Maturity::Deprecated,
                _ if word.starts_with('<') => field.until = Some(minor(word.strip_prefix('<')?)?),
                _ => field.gate = Some(word.strip_prefix("gate:")?),
            }
        }
        self.types.get_mut(to)?.fields.insert(name, field).is_none().then_some(())
    }

    fn kind(&self, word: &'static str) -> Option<Kind> {
        if let Some(item) = word.strip_prefix("[]") {
            return Some(Kind::List(Box::new(self.kind(item)?)));
        }
        if let Some(item) = word.strip_prefix("map[string]") {
            return Some(Kind::Map(Box::new(self.kind(item)?)));
        }
        Some(match word {
            "string" => Kind::String,
            "bool" => Kind::Bool,
            "int32" => Kind::Int32,
            "int64" => Kind::Int64,
            "number" => Kind::Number,
            "quantity" => Kind::Quantity,
            "intstr" => Kind::IntOrString,
            "time" => Kind::Time,
            "bytes" => Kind::Bytes,
            "any" => Kind::Any,
            _ if self.choices.contains_key(word) => Kind::Choice(self.choices.get(word)?),
            _ => Kind::Struct(self.types.get(word)?.name),
        })
    }
}

/// Reads `Never` or `Never@1.34`.
fn value(word: &'static str) -> Option<(&'static str, Option<u16>)> {
    match word.split_once('@') {
        None => Some((word, None)),
        Some((word, version)) => Some((word, Some(minor(version)?))),
    }
}

fn minor(version: &str) -> Option<u16> {
    version.strip_prefix("1.")?.parse().ok()
}
