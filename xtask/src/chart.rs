//! Does the chart pass what it is there to enforce, and can it lock a cluster?
//!
//! Everything is asked of the programs that will be asked in earnest: `helm` renders, `cofferdam` judges what it rendered,
//! as manifests, as policies that a server would load, and as conditions under which an API server would call it.

mod conditions;
mod rendered;
mod table;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};

use crate::r#gen::Binary;
use crate::process;
use crate::repo::Repo;
use crate::{Skips, setup};
use rendered::Rendered;

/// The chart, from the root of the repository.
const CHART: &str = "charts/cofferdam";
/// Not the namespace that `policy export` leaves alone: the exported rules must judge the chart too.
const NAMESPACE: &str = "guard-system";
/// Releases to render for: the oldest that `Chart.yaml` allows, the first with match conditions, and a new one.
const RELEASES: [&str; 3] = ["1.25", "1.28", "1.35"];
/// Rules that know no severity here: a field nobody reads is a control that is not there.
const WRITTEN: &str =
    "unknown-field,wrong-type,field-not-in-version,duplicate-yaml-key,yaml-boolean-trap,unreadable-document";

/// Words that the chart may say before `serve` knows them: the custom resources come with the crate `cluster`.
const PROMISED: [&str; 1] = ["--crd"];

/// What must not be installed, and the words of the refusal.
const REFUSED: [(&[&str], &str); 9] = [
    (&["policies.default.mode=enforce"], "image.repository names no image"),
    (&["image.repository="], "image.repository is empty"),
    (&["image.repository=a", "policies.default=null"], "policies is empty"),
    (&["image.repository=a", "image.tag=latest"], "/image/tag"),
    (&["image.repository=a", "certificate.source=secret"], "/certificate/secretName"),
    (&["image.repository=a", "webhooks.timeoutSeconds=30"], "/webhooks/timeoutSeconds"),
    (&["image.repository=a", "webhook.timeoutSeconds=3"], "'webhook' not allowed"),
    (&["image.repository=a", "server.drainSeconds=60"], "server.terminationGracePeriodSeconds must be"),
    (&["image.repository=a", "userNamespace=true"], "may drop `hostUsers` in silence"),
];

/// Renders the chart with every value set of `ci/` and judges what comes out.
pub(crate) fn steps(repo: &Repo) -> anyhow::Result<Skips> {
    let Some(program) = setup::helm_of(repo) else {
        return Ok(vec!["the chart: there is no helm, see `cargo xtask setup`".into()]);
    };
    let chart = Chart::new(repo, program)?;
    chart.lint(&[])?;
    chart.refusals()?;
    table::check(&chart)?;
    let sets = chart.value_sets()?;
    for set in &sets {
        chart.lint(&["--values", &set.display().to_string()])?;
    }
    for release in RELEASES {
        let exported = chart.export(release)?;
        for set in &sets {
            let judged = chart.judge(set, release, &exported);
            judged.with_context(|| format!("{} for {release}", set.display()))?;
        }
    }
    chart.policies()?;
    conditions::check(&chart)?;
    let skips = chart.words(&sets)?;
    println!("chart: {} value sets for {} releases of Kubernetes", sets.len(), RELEASES.len());
    Ok(skips)
}

/// The chart and the programs that are asked about it.
struct Chart {
    root: PathBuf,
    helm: PathBuf,
    binary: Binary,
    /// Where what was rendered is put for `cofferdam` to read.
    scratch: PathBuf,
}

/// Exported rules and the release they are for.
struct Exported {
    file: String,
    release: String,
}

impl Chart {
    fn new(repo: &Repo, helm: PathBuf) -> anyhow::Result<Self> {
        let scratch = repo.target.join("tmp/chart");
        std::fs::create_dir_all(&scratch).with_context(|| format!("creating {}", scratch.display()))?;
        Ok(Self { root: repo.root.clone(), helm, binary: Binary::find(repo)?, scratch })
    }

