use super::*;

fn read(text: &str) -> Result<Config, String> {
    let source = Arc::new(Source::file("cofferdam.yaml", text.to_owned()));
    Config::read(&source, Date::of_unix_day(20_000), &Place::default()).map_err(|error| error.to_string())
}

#[track_caller]
fn refused(text: &str, why: &str) {
    assert_eq!(read(text).unwrap_err(), format!("cofferdam.yaml:{why}"));
}

#[test]
fn every_setting_reaches_its_place() {
    let config =
        read("skip: [host-port-x]\nchecks: {}\n".replace("host-port-x", "secret-in-env").as_str()).unwrap();
    assert!(config.off.contains("secret-in-env"));
    let config = read(
        "checks:\n  run-as-root: off\n  seccomp-unset: low\nfailOn: high\nkubeVersion: 1.30\n\
         registries: [registry.example.com/**]\nkernel: 5.10\nruntimeClasses: [gvisor]\n\
         sandboxedNamespaces: [tenant-*]\nnodeProfiles: {seccomp: [a.json], appArmor: [k8s-x]}\nwaivers:\n",
    )
    .unwrap();
    assert!(config.off.contains("run-as-root"));
    assert_eq!(config.severities.get("seccomp-unset"), Some(&Severity::Low));
    assert_eq!(config.fail_on, Some(Severity::High));
    assert_eq!(config.kube_version.unwrap().to_string(), "1.30");
    let settings = Settings {
        registries: vec!["registry.example.com/**".to_owned()],
        kernel: Some((5, 10)),
        runtime_classes: vec!["gvisor".to_owned()],
        sandboxed_namespaces: vec!["tenant-*".to_owned()],
        seccomp_profiles: vec!["a.json".to_owned()],
        app_armor_profiles: vec!["k8s-x".to_owned()],
        ..Settings::default()
    };
    assert_eq!(config.settings, settings);
}

#[test]
fn an_empty_file_says_nothing() {
    assert!(read("# nothing yet\n").unwrap().off.is_empty());
    assert!(read("").is_ok());
}

#[test]
fn a_slip_is_refused_with_its_line_and_the_way_out() {
    refused("failOn: high\nskips: []\n", "2: unknown key `skips`, did you mean `skip`?");
    refused("skip: run-as-root\n", "1: this is a string, expected a list");
    refused("- a\n", "1: this is a list, expected a mapping");
    refused("skip:\n- run-as-rot\n", "2: no check is called `run-as-rot`, did you mean `run-as-root`?");
    refused(
        "checks: {run-as-root: warn}\n",
        "1: unknown severity `warn`, expected info, low, medium, high or critical, or off",
    );
    refused("kernel: new\n", "1: `new` is no kernel version, write it as \"5.15\"");
    refused("skip: []\nskip: []\n", "2: key `skip` stands twice in this mapping, the last one wins");
    refused("a: 1\n---\nb: 2\n", "3: a second document, the settings are one: remove the `---`");
    assert!(read("skip: [\n").unwrap_err().starts_with("cofferdam.yaml:"));
}

#[test]
fn a_waiver_says_what_why_and_who() {
    refused(
        "waivers:\n- {check: run-as-root, reason: x}\n",
        "2: the waiver has no `owner`: check, reason and owner are needed",
    );
    refused(
        "waivers:\n- check: waiver-stale\n  reason: x\n  owner: y\n",
        "2: `waiver-stale` cannot be waived: mend or remove the waiver it speaks of",
    );
    let waiver = |more: &str| format!("waivers:\n- check: run-as-root\n  reason: x\n  owner: y\n  {more}\n");
    refused(&waiver("expires: 2027-02-30"), "5: there is no day `2027-02-30`");
    refused(&waiver("expires: soon"), "5: `soon` is no day, write it as 2027-06-30");
    refused(&waiver("object: web"), "5: `web` names no object, write Kind/namespace/name or Kind/name");
    refused(&waiver("reasons: z"), "5: unknown key `reasons`, did you mean `reason`?");
    refused(&waiver("object:\n    kind: Pod"), "6: this is a mapping, expected a text");
    assert!(read(&waiver("expires: 2027-02-28")).is_ok());
}
