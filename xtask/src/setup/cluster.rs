//! How are a real API server and its store had, without touching the system?

use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};

use super::Found;
use crate::process;
use crate::repo::Repo;

/// Where Go keeps what a Kubernetes program says its version is: unset, an API server takes itself for v0.0.0.
const VERSION: &str = "k8s.io/component-base/version";

/// Builds kube-apiserver and kubectl, unless they are of the release and dependencies that `e2e/apiserver/go.mod` pins.
///
/// One after the other: linking either takes more than a gigabyte of memory.
pub(super) fn programs(repo: &Repo) -> anyhow::Result<Found> {
    let source = repo.root.join("e2e/apiserver");
    let setup = repo.setup();
    let pins = source.join("go.mod");
    let wanted = std::fs::read_to_string(&pins).with_context(|| format!("reading {}", pins.display()))?;
    let release = release(&wanted).with_context(|| format!("reading {}", pins.display()))?;
    let stamp = setup.join("kubernetes.mod");
    let there = ["kube-apiserver", "kubectl"].iter().all(|name| setup.join(name).is_file());
    if there && std::fs::read_to_string(&stamp).is_ok_and(|had| had == wanted) {
        return Ok(Found::Ready(format!("kube-apiserver and kubectl {release}")));
    }
    if process::on_path("go").is_none() {
        return Ok(Found::Missing(
            "there is no go on PATH: tests against a real API server will skip".into(),
        ));
    }
    std::fs::remove_file(&stamp).ok();
    for name in ["kube-apiserver", "kubectl"] {
        println!("{name} {release} building with go (many minutes the first time)");
        build(&source, name, release, &setup)?;
    }
    std::fs::write(&stamp, &wanted).with_context(|| format!("writing {}", stamp.display()))?;
    Ok(Found::Installed(format!("kube-apiserver and kubectl {release}")))
}

fn build(source: &Path, name: &str, release: &str, setup: &Path) -> anyhow::Result<()> {
    let fresh = setup.join(format!("{name}.new"));
    let mut numbers = release.trim_start_matches('v').split('.');
    let flags = format!(
        "-s -w -X {VERSION}.gitVersion={release} -X {VERSION}.gitMajor={} -X {VERSION}.gitMinor={}",
        numbers.next().unwrap_or_default(),
        numbers.next().unwrap_or_default(),
    );
    let mut go = Command::new("go");
    go.current_dir(source).env("CGO_ENABLED", "0");
    go.args(["build", "-trimpath", "-ldflags", &flags, "-o"]).arg(&fresh);
    process::run(go.arg(format!("k8s.io/kubernetes/cmd/{name}")))
        .with_context(|| format!("building {name}"))?;
    std::fs::rename(&fresh, setup.join(name)).with_context(|| format!("moving {}", fresh.display()))
}

/// The release a `go.mod` requires of Kubernetes.
fn release(text: &str) -> anyhow::Result<&str> {
    let mut lines = text.lines().map(str::split_whitespace);
    let found = lines.find_map(|mut line| {
        let version = line.find(|word| *word == "k8s.io/kubernetes").and(line.next())?;
        version
            .strip_prefix('v')
            .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
            .and(Some(version))
    });
    found.context("it requires no k8s.io/kubernetes at a version: add `require k8s.io/kubernetes v1.N.P`")
}

/// Finds etcd on `PATH`, else unpacks Debian's package: nothing is installed and no service started.
pub(super) fn etcd(repo: &Repo) -> anyhow::Result<Found> {
    let own = repo.setup().join("etcd");
    if own.is_file() {
        return Ok(Found::Ready(own.display().to_string()));
    }
    if let Some(found) = process::on_path("etcd") {
        return Ok(Found::Ready(found.display().to_string()));
    }
    if ["apt-get", "dpkg"].iter().any(|name| process::on_path(name).is_none()) {
        return Ok(Found::Missing("no etcd on PATH, and no apt-get and dpkg to unpack Debian's with".into()));
    }
    let folder = repo.setup().join("etcd-package");
    std::fs::remove_dir_all(&folder).ok();
    std::fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    let mut download = Command::new("apt-get");
    if let Err(error) = process::text(download.current_dir(&folder).args(["download", "etcd-server"])) {
        return Ok(Found::Missing(format!("apt cannot fetch etcd-server: {error:#}")));
    }
    let entries = std::fs::read_dir(&folder).with_context(|| format!("listing {}", folder.display()))?;
    let mut packages = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let package = packages.find(|path| path.extension().is_some_and(|ending| ending == "deb"));
    let package = package.context("apt-get download etcd-server left no package")?;
    process::text(Command::new("dpkg").arg("-x").arg(package).arg(&folder))?;
    let unpacked = folder.join("usr/bin/etcd");
    ensure!(unpacked.is_file(), "Debian's etcd-server has no /usr/bin/etcd");
    std::fs::rename(&unpacked, &own).with_context(|| format!("moving {}", unpacked.display()))?;
    std::fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
    Ok(Found::Installed(format!("{} (Debian's etcd-server)", own.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_is_what_the_module_requires() {
        let text = "// k8s.io/kubernetes itself\ntool k8s.io/kubernetes/cmd/kubectl\n\nrequire k8s.io/kubernetes v1.37.2\n";
        assert_eq!(release(text).unwrap(), "v1.37.2");
        assert_eq!(release("require (\n\tk8s.io/kubernetes v1.2.3\n)").unwrap(), "v1.2.3");
        assert!(release("module x\n").unwrap_err().to_string().contains("k8s.io/kubernetes"));
    }
}