    /// `helm` at the root, told of no cluster and no settings of whoever runs the tests.
    fn helm(&self, words: &[&str]) -> Command {
        let mut helm = Command::new(&self.helm);
        helm.current_dir(&self.root).args(words).env_remove("KUBECONFIG");
        for variable in ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"] {
            helm.env(variable, self.scratch.join("home"));
        }
        helm
    }

    fn lint(&self, more: &[&str]) -> anyhow::Result<()> {
        process::text(self.helm(&["lint", "--strict", CHART]).args(more)).map(drop)
    }

    /// What the chart becomes.
    fn render(&self, more: &[&str]) -> anyhow::Result<Rendered> {
        let words = ["template", "gate", CHART, "--namespace", NAMESPACE];
        process::text(self.helm(&words).args(more)).map(Rendered)
    }

    /// The value sets, in the order of their names, and what holds where no value is given.
    fn value_sets(&self) -> anyhow::Result<Vec<PathBuf>> {
        let folder = self.root.join(CHART).join("ci");
        let entries = std::fs::read_dir(&folder).with_context(|| format!("listing {}", folder.display()))?;
        let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        ensure!(!files.is_empty(), "{} holds no values", folder.display());
        files.push(self.root.join(CHART).join("values.yaml"));
        files.sort();
        Ok(files)
    }

    /// A file that `cofferdam` is to read.
    fn put(&self, name: &str, text: &str) -> anyhow::Result<PathBuf> {
        let path = self.scratch.join(name);
        std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        Ok(path)
    }

    /// Runs `cofferdam`; other exit codes than 0 are errors that repeat what it found.
    fn clean(&self, words: &[&str], file: &Path) -> anyhow::Result<()> {
        let output = self.binary.command().args(words).arg(file).output().context("starting cofferdam")?;
        if output.status.success() {
            return Ok(());
        }
        let said = [output.stdout, output.stderr].concat();
        bail!("`cofferdam {}` objects:\n{}", words.join(" "), String::from_utf8_lossy(&said))
    }

    /// The rules that `policy export` writes without being given any: restricted, and every check as a warning.
    fn export(&self, release: &str) -> anyhow::Result<Exported> {
        // Admission policies came with 1.30: for older releases the rules are those of a newer one.
        let release = if release < "1.30" { "1.30" } else { release };
        let file = self.scratch.join(format!("exported-{release}.yaml")).display().to_string();
        let words = ["policy", "export", "--to", "vap", "--kube-version", release, "-o", &file];
        process::text(self.binary.command().args(words))?;
        Ok(Exported { file, release: release.to_owned() })
    }

    /// Judges one value set as manifests: by the checks, the schema, the standard and the exported rules.
    fn judge(&self, set: &Path, release: &str, exported: &Exported) -> anyhow::Result<()> {
        let values = set.display().to_string();
        let rendered = self.render(&["--values", &values, "--kube-version", release, "--include-crds"])?;
        let name = set.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let file = self.put(&format!("{name}-{release}.yaml"), &rendered.0)?;
        self.clean(&["check", "--kube-version", release], &file)?;
        self.clean(&["check", "--kube-version", release, "--only", WRITTEN, "--fail-on", "info"], &file)?;
        self.clean(&["check", "--pss", &format!("restricted@{release}")], &file)?;
        self.clean(&["check", "--kube-version", &exported.release, "--policy", &exported.file], &file)
    }

    fn refusals(&self) -> anyhow::Result<()> {
        for (values, words) in REFUSED {
            let sets: Vec<&str> = values.iter().flat_map(|value| ["--set", value]).collect();
            let said = match self.render(&[&["--kube-version", RELEASES[0]], &sets[..]].concat()) {
                Ok(_) => bail!("the chart takes {values:?}, and should say `{words}`"),
                Err(error) => error.to_string(),
            };
            ensure!(said.contains(words), "for {values:?} helm should say `{words}`, and says: {said}");
        }
        Ok(())
    }

    /// The server takes every word that its pod is started with.
    fn words(&self, sets: &[PathBuf]) -> anyhow::Result<Skips> {
        let Ok(help) = self.binary.says(&["serve", "--help"]) else {
            return Ok(vec!["words of the chart's server: this `cofferdam` has no `serve`".into()]);
        };
        let mut skips = Skips::new();
        for set in sets {
            let values = set.display().to_string();
            let show = ["--values", &values, "--show-only", "templates/deployment.yaml"];
            for word in self.render(&show)?.words() {
                let known = help.split([' ', ',', '\n']).any(|listed| listed == word);
                if !known && PROMISED.contains(&word.as_str()) {
                    skips.push(format!("the chart says `{word}`, which `serve` does not know yet"));
                } else {
                    ensure!(known, "{values} starts the server with `{word}`, which `serve` does not know");
                }
            }
        }
        Ok(skips)
    }

    /// The policies of each ConfigMap are in force where a server reads them, and judge as they say.
    fn policies(&self) -> anyhow::Result<()> {
        for (set, denied) in [("advise", false), ("enforce", true)] {
            let values = format!("{CHART}/ci/{set}.yaml");
            let text = self.render(&["--values", &values, "--show-only", "templates/policies.yaml"])?;
            let file = self.put(&format!("{set}-policies.yaml"), &text.data("policies.yaml")?)?;
            let request = self.root.join("examples/pods/bad.yaml");
            let mut admit = self.binary.command();
            admit.arg("admit").arg("--policy").arg(&file).arg("--request").arg(request);
            let output = admit.output().context("starting cofferdam")?;
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let expected = i32::from(denied);
            ensure!(
                output.status.code() == Some(expected),
                "{set}: {} instead of {expected}: {said}",
                output.status
            );
        }
        Ok(())
    }
}
