//! What do the expressions stand on?

use std::collections::BTreeSet;

use policy::pod_security::in_cel::VARIABLES;
use policy::pod_security::safe_sysctls;

use super::Facts;

/// All variables in their order, those of Pod Security first.
pub(super) fn all(facts: &Facts<'_>) -> Vec<(&'static str, String)> {
    let safe: Vec<String> = safe_sysctls(facts.version).map(|name| format!("'{name}'")).collect();
    let mut variables: Vec<(&'static str, String)> =
        VARIABLES.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
    let own = [
        ("minor", facts.version.minor().to_string()),
        ("windows", "variables.spec.?os.?name.orValue('') == 'windows'".to_owned()),
        ("userNamespace", "!variables.spec.?hostUsers.orValue(true)".to_owned()),
        ("volumes", "variables.spec.?volumes.orValue([])".to_owned()),
        ("mountable", MOUNTABLE.to_owned()),
        ("safeSysctls", format!("[{}]", safe.join(", "))),
        ("sysctls", SYSCTLS.to_owned()),
        ("images", references("variables.containers", "c.?image", "c.?imagePullPolicy.orValue('')")),
        ("imageVolumes", image_volumes()),
        ("registries", text(&registries(facts.registries))),
        ("whole", text(&whole())),
        ("rules", RULES.to_owned()),
    ];
    variables.extend(own);
    variables
}

/// The variables that an expression names.
pub(super) fn named(expression: &str) -> BTreeSet<String> {
    let after = expression.split("variables.").skip(1);
    after.map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect()).collect()
}

/// Volumes that a mount means: a StatefulSet's claims take the place of volumes of the same name.
const MOUNTABLE: &str = "variables.volumes.filter(v, object.kind != 'StatefulSet' || \
    !object.spec.?volumeClaimTemplates.orValue([]).exists(t, t.?metadata.?name.orValue('') == v.name))";

/// Names with dots, as the kubelet reads them. The first separator decides.
const SYSCTLS: &str = "variables.spec.?securityContext.?sysctls.orValue([]).map(s, s.name.matches('^[^./]*/') ? \
    s.name.replace('/', '\\n').replace('.', '/').replace('\\n', '.') : s.name)";

/// The rules of a role that somebody wrote.
const RULES: &str = "object.metadata.?name.orValue('').startsWith('system:') || \
    'kubernetes.io/bootstrapping' in object.metadata.?labels.orValue({}) ? [] : object.?rules.orValue([])";

/// The grammar of image references; a text outside of it is never pulled.
const REFERENCE: &str = concat!(
    r"^((LABEL([.]LABEL)*(:[0-9]+)?|[[][^/@]*[.:A-Z][^/@]*\][^/@]*|[[][^/@]*\][^/@]*[.:A-Z][^/@]*)/STEP(/STEP)*",
    r"|STEP|[a-z0-9]([a-z0-9_-]*[a-z0-9])?(/STEP)+)(:([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?)?(@[\s\S]*)?$"
);

/// References that a runtime would pull: narrower than the grammar above, which also takes what could be mended.
fn whole() -> String {
    const WHOLE: &str = concat!(
        r"^((LABEL([.]LABEL)*|[[][0-9a-fA-F]*:[0-9a-fA-F:]*\])(:[0-9]+)?/STEP(/STEP)*|STEP",
        r"|[a-z0-9]+((_|__|-+)[a-z0-9]+)*(/STEP)+)(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?",
        r"(@(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}))?$"
    );
    WHOLE
        .replace("LABEL", "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")
        .replace("STEP", "[a-z0-9]+(([.]|_|__|-+)[a-z0-9]+)*")
}

/// The images of a list, taken apart: who has it, as written, its tag and its full name.
fn references(list: &str, image: &str, policy: &str) -> String {
    let grammar = REFERENCE
        .replace("LABEL", "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")
        .replace("STEP", "[a-z0-9]([a-z0-9._-]*[a-z0-9])?");
    format!(
        "{list}.filter(c, {image}.orValue('').matches(r'{grammar}'))\
         .map(c, {{'who': string(c.name), 'image': string({image}.orValue('')), 'policy': string({policy}), \
         'rest': {image}.orValue('').split('@', 2)[0]}})\
         .map(i, {{'who': i.who, 'image': i.image, 'policy': i.policy, \
         'tag': i.rest.lastIndexOf(':') > i.rest.lastIndexOf('/') ? i.rest.substring(i.rest.lastIndexOf(':') + 1) : '', \
         'rest': i.rest.lastIndexOf(':') > i.rest.lastIndexOf('/') ? i.rest.substring(0, i.rest.lastIndexOf(':')) : i.rest}})\
         .map(i, {{'who': i.who, 'image': i.image, 'policy': i.policy, 'tag': i.tag, 'path': \
         i.rest.matches('^(localhost|[^/]*[.:A-Z][^/]*)/') ? \
         i.rest.split('/', 2)[0].lowerAscii() + '/' + i.rest.split('/', 2)[1] : 'docker.io/' + i.rest}})\
         .map(i, {{'who': i.who, 'image': i.image, 'policy': i.policy, 'tag': i.tag, 'name': \
         i.path.matches('^(index[.])?docker[.]io/') ? 'docker.io/' + \
         (i.path.split('/', 2)[1].contains('/') ? '' : 'library/') + i.path.split('/', 2)[1] : i.path}})"
    )
}

/// Releases before 1.31 have no such volumes.
fn image_volumes() -> String {
    format!("variables.minor < 31 ? [] : {}", references("variables.volumes", "c.?image.?reference", "''"))
}

/// One regular expression for full names from any of the registries; empty for none.
fn registries(globs: &[String]) -> String {
    let each: Vec<String> = globs
        .iter()
        .map(|glob| match glob.trim_end_matches('/') {
            host if !host.contains('/') && host != "**" => format!("{}/.*", pattern(host)),
            trimmed if trimmed.len() < glob.len() => format!("{}/.*", pattern(trimmed)),
            _ => pattern(glob),
        })
        .collect();
    if each.is_empty() { String::new() } else { format!("^({})$", each.join("|")) }
}

/// A glob as a regular expression: `*` stays within a step.
pub(crate) fn pattern(glob: &str) -> String {
    let mut out = String::new();
    let mut chars = glob.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' if chars.next_if_eq(&'*').is_some() => out.push_str(".*"),
            '*' => out.push_str("[^/]*"),
            c if c.is_ascii_alphanumeric() || !c.is_ascii() || matches!(c, '-' | '_' | '/' | ':') => {
                out.push(c);
            }
            c => out.extend(['[', c, ']']),
        }
    }
    out
}

/// A text in CEL.
pub(crate) fn text(value: &str) -> String {
    let mut out = String::from("'");
    for c in value.chars() {
        match c {
            '\'' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.extend(format!("\\u{:04x}", c as u32).chars()),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}
