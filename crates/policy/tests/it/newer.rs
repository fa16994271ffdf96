//! Versions 1.34 to 1.37, written from the reference: the fixtures of `conformance.rs` end before them.

use crate::judge::judge;

/// Judges a Pod whose `spec` is given in flow style.
fn said(policy: &str, spec: &str) -> String {
    let text = format!("{{apiVersion: v1, kind: Pod, metadata: {{name: p}}, spec: {spec}}}");
    judge(&text, &[policy]).concat()
}

/// A container that restricted has nothing against, but for what `more` adds.
fn hardened(name: &str, more: &str) -> String {
    format!(
        "{{name: {name}, securityContext: {{allowPrivilegeEscalation: false, capabilities: {{drop: [ALL]}}, \
         seccompProfile: {{type: RuntimeDefault}}{more}}}}}"
    )
}

#[test]
fn a_probe_that_names_a_host_fails_from_1_34() {
    let spec = "{containers: [{name: b, livenessProbe: {httpGet: {port: 80, host: z}}, \
                lifecycle: {preStop: {tcpSocket: {port: 1, host: w}}}}, \
                {name: a, readinessProbe: {tcpSocket: {port: 80, host: z}}}]}";
    assert_eq!(said("baseline@1.33", spec), "");
    assert_eq!(
        said("baseline@1.34", spec),
        r#"probe or lifecycle host (containers "a", "b" use probe or lifecycle hosts "w", "z")"#
    );
    let one = "{containers: [{name: b, startupProbe: {httpGet: {port: 80, host: z}}}]}";
    assert_eq!(
        said("baseline@latest", one),
        r#"probe or lifecycle host (container "b" uses probe or lifecycle host "z")"#
    );
    assert_eq!(
        said("baseline", "{containers: [{name: b, livenessProbe: {httpGet: {port: 80, host: ''}}}]}"),
        ""
    );
}

#[test]
fn a_user_namespace_relaxes_baseline_proc_mount_from_1_35_but_not_restricted() {
    let spec = "{hostUsers: false, containers: [{name: a, securityContext: {procMount: Unmasked}}]}";
    let text = r#"procMount (container "a" must not set securityContext.procMount to "Unmasked")"#;
    assert_eq!(said("baseline@1.34", spec), text);
    assert_eq!(said("baseline@1.35", spec), "");
    let unmasked = format!("{{hostUsers: false, containers: [{}]}}", hardened("a", ", procMount: Unmasked"));
    assert_eq!(said("restricted@1.35", &unmasked), text);
    let lower = "{hostUsers: true, containers: [{name: a, securityContext: {procMount: default}}]}";
    assert_eq!(
        said("baseline@1.37", lower),
        r#"procMount (container "a" must not set securityContext.procMount to "default")"#
    );
}

#[test]
fn root_in_a_user_namespace_passes_restricted_from_1_35() {
    let root = hardened("a", ", runAsUser: 0, runAsNonRoot: false");
    let spec = format!("{{hostUsers: false, containers: [{root}]}}");
    assert_eq!(
        said("restricted@1.34", &spec),
        "runAsNonRoot != true (container \"a\" must not set securityContext.runAsNonRoot=false), \
         runAsUser=0 (container \"a\" must not set runAsUser=0)"
    );
    assert_eq!(said("restricted@1.35", &spec), "");
    let host = format!("{{hostUsers: true, containers: [{}]}}", hardened("a", ""));
    assert_eq!(
        said("restricted@1.36", &host),
        r#"runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true)"#
    );
}

#[test]
fn the_sysctls_of_each_version_pass_from_that_version_on() {
    let table = [
        ("net.ipv4.ip_local_reserved_ports", 27),
        ("net.ipv4.tcp_keepalive_time", 29),
        ("net.ipv4.tcp_fin_timeout", 29),
        ("net.ipv4.tcp_keepalive_intvl", 29),
        ("net.ipv4.tcp_keepalive_probes", 29),
        ("net.ipv4.tcp_rmem", 32),
        ("net.ipv4.tcp_wmem", 32),
        ("net.ipv4.tcp_slow_start_after_idle", 37),
        ("net.ipv4.tcp_notsent_lowat", 37),
    ];
    for (name, since) in table {
        let spec =
            format!("{{securityContext: {{sysctls: [{{name: {name}, value: '1'}}]}}, containers: []}}");
        assert_eq!(said(&format!("baseline@1.{since}"), &spec), "", "{name}");
        let before = said(&format!("baseline@1.{}", since - 1), &spec);
        assert_eq!(before, format!("forbidden sysctls ({name})"));
    }
    let spec = "{securityContext: {sysctls: [{name: net/ipv4/tcp_syncookies, value: '1'}, \
                {name: net.core.somaxconn, value: '1'}]}}";
    assert_eq!(said("baseline", spec), "forbidden sysctls (net/ipv4/tcp_syncookies, net.core.somaxconn)");
}

#[test]
fn texts_count_join_and_sort_as_upstream() {
    let spec = "{securityContext: {seccompProfile: {type: Unconfined}, seLinuxOptions: {type: b_t, user: u}}, \
                containers: [{name: a, ports: [{containerPort: 1, hostPort: 9000}, {containerPort: 2, hostPort: 80}], \
                securityContext: {seccompProfile: {type: X}, seLinuxOptions: {type: a_t, role: r}, \
                appArmorProfile: {type: Unconfined}}}]}";
    assert_eq!(
        said("baseline@1.33", spec),
        "forbidden AppArmor profile (container \"a\" must not set AppArmor profile type to \"Unconfined\"), \
         hostPort (container \"a\" uses hostPorts 80, 9000), \
         seLinuxOptions (pod and container \"a\" set forbidden securityContext.seLinuxOptions: \
         types \"a_t\", \"b_t\"; user may not be set; role may not be set), \
         seccompProfile (pod and container \"a\" must not set securityContext.seccompProfile.type to \
         \"Unconfined\", \"X\")"
    );
}

#[test]
fn under_host_network_the_container_ports_of_a_pod_are_host_ports() {
    let spec = "{hostNetwork: true, initContainers: [{name: i, ports: [{containerPort: 53}]}], \
                containers: [{name: a, ports: [{containerPort: 8080}]}]}";
    assert_eq!(
        said("baseline@latest", spec),
        "host namespaces (hostNetwork=true), hostPort (containers \"i\", \"a\" use hostPorts 53, 8080)"
    );
}

#[test]
fn a_volume_without_a_source_is_an_empty_dir() {
    let spec = format!(
        "{{securityContext: {{runAsNonRoot: true}}, volumes: [{{name: v}}, {{name: w, emptyDir: null}}], containers: [{}]}}",
        hardened("a", "")
    );
    assert_eq!(said("restricted@latest", &spec), "");
}
