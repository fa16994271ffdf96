//! What does an admission decision cost, and what do a thousand policies?

use std::path::Path;

use anyhow::{Context, ensure};

use super::measure::{Cores, Job};
use super::table::{Aim, Row, Unit};
use super::{FEW, median};
use crate::process;
use crate::repo::Repo;

/// Benches that print their figures, by package.
const BENCHES: [(&str, &str); 2] = [("check", "decide"), ("policy", "cel")];

/// Aims of figures that the benches print, in seconds.
const AIMS: [(&str, f64); 5] = [
    ("decide, a typical pod, restricted and all checks", 50e-6),
    ("decide, a pod of 100 containers, restricted and all checks", 500e-6),
    ("decide, a pod of 10000 containers, restricted and all checks", 1.0),
    ("evaluate a CEL expression about every container of two", 10e-6),
    ("load 1000 ValidatingAdmissionPolicies, parsed already", 0.2),
];

/// Policies of the large load.
const POLICIES: usize = 1000;

/// Adds the rows of decisions, measured inside of one process, and of the policies, measured from outside.
pub(super) fn rows(repo: &Repo, binary: &Path, rows: &mut Vec<Row>) -> anyhow::Result<()> {
    for (package, bench) in BENCHES {
        let words = ["bench", "--quiet", "--locked", "--package", package, "--bench", bench];
        let printed = process::text(&mut repo.cargo(&words))?;
        for line in printed.lines() {
            rows.push(row(line)?);
        }
    }
    let folder = repo.target.join("bench/policies");
    let memory = Aim::AtMost(64.0 * 1024.0 * 1024.0);
    policies(&folder)?;
    let request = repo.root.join("examples/policies/pod.yaml");
    let words = [
        "admit".as_ref(),
        "--policy".as_ref(),
        folder.as_os_str(),
        "--request".as_ref(),
        request.as_os_str(),
    ];
    let job = Job::new(binary, words.map(ToOwned::to_owned), Cores::First);
    ensure!(job.printed()?.contains("\"allowed\": true"), "`{}` does not allow the pod", job.line());
    let name = |what: &str| format!("admit with {POLICIES} policies, one core, {what}");
    rows.push(Row::new(name("wall"), Unit::Seconds(median(FEW, || job.wall())?), Aim::AtMost(0.2)));
    rows.push(Row::new(name("peak memory"), Unit::Bytes(job.peak()?), memory));
    validating(&folder)?;
    let words = ["policy".into(), "test".into(), folder.as_os_str().to_owned()];
    let job = Job::new(binary, words, Cores::First);
    job.printed()?;
    let name = |what: &str| {
        format!("one case against {POLICIES} ValidatingAdmissionPolicies from files, one core, {what}")
    };
    rows.push(Row::new(name("wall"), Unit::Seconds(median(FEW, || job.wall())?), Aim::None));
    rows.push(Row::new(name("peak memory"), Unit::Bytes(job.peak()?), memory));
    std::fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))
}

/// The rows of one decision inside of one process.
pub(super) fn decision(repo: &Repo) -> anyhow::Result<Vec<Row>> {
    let words = ["bench", "--quiet", "--locked", "--package", "check", "--bench", "decide", "--"];
    let printed = process::text(repo.cargo(&words).arg("decide, a typical pod, restricted and all checks"))?;
    printed.lines().map(row).collect()
}

/// A line of a bench: a name and seconds.
fn row(line: &str) -> anyhow::Result<Row> {
    let (name, seconds) = line.split_once('\t').with_context(|| format!("`{line}` is no figure"))?;
    let aim = AIMS.iter().find(|(known, _)| *known == name).map_or(Aim::None, |(_, most)| Aim::AtMost(*most));
    Ok(Row::new(name.to_owned(), Unit::Seconds(seconds.parse().context(line.to_owned())?), aim))
}

/// As many policies as a large cluster would have, one a file, each for a namespace of its own.
fn policies(folder: &Path) -> anyhow::Result<()> {
    let text = |number: usize| {
        format!(
            "apiVersion: cofferdam.dev/v1alpha1\nkind: Policy\nmetadata:\n  name: team-{number}\nspec:\n  match:\n    namespaces: [team-{number}]\n  \
             podSecurity: {{level: restricted, version: \"1.35\"}}\n  checks: {{mutable-image-tag: enforce, run-as-root: warn, host-port: audit}}\n  \
             images: {{registries: [\"registry.example.com/team-{number}/**\"], require: digest}}\n  defaults: {{seccompProfile: RuntimeDefault}}\n"
        )
    };
    write(folder, (0..POLICIES).map(text))
}

/// As many policies of the API server's own kind, each with its binding, and one case for all of them.
fn validating(folder: &Path) -> anyhow::Result<()> {
    let case = "apiVersion: cofferdam.dev/v1alpha1\nkind: PolicyTest\nmetadata: {name: one}\ncases:\n- name: a good pod is let in\n  \
                object: {apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: web, image: registry.example.com/web}]}}\n  \
                expect: {allowed: true}\n";
    let text = |number: usize| {
        format!(
            "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {{name: p{number}}}\nspec:\n  \
             matchConstraints: {{resourceRules: [{{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}}]}}\n  \
             variables: [{{name: containers, expression: \"object.spec.containers.filter(c, c.name != 'sidecar-{number}')\"}}]\n  \
             validations:\n  - {{expression: \"variables.containers.all(c, !has(c.ports) || c.ports.all(p, p.containerPort != {number}))\"}}\n  \
             - {{expression: \"object.spec.containers.all(c, c.image.startsWith('registry.example.com/'))\", message: no {number}}}\n---\n\
             apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {{name: b{number}}}\n\
             spec: {{policyName: p{number}, validationActions: [Deny]}}\n"
        )
    };
    write(folder, (0..POLICIES).map(text).chain([case.to_owned()]))
}

/// Writes each text to a file of its own in an empty folder.
fn write(folder: &Path, texts: impl Iterator<Item = String>) -> anyhow::Result<()> {
    std::fs::remove_dir_all(folder).ok();
    std::fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    for (number, text) in texts.enumerate() {
        let path = folder.join(format!("{number:04}.yaml"));
        std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}
