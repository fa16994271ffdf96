//! One object to one policy: the shape first, then what only the values can say.

use std::collections::{BTreeMap, BTreeSet};

use object::{Kind, Node, Object};

use super::errors::Errors;
use super::fields::SPEC;
use super::shape::{self, ALL, word_of};
use super::{
    API_VERSION, Catalogue, Defaults, Exemptions, KIND, Matching, Mode, PodSecurity, Policy, Untrusted,
    Waiver,
};
use crate::Date;
use crate::pattern::{Glob, ObjectPattern};
use crate::pod_security::{Level, Policy as LevelVersion, PolicyVersion};
use crate::selector::Selector;

pub(super) fn policy(
    object: &Object,
    checks: &dyn Catalogue,
    today: Date,
    errors: &mut Errors<'_>,
) -> Option<Policy> {
    is_policy(object, errors)?;
    let before = errors.list.len();
    let root = object.root();
    let known = ["apiVersion", "kind", "metadata", "spec", "status"];
    for (key, _) in root.entries().filter(|(key, _)| !known.contains(&key.text().unwrap_or_default())) {
        let word = key.text().unwrap_or_default();
        let near =
            crate::nearest(word, &known).map_or_else(String::new, |n| format!(", did you mean `{n}`?"));
        errors.at(key, format!("unknown field `{word}`{near}; what a policy says stands under `spec`"));
    }
    if object.at("metadata.name").and_then(Node::str).is_none_or(str::is_empty) {
        errors.at(root, "a policy needs `metadata.name`".to_owned());
    }
    let Some(spec) = root.get("spec") else {
        errors.at(root, "`spec` is missing: a policy that says nothing decides nothing".to_owned());
        return None;
    };
    shape::mapping(spec, &SPEC, checks, errors);
    // Values are looked at only where they have the shape they should.
    if errors.list.len() != before {
        return None;
    }
    let mode = spec.get("mode").and_then(Node::str).map_or(Mode::Enforce, mode_of);
    let images = spec.get("images");
    no_empty_list(images, "registries", "allows images from anywhere: name some", errors);
    no_empty_list(spec.get("defaults"), "dropCapabilities", "drops nothing: write [ALL]", errors);
    let policy = Policy {
        name: object.name().to_owned(),
        matching: matching(spec.get("match"), errors),
        mode,
        pod_security: spec.get("podSecurity").and_then(|node| pod_security(node, mode, errors)),
        // Their documents may stand in a file that is yet to come.
        pod_security_policies: spec.get("podSecurityPolicies").map(|list| {
            names(list, errors);
            Vec::new()
        }),
        checks: by_check(spec, mode, checks),
        exemptions: exemptions(spec.get("exemptions"), errors),
        registries: images.map(|images| texts(images.get("registries"))).unwrap_or_default(),
        untrusted: untrusted(images, errors),
        defaults: defaults(spec.get("defaults")),
        waivers: waivers(spec.get("waivers"), checks, today, errors),
    };
    if policy.decides_nothing() {
        errors.at(
            spec,
            "this policy decides nothing: give it podSecurity, podSecurityPolicies, checks, images or \
             defaults"
                .to_owned(),
        );
    }
    (errors.list.len() == before).then_some(policy)
}

fn is_policy(object: &Object, errors: &mut Errors<'_>) -> Option<()> {
    let api_version = &object.id().api_version;
    let (kind, name) = (object.kind(), object.name());
    let written = |key: &str| object.root().get(key).unwrap_or(object.root());
    if kind == KIND && api_version == API_VERSION {
        return Some(());
    }
    if kind == KIND && object.group() == "cofferdam.dev" {
        errors.at(written("apiVersion"), format!("`{api_version}` is not known here, write {API_VERSION}"));
    } else {
        let text = format!(
            "{kind} `{name}` of {api_version} is no policy: expected {KIND} of {API_VERSION}; what a policy looks up, \
             such as parameters and namespaces, is given with --objects"
        );
        errors.at(written("kind"), text);
    }
    None
}

impl Policy {
    fn decides_nothing(&self) -> bool {
        let holds_pods = self.pod_security.is_some() || self.pod_security_policies.is_some();
        !holds_pods && self.checks.is_empty() && !self.defaults.any()
    }
}

/// Refuses an empty list, which says less than whoever writes it will think.
fn no_empty_list(holder: Option<Node<'_>>, key: &str, why: &str, errors: &mut Errors<'_>) {
    let list = holder.and_then(|holder| holder.get(key));
    if let Some(list) = list.filter(|list| list.items().len() == 0) {
        errors.at(list, format!("an empty list {why}, or remove the key"));
    }
}

