use super::*;

/// Follows field names from a type, through lists and maps, to the last field.
fn field(path: &str) -> &'static Field {
    let mut names = path.split('.');
    let mut at = names.next().and_then(named).unwrap_or_else(|| panic!("{path}: no such type"));
    let mut found = None;
    for name in names {
        let field = at.field(name).unwrap_or_else(|| panic!("{path}: {} has no {name}", at.name));
        at = field.kind.objects().unwrap_or(at);
        found = Some(field);
    }
    found.unwrap_or_else(|| panic!("{path}: names no field"))
}

#[track_caller]
fn came_with(minor: u16, paths: &[&str]) {
    for path in paths {
        assert_eq!(field(path).since, Some(minor), "{path}");
    }
}

#[test]
fn every_line_of_the_table_is_understood() {
    let (table, malformed) = parse(include_str!("pod_fields.txt"));
    assert_eq!(malformed, []);
    assert!(table.types.len() > 150, "{} types", table.types.len());
    let empty: Vec<_> =
        table.types.iter().filter(|found| found.fields.is_empty()).map(|found| found.name).collect();
    assert!(empty.iter().all(|name| name.starts_with("WorkloadPodGroup")), "{empty:?}");
    assert!(table.choices.values().all(|found| !found.values.is_empty()));
}

#[test]
fn every_type_but_the_kinds_is_the_type_of_a_field() {
    let kinds = [
        "Pod",
        "PodTemplate",
        "ReplicationController",
        "ReplicaSet",
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "Job",
        "CronJob",
    ];
    let fields = || TABLE.types.iter().flat_map(Type::fields);
    for found in &TABLE.types {
        let used = fields().any(|field| field.kind.objects().is_some_and(|inside| inside.name == found.name));
        assert!(used || kinds.contains(&found.name), "{} is unused", found.name);
    }
}

#[test]
fn no_version_lies_outside_the_table() {
    for field in TABLE.types.iter().flat_map(Type::fields) {
        let (since, until) = (field.since.unwrap_or(16), field.until.unwrap_or(NEWEST + 1));
        assert!((16..=NEWEST).contains(&since) && since < until && until <= NEWEST + 1, "{field:?}");
    }
    assert!(TABLE.types.iter().flat_map(Type::fields).any(|field| field.since == Some(NEWEST)));
}

#[test]
fn security_fields_came_with_the_versions_the_reference_says() {
    came_with(
        19,
        &["Pod.spec.securityContext.seccompProfile", "Pod.spec.containers.securityContext.seccompProfile"],
    );
    came_with(23, &["Pod.spec.os", "Pod.spec.os.name"]);
    came_with(25, &["Pod.spec.hostUsers"]);
    came_with(26, &["Pod.spec.schedulingGates", "Pod.spec.resourceClaims"]);
    came_with(27, &["Pod.spec.containers.resizePolicy"]);
    came_with(28, &["Pod.spec.initContainers.restartPolicy", "Pod.spec.containers.restartPolicy"]);
    came_with(29, &["Pod.spec.volumes.projected.sources.clusterTrustBundle"]);
    came_with(29, &["Pod.spec.containers.lifecycle.preStop.sleep"]);
    came_with(
        30,
        &["Pod.spec.securityContext.appArmorProfile", "Pod.spec.containers.securityContext.appArmorProfile"],
    );
    came_with(30, &["Pod.spec.containers.volumeMounts.recursiveReadOnly"]);
    came_with(31, &["Pod.spec.securityContext.supplementalGroupsPolicy", "Pod.spec.volumes.image"]);
    came_with(32, &["Pod.spec.resources", "Pod.spec.securityContext.seLinuxChangePolicy"]);
    came_with(33, &["Pod.spec.containers.lifecycle.stopSignal"]);
    came_with(34, &["Pod.spec.hostnameOverride", "Pod.spec.containers.restartPolicyRules"]);
    came_with(34, &["Pod.spec.containers.env.valueFrom.fileKeyRef"]);
    came_with(34, &["Pod.spec.volumes.projected.sources.podCertificate"]);
    came_with(
        35,
        &["Pod.spec.workloadRef", "Pod.spec.volumes.projected.sources.podCertificate.userAnnotations"],
    );
    came_with(36, &["Pod.spec.schedulingGroup"]);
}

#[test]
fn fields_of_1_37_are_known() {
    came_with(37, &["Pod.spec.evictionResponders", "Pod.spec.containers.volumeMounts.bindMountOptions"]);
    came_with(37, &["Pod.spec.volumes.emptyDir.mode", "Pod.spec.volumes.projected.defaultUser"]);
    came_with(37, &["Pod.spec.volumes.secret.defaultUser", "Pod.spec.volumes.configMap.defaultUser"]);
    came_with(37, &["Pod.spec.volumes.secret.items.user", "Pod.spec.volumes.downwardAPI.items.user"]);
    came_with(
        37,
        &[
            "Pod.spec.containers.livenessProbe.grpc.mode",
            "Pod.spec.containers.livenessProbe.httpGet.protocol",
        ],
    );
}

