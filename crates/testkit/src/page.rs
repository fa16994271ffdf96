//! The golden page harness: a check's page is its test.
//!
//! In an example a comment line of carets speaks of the line above it: `#   ^^^^ message`; where the
//! finding starts in the first column, `# <-- message`. An example without `kind` is a Pod.
//!
//! After ```` ```yaml ```` may stand `kube=1.26` and what `cofferdam.yaml` would say: `registries=a/**,b/**`,
//! `kernel=5.4`, `runtimeClasses=a,b`, `sandboxed=ns,ns-*`, `seccompProfiles=a.json`, `appArmorProfiles=a`;
//! `values=held` judges as admission does, which cannot tell what is written from what a server fills in.

use std::collections::BTreeSet;
use std::sync::Arc;

use check::fix::{Mended, mend};
use check::{Check, Judge, Page, Run, Scope, Settings, Values, Waivers};
use finding::{Finding, Safety, Severity, Source};
use object::{Inventory, Limits, Version};

/// One fenced example of a page.
#[derive(Debug)]
pub struct Example {
    /// The heading it stands under: `Flagged` or `Accepted`.
    pub heading: String,
    /// The release to judge for, the newest unless the fence says `kube=1.NN`.
    pub version: Version,
    /// The Pod Security policy to judge by, if the fence says `pss=LEVEL@VERSION`.
    pub policy: Option<policy::pod_security::Policy>,
    /// What the user told about the cluster, as far as the fence says.
    pub settings: Settings,
    /// The manifest, completed.
    pub text: String,
    /// What must be said: line, column, message.
    pub expected: Vec<Said>,
}

/// A finding as a page states it: line and column from 1, and the width of the carets where they are drawn.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Said {
    /// Line of the manifest.
    pub line: u32,
    /// Column of the first caret.
    pub column: u32,
    /// Number of carets.
    pub width: Option<u32>,
    /// The message.
    pub message: String,
}

/// Every YAML example of a page.
pub fn examples(page: &str) -> Vec<Example> {
    let page = Page::parse(page);
    let sections = page.sections.iter().filter(|(heading, _)| matches!(*heading, "Flagged" | "Accepted"));
    sections
        .flat_map(|(heading, body)| fences(body).map(|(info, text)| example(heading, info, text)))
        .collect()
}

/// What the check says about an example, in the order of a report.
pub fn said(check: &'static Check, example: &Example) -> Vec<Said> {
    let mut findings = judge(check, example);
    findings.sort_by(Finding::order);
    findings
        .iter()
        .map(|finding| {
            let (start, end) = (finding.start(), finding.end());
            let width = (start.line == end.line).then(|| end.column - start.column);
            Said { line: start.line, column: start.column, width, message: finding.message.clone() }
        })
        .collect()
}

/// How bad the check's findings on an example are.
pub fn severities(check: &'static Check, example: &Example) -> BTreeSet<Severity> {
    judge(check, example).iter().map(|finding| finding.severity).collect()
}

/// Compares what is said with what the page states; the widths only where the page draws them.
pub fn agrees(expected: &[Said], said: &[Said]) -> bool {
    let same = |(want, have): (&Said, &Said)| {
        let width = want.width.is_none() || want.width == have.width;
        width && (want.line, want.column, &want.message) == (have.line, have.column, &have.message)
    };
    expected.len() == said.len() && expected.iter().zip(said).all(same)
}

/// The example after its findings were mended, risky fixes included.
pub fn mended(check: &'static Check, example: &Example) -> Mended {
    let source = Arc::new(Source::file("example.yaml", example.text.clone()));
    mend(&source, Safety::Risky, &|source| judge_source(check, example, source))
}

fn judge(check: &'static Check, example: &Example) -> Vec<Finding> {
    judge_source(check, example, &Arc::new(Source::file("example.yaml", example.text.clone())))
}

fn judge_source(check: &'static Check, example: &Example, source: &Arc<Source>) -> Vec<Finding> {
    let read = object::read(source, Limits::default());
    let inventory = Inventory::new(read.objects);
    let objects = inventory.objects().iter();
    if let (Run::PodSecurity, Some(policy)) = (check.run, example.policy) {
        return objects.flat_map(|object| check::pod_security(object, policy).0).collect();
    }
    // A waiver is judged by what all others found.
    let needs_all = matches!(check.run, Run::Waivers);
    let judge =
        Judge::new(example.version, |each| needs_all || each.id == check.id).with(example.settings.clone());
    let of_text = read.problems.iter().filter_map(|problem| judge.problem(problem));
    let mut findings: Vec<Finding> =
        of_text.chain(objects.flat_map(|object| judge.object(object, &inventory))).collect();
    if needs_all {
        Waivers::in_text(source).apply(&mut findings, &|id| judge.runs(id), Scope::Whole);
        findings.retain(|finding| finding.id == check.id);
    }
    findings
}

/// Fence information and text of each ```` ```yaml ```` block.
fn fences(body: &str) -> impl Iterator<Item = (&str, &str)> {
    body.split("```yaml").skip(1).filter_map(|rest| {
        let (info, rest) = rest.split_once('\n')?;
        let (text, _) = rest.split_once("```")?;
        Some((info, text))
    })
}

fn example(heading: &str, info: &str, text: &str) -> Example {
    let option = |name: &str| info.split_whitespace().find_map(|word| word.strip_prefix(name));
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    let mut prelude = String::new();
    if !has("kind:") {
        prelude.push_str("apiVersion: v1\nkind: Pod\n");
        if !has("metadata:") {
            prelude.push_str("metadata: {name: example}\n");
        }
    }
    let text = prelude + text;
    Example {
        heading: heading.to_owned(),
        version: option("kube=").and_then(|v| v.parse().ok()).unwrap_or(Version::NEWEST),
        policy: option("pss=").and_then(|p| p.parse().ok()),
        settings: settings(option),
        expected: stated(&text),
        text,
    }
}

/// What the words of a fence tell about the cluster.
fn settings<'a>(option: impl Fn(&str) -> Option<&'a str>) -> Settings {
    let list = |name| {
        let words = option(name).into_iter().flat_map(|words| words.split(','));
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let kernel = option("kernel=").and_then(|version| version.split_once('.'));
    Settings {
        registries: list("registries="),
        kernel: kernel.and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?))),
        runtime_classes: list("runtimeClasses="),
        sandboxed_namespaces: list("sandboxed="),
        seccomp_profiles: list("seccompProfiles="),
        app_armor_profiles: list("appArmorProfiles="),
        values: if option("values=") == Some("held") { Values::Held } else { Values::Written },
    }
}

/// The findings that the comment lines state, in the order of a report.
fn stated(text: &str) -> Vec<Said> {
    let mut found = Vec::new();
    let mut spoken_of = 0;
    for (number, line) in (1u32..).zip(text.lines()) {
        let comment = line.strip_prefix('#').map(str::trim_start).unwrap_or_default();
        if let Some(message) = comment.strip_prefix("<-- ") {
            found.push(Said { line: spoken_of, column: 1, width: None, message: message.to_owned() });
        } else if comment.starts_with('^') {
            let column = (line.len() - comment.len()) as u32 + 1;
            let message = comment.trim_start_matches('^');
            let width = Some((comment.len() - message.len()) as u32);
            found.push(Said { line: spoken_of, column, width, message: message.trim().to_owned() });
        } else {
            spoken_of = number;
        }
    }
    found.sort();
    found
}