/// Refuses a list of `PodSecurityPolicies` that names none, or one twice.
fn names(list: Node<'_>, errors: &mut Errors<'_>) {
    if list.items().len() == 0 {
        errors.at(list, "an empty list would refuse every pod: name some, or remove the key".to_owned());
    }
    let mut seen = BTreeSet::new();
    for item in list.items() {
        if !seen.insert(item.str()) {
            errors.at(item, format!("`{}` stands here twice", item.str().unwrap_or_default()));
        }
    }
}

fn mode_of(word: &str) -> Mode {
    match word {
        "warn" => Mode::Warn,
        "audit" => Mode::Audit,
        _ => Mode::Enforce,
    }
}

fn texts(list: Option<Node<'_>>) -> Vec<String> {
    list.into_iter().flat_map(Node::items).filter_map(Node::str).map(str::to_owned).collect()
}

fn globs(list: Option<Node<'_>>, errors: &mut Errors<'_>) -> Vec<Glob> {
    let mut found = Vec::new();
    for item in list.into_iter().flat_map(Node::items) {
        let text = item.str().unwrap_or_default();
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '*');
        if !text.chars().all(fits) {
            errors.at(
                item,
                format!("`{text}` can match no namespace: letters in lower case, digits, `-` and `*`"),
            );
        }
        found.push(Glob::new(text));
    }
    found
}

fn matching(node: Option<Node<'_>>, errors: &mut Errors<'_>) -> Matching {
    let Some(node) = node else { return Matching::default() };
    if let Some(list) = node.get("namespaces").filter(|list| list.items().len() == 0) {
        errors
            .at(list, "an empty list matches no namespace: name some, or remove the key for all".to_owned());
    }
    let namespaces = globs(node.get("namespaces"), errors);
    let exclude = globs(node.get("exclude"), errors);
    let mut selector = |key: &str| {
        let read = Selector::read(node.get(key)?);
        read.map_err(|(at, why)| errors.at(at, why)).ok()
    };
    let (namespace_selector, object_selector) = (selector("namespaceSelector"), selector("objectSelector"));
    Matching { namespaces, exclude, namespace_selector, object_selector }
}

fn pod_security(node: Node<'_>, mode: Mode, errors: &mut Errors<'_>) -> Option<PodSecurity> {
    let level = node.get("level");
    if node.get("namespaceLabels").and_then(Node::bool) != Some(true) {
        if let Some(defaults) = node.get("defaults") {
            errors.at(defaults, "`defaults` are for `namespaceLabels: true`".to_owned());
        }
        let Some(level) = level else {
            errors.at(node, "`level` is missing, or `namespaceLabels: true`".to_owned());
            return None;
        };
        return Some(PodSecurity::Fixed(level_version(Some(level), node.get("version"))));
    }
    for extra in [level, node.get("version")].into_iter().flatten() {
        errors.at(extra, "with `namespaceLabels` the labels decide: put a level under `defaults`".to_owned());
    }
    if mode != Mode::Enforce {
        let text = format!("with `namespaceLabels` the labels say the mode: remove `mode: {}`", mode.word());
        errors.at(node, text);
    }
    let defaults = node.get("defaults");
    let of = |key: &str, version: &str| {
        level_version(defaults.and_then(|d| d.get(key)), defaults.and_then(|d| d.get(version)))
    };
    Some(PodSecurity::Labels {
        enforce: of("enforce", "enforce-version"),
        audit: of("audit", "audit-version"),
        warn: of("warn", "warn-version"),
    })
}

fn level_version(level: Option<Node<'_>>, version: Option<Node<'_>>) -> LevelVersion {
    let level = level.and_then(Node::str).and_then(|word| word.parse().ok()).unwrap_or(Level::Privileged);
    let version = version.and_then(Node::str).and_then(|text| text.parse().ok());
    LevelVersion { level, version: version.map_or(PolicyVersion::Latest, PolicyVersion::At) }
}