#[test]
fn older_fields_have_no_first_version() {
    for path in [
        "Pod.spec.containers",
        "Pod.spec.runtimeClassName",
        "Pod.spec.shareProcessNamespace",
        "Pod.spec.enableServiceLinks",
        "Pod.spec.hostAliases",
        "Pod.spec.ephemeralContainers",
        "Pod.spec.containers.volumeMounts.mountPropagation",
        "Pod.spec.containers.volumeMounts.subPathExpr",
        "Pod.spec.containers.volumeDevices",
        "Pod.spec.securityContext.windowsOptions",
        "Pod.spec.containers.lifecycle.postStart.exec",
        "Pod.metadata.name",
    ] {
        assert_eq!(field(path).since, None, "{path}");
    }
}

#[test]
fn there_are_thirty_volume_sources_two_of_them_newer_than_1_16() {
    let sources =
        field("Pod.spec.volumes").kind.objects().unwrap().fields().filter(|field| field.name != "name");
    let (old, new): (Vec<_>, Vec<_>) = sources.partition(|field| field.since.is_none());
    assert_eq!(old.len() + new.len(), 30, "{new:?}");
    assert_eq!(new.iter().map(|field| field.name).collect::<Vec<_>>(), ["ephemeral", "image"]);
}

#[test]
fn a_field_that_left_exists_only_in_between() {
    let left = field("Pod.spec.workloadRef");
    assert_eq!([34, 35, 36].map(|minor| left.exists_in(minor)), [false, true, false]);
    assert_eq!(field("Pod.metadata.clusterName").until, Some(25));
    assert!(field("Pod.spec.containers").exists_in(1));
}

#[test]
fn kinds_are_those_of_the_api() {
    let kind = |path| field(path).kind;
    assert_eq!(kind("Pod.spec.hostPID"), Kind::Bool);
    assert_eq!(kind("Pod.spec.containers.ports.hostPort"), Kind::Int32);
    assert_eq!(kind("Pod.spec.containers.securityContext.runAsUser"), Kind::Int64);
    assert_eq!(kind("Pod.spec.containers.command"), Kind::List(&Kind::String));
    assert_eq!(kind("Pod.spec.containers.resources.limits"), Kind::Map(&Kind::Quantity));
    assert_eq!(kind("Pod.spec.containers.livenessProbe.httpGet.port"), Kind::IntOrString);
    assert_eq!(kind("Pod.metadata.creationTimestamp"), Kind::Time);
    assert_eq!(kind("Pod.metadata.managedFields.fieldsV1"), Kind::Any);
    assert_eq!(kind("Pod.spec.containers"), Kind::List(&named("Container").unwrap().kind));
    assert_eq!(kind("CronJob.spec.jobTemplate.spec.template.spec"), named("PodSpec").unwrap().kind);
    assert_eq!(kind("Deployment.spec.template.spec.containers"), kind("Pod.spec.containers"));
}

#[test]
fn choices_name_their_values() {
    let choice = |path| match &field(path).kind {
        Kind::Choice(choice) => *choice,
        other => panic!("{path} is {other:?}"),
    };
    let proc_mount = choice("Pod.spec.containers.securityContext.procMount");
    assert_eq!(proc_mount.others, Others::Refused);
    assert_eq!(proc_mount.values().collect::<Vec<_>>(), [("Default", None), ("Unmasked", None)]);
    let restart = choice("Pod.spec.initContainers.restartPolicy");
    assert!(restart.values().any(|value| value == ("Never", Some(34))));
    assert_eq!(choice("Pod.spec.os.name").others, Others::Unsaid);
}

#[test]
fn marks_follow_the_source_comments() {
    assert_eq!(field("Pod.spec.serviceAccount").maturity, Maturity::Deprecated);
    let mount = field("Pod.spec.containers.volumeMounts.bindMountOptions");
    assert_eq!((mount.maturity, mount.gate), (Maturity::Alpha, Some("VolumeBindMountOptions")));
    assert_eq!(field("Pod.spec.containers").maturity, Maturity::Settled);
}

#[test]
fn names_mind_case_and_unknown_ones_are_none() {
    assert_eq!(pod().name, "Pod");
    assert!(pod().field("Spec").is_none());
    assert!(named("Ingress").is_none());
}

#[test]
fn a_malformed_line_is_reported_and_left_out() {
    let (table, malformed) =
        parse("A\n  x  string  -\n  y  Nothing  -\n  z  bool  2.0\n  x  bool  -\nA\nenum\n");
    let lines: Vec<_> = malformed.iter().map(|line| line.0.trim()).collect();
    assert_eq!(lines, ["A", "enum", "y  Nothing  -", "z  bool  2.0", "x  bool  -"]);
    assert_eq!(table.types.len(), 1);
}
