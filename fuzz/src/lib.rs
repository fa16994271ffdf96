//! Which functions of Cofferdam read bytes from strangers?
//!
//! Each target is one call. libFuzzer (`fuzz_targets/`) and the smoke driver (`src/bin/smoke.rs`) share them, so that
//! an input found by one is replayed by the other.
#![forbid(unsafe_code)]

use std::sync::Arc;

use check::Judge;
use finding::{Color, Report, Source};
use object::{Inventory, Limits, Version};
use policy::pod_security::{Level, Policy, PolicyVersion};

pub mod mutate;
pub mod watch;

/// A parser and the folder of seeds it starts from.
pub struct Target {
    /// The name on the command line, of the folder under `seeds/` and of the file under `fuzz_targets/`.
    pub name: &'static str,
    /// The call; it may return anything and must return.
    pub run: fn(&[u8]),
}

/// Every target; a new parser from outside bytes gets a line here, a folder of seeds and a file in `fuzz_targets/`.
pub const TARGETS: [Target; 2] = [Target { name: "parse", run: parse }, Target { name: "check", run: check }];

/// Manifests: the bytes of one file, as a user or a webhook client hands them in.
pub fn parse(bytes: &[u8]) {
    if let Some(read) = read(bytes) {
        for object in &read.objects {
            let containers = object.pods(Version::NEWEST).flat_map(object::Pod::every_container);
            std::hint::black_box(containers.count());
        }
    }
}

/// The whole way of `cofferdam check`: every rule, every standard, every output.
pub fn check(bytes: &[u8]) {
    let Some(read) = read(bytes) else { return };
    let judge = Judge::new(Version::NEWEST, |_| true);
    let inventory = Inventory::new(read.objects);
    let mut report = Report::default();
    report.findings.extend(read.problems.iter().filter_map(|problem| judge.problem(problem)));
    for object in inventory.objects() {
        report.findings.extend(judge.object(object, &inventory));
        let (findings, verdicts) = check::pod_security(object, RESTRICTED);
        report.findings.extend(findings);
        report.verdicts.extend(verdicts);
    }
    report.sort();
    let _ = std::hint::black_box(finding::json(&report));
    std::hint::black_box(finding::text(&report, Color::On, None));
}

const RESTRICTED: Policy = Policy { level: Level::Restricted, version: PolicyVersion::Latest };

fn read(bytes: &[u8]) -> Option<object::Read> {
    let text = object::decode(bytes.to_vec()).ok()?;
    Some(object::read(&Arc::new(Source::file("fuzz.yaml", text)), Limits::default()))
}