/// The checks of the policy: those that `images` implies, then `*`, then those that are named.
fn by_check(spec: Node<'_>, mode: Mode, checks: &dyn Catalogue) -> BTreeMap<&'static str, Mode> {
    let mut found = BTreeMap::new();
    let images = spec.get("images");
    let implied: &[&str] = match images.and_then(|images| images.get("require")).and_then(Node::str) {
        Some("digest") => &["image-not-pinned", "image-volume-unpinned"],
        Some("version-tag") => &["mutable-image-tag"],
        _ => &[],
    };
    let registries: &[&str] = match images.and_then(|images| images.get("registries")) {
        Some(_) => &["image-registry-not-allowed", "image-volume-registry-not-allowed"],
        None => &[],
    };
    found.extend(implied.iter().chain(registries).filter_map(|id| Some((checks.find(id).ok()?, mode))));
    let Some(written) = spec.get("checks") else { return found };
    if let Some(word) = written.get(ALL).and_then(word_of).filter(|word| *word != "off") {
        found.extend(checks.all().into_iter().map(|id| (id, mode_of(word))));
    }
    for (key, value) in written.entries().filter(|(key, _)| key.text() != Some(ALL)) {
        let Ok(id) = checks.find(key.text().unwrap_or_default()) else { continue };
        match word_of(value) {
            Some("off") | None => found.remove(id),
            Some(word) => found.insert(id, mode_of(word)),
        };
    }
    found
}

fn exemptions(node: Option<Node<'_>>, errors: &mut Errors<'_>) -> Exemptions {
    let Some(node) = node else { return Exemptions::default() };
    let mut whole = |key: &str| {
        let list = node.get(key);
        let names = texts(list);
        for (at, item) in list.into_iter().flat_map(Node::items).enumerate() {
            let name = item.str().unwrap_or_default();
            if name.contains('*') {
                errors
                    .at(item, format!("`{name}`: exemptions are whole names, as in Pod Security admission"));
            } else if names.iter().take(at).any(|other| other == name) {
                errors.at(item, format!("`{name}` stands here twice"));
            }
        }
        names
    };
    let (usernames, namespaces, runtime_classes) =
        (whole("usernames"), whole("namespaces"), whole("runtimeClasses"));
    let mut objects = Vec::new();
    for item in node.get("objects").into_iter().flat_map(Node::items) {
        match ObjectPattern::parse(item.str().unwrap_or_default()) {
            Ok(pattern) => objects.push(pattern),
            Err(why) => errors.at(item, why),
        }
    }
    Exemptions { usernames, namespaces, runtime_classes, objects }
}

fn untrusted(images: Option<Node<'_>>, errors: &mut Errors<'_>) -> Untrusted {
    let Some(node) = images.and_then(|images| images.get("untrusted")) else { return Untrusted::Deny };
    if images.and_then(|images| images.get("registries")).is_none() {
        errors.at(
            node,
            "`untrusted` needs `registries`: it is about images that are from none of them".to_owned(),
        );
    }
    match node.get("runtimeClassName").and_then(Node::str) {
        Some(name) => Untrusted::RuntimeClass(name.to_owned()),
        None => Untrusted::Deny,
    }
}

fn defaults(node: Option<Node<'_>>) -> Defaults {
    let Some(node) = node else { return Defaults::default() };
    let flag = |key: &str| node.get(key).and_then(Node::bool);
    Defaults {
        seccomp_profile: node.get("seccompProfile").is_some_and(|value| value.kind() == Kind::Str),
        automount_service_account_token: flag("automountServiceAccountToken"),
        drop_capabilities: node.get("dropCapabilities").is_some_and(|list| list.items().len() > 0),
        read_only_root_filesystem: flag("readOnlyRootFilesystem"),
    }
}

fn waivers(
    list: Option<Node<'_>>,
    checks: &dyn Catalogue,
    today: Date,
    errors: &mut Errors<'_>,
) -> Vec<Waiver> {
    let mut found = Vec::new();
    for item in list.into_iter().flat_map(Node::items) {
        let text = |key: &str| item.get(key).and_then(Node::str).unwrap_or_default();
        let at = |key: &str| item.get(key).unwrap_or(item);
        let check = checks.find(text("check")).map_err(|why| errors.at(at("check"), why));
        let object = ObjectPattern::parse(text("object")).map_err(|why| errors.at(at("object"), why));
        let Ok(expires) = text("expires").parse::<Date>() else { continue };
        if expires < today {
            let way_out = format!(
                "the waiver for `{}` expired on {expires}: mend what it covers, or let its owner {} set a new day",
                text("check"),
                text("owner"),
            );
            errors.at(at("expires"), way_out);
        }
        if let (Ok(check), Ok(object)) = (check, object) {
            let (reason, owner) = (text("reason").to_owned(), text("owner").to_owned());
            found.push(Waiver { check, object, reason, owner, expires });
        }
    }
    found
}
