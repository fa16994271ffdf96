//! Which files, containers and objects does a pattern mean?

use finding::ObjectRef;

/// `*` stands for any characters between two slashes, `**` for any number of whole steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob(String);

impl Glob {
    /// The pattern as written; a leading `./` says nothing.
    pub fn new(pattern: &str) -> Self {
        Self(pattern.strip_prefix("./").unwrap_or(pattern).to_owned())
    }

    /// The pattern.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it takes the whole text.
    pub fn matches(&self, text: &str) -> bool {
        let steps = |text| str::split(text, '/').collect::<Vec<_>>();
        // A step is a letter of the outer alphabet.
        matches(&steps(&self.0), &steps(text), &|step| *step == "**", &|pattern, step| {
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            matches(&letters(pattern), &letters(step), &|c| *c == '*', &|a, b| a == b)
        })
    }
}

/// Whether a pattern with wildcards takes the whole text. On a mismatch only the last wildcard takes one
/// more: no pattern costs more than its length times that of the text.
fn matches<T>(
    pattern: &[T],
    text: &[T],
    is_wild: &dyn Fn(&T) -> bool,
    same: &dyn Fn(&T, &T) -> bool,
) -> bool {
    let (mut p, mut t, mut back) = (0, 0, None);
    while let Some(here) = text.get(t) {
        match pattern.get(p) {
            Some(wild) if is_wild(wild) => {
                back = Some((p, t));
                p += 1;
            }
            Some(wanted) if same(wanted, here) => (p, t) = (p + 1, t + 1),
            _ => {
                let Some((wild, taken)) = back else { return false };
                back = Some((wild, taken + 1));
                (p, t) = (wild + 1, taken + 1);
            }
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(is_wild)
}

/// `Kind/namespace/name`, or `Kind/name` in any namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectPattern {
    kind: Glob,
    namespace: Option<Glob>,
    name: Glob,
}

impl ObjectPattern {
    /// Reads it.
    ///
    /// # Errors
    /// What is missing, and how it is written.
    pub fn parse(text: &str) -> Result<Self, String> {
        let steps: Vec<&str> = text.split('/').collect();
        let (kind, namespace, name) = match steps.as_slice() {
            [kind, name] => (*kind, None, *name),
            [kind, namespace, name] => (*kind, Some(*namespace), *name),
            _ => return Err(format!("`{text}` names no object, write Kind/namespace/name or Kind/name")),
        };
        if kind.is_empty() || name.is_empty() || namespace == Some("") {
            return Err(format!("a part of `{text}` is empty, write `*` for any"));
        }
        if kind.starts_with(|first: char| first.is_ascii_lowercase()) {
            return Err(format!(
                "`{text}` begins with `{kind}`, no kind: write Kind/namespace/name, such as Pod/shop/web"
            ));
        }
        Ok(Self { kind: Glob::new(kind), namespace: namespace.map(Glob::new), name: Glob::new(name) })
    }

    /// Kind, namespace if one is asked for, name.
    pub fn parts(&self) -> (&Glob, Option<&Glob>, &Glob) {
        (&self.kind, self.namespace.as_ref(), &self.name)
    }

    /// An object that names no namespace is in `default`, as it is when it is applied.
    pub fn matches(&self, object: Option<&ObjectRef>) -> bool {
        let Some(object) = object else { return false };
        let namespace = object.namespace.as_deref().unwrap_or("default");
        self.takes(&object.kind, namespace, &object.name)
    }

    /// The same by its parts.
    pub fn takes(&self, kind: &str, namespace: &str, name: &str) -> bool {
        self.kind.matches(kind)
            && self.name.matches(name)
            && self.namespace.as_ref().is_none_or(|glob| glob.matches(namespace))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fall over
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_within_a_step_and_two_go_across() {
        let takes = |pattern: &str, text: &str| Glob::new(pattern).matches(text);
        assert!(takes("deploy/*.yaml", "deploy/web.yaml") && !takes("deploy/*.yaml", "deploy/x/web.yaml"));
        assert!(takes("./deploy/**", "deploy/x/web.yaml") && takes("**/web.yaml", "web.yaml"));
        assert!(takes("a*b*c", "a-b-b-c") && !takes("a*b*c", "a-b-b-d") && takes("*", ""));
        assert!(!takes("web", "web2") && !takes("web2", "web"));
    }

    #[test]
    fn a_pattern_made_to_be_slow_is_not() {
        assert!(!Glob::new(&"*a".repeat(200)).matches(&("a".repeat(20_000) + "b")));
    }

    #[test]
    fn an_object_is_named_by_kind_and_name_and_by_namespace_if_it_matters() {
        let object = |namespace: Option<&str>| ObjectRef {
            api_version: "apps/v1".to_owned(),
            kind: "Deployment".to_owned(),
            namespace: namespace.map(str::to_owned),
            name: "web-1".to_owned(),
        };
        let takes = |pattern: &str, namespace| {
            ObjectPattern::parse(pattern).unwrap().matches(Some(&object(namespace)))
        };
        assert!(takes("Deployment/web-*", Some("shop")) && takes("*/shop/web-1", Some("shop")));
        assert!(takes("Deployment/default/web-1", None) && !takes("Deployment/shop/web-1", None));
        assert!(ObjectPattern::parse("shop/web").unwrap_err().contains("no kind"));
        assert!(ObjectPattern::parse("web").is_err() && ObjectPattern::parse("Deployment//web").is_err());
    }
}
