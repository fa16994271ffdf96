//! Which values does the API server fill in before a policy sees an object?
//!
//! `pkg/apis/{core,apps,batch}/v1/defaults.go` of Kubernetes 1.36, for workloads and what is in them. Values
//! of features that are off by default, and of volume types no cluster offers any more, are left out.

use serde_json::{Map, Value, json};

use super::{Shape, kind, named};

/// Type, field, and the JSON that stands for nothing.
const FIELDS: &[(&str, &str, &str)] = &[
    ("PodSpec", "dnsPolicy", r#""ClusterFirst""#),
    ("PodSpec", "restartPolicy", r#""Always""#),
    ("PodSpec", "securityContext", "{}"),
    ("PodSpec", "terminationGracePeriodSeconds", "30"),
    ("PodSpec", "schedulerName", r#""default-scheduler""#),
    ("Container", "terminationMessagePath", r#""/dev/termination-log""#),
    ("Container", "terminationMessagePolicy", r#""File""#),
    ("EphemeralContainer", "terminationMessagePath", r#""/dev/termination-log""#),
    ("EphemeralContainer", "terminationMessagePolicy", r#""File""#),
    ("ContainerPort", "protocol", r#""TCP""#),
    ("Probe", "timeoutSeconds", "1"),
    ("Probe", "periodSeconds", "10"),
    ("Probe", "successThreshold", "1"),
    ("Probe", "failureThreshold", "3"),
    ("HTTPGetAction", "path", r#""/""#),
    ("HTTPGetAction", "scheme", r#""HTTP""#),
    ("GRPCAction", "service", r#""""#),
    ("HostPathVolumeSource", "type", r#""""#),
    ("SecretVolumeSource", "defaultMode", "420"),
    ("ConfigMapVolumeSource", "defaultMode", "420"),
    ("DownwardAPIVolumeSource", "defaultMode", "420"),
    ("ProjectedVolumeSource", "defaultMode", "420"),
    ("ServiceAccountTokenProjection", "expirationSeconds", "3600"),
    ("ObjectFieldSelector", "apiVersion", r#""v1""#),
    ("PersistentVolumeClaimSpec", "volumeMode", r#""Filesystem""#),
    ("PersistentVolumeClaimStatus", "phase", r#""Pending""#),
    ("Secret", "type", r#""Opaque""#),
    ("DeploymentSpec", "replicas", "1"),
    ("DeploymentSpec", "revisionHistoryLimit", "10"),
    ("DeploymentSpec", "progressDeadlineSeconds", "600"),
    ("DeploymentStrategy", "type", r#""RollingUpdate""#),
    ("RollingUpdateDeployment", "maxUnavailable", r#""25%""#),
    ("RollingUpdateDeployment", "maxSurge", r#""25%""#),
    ("DaemonSetSpec", "revisionHistoryLimit", "10"),
    ("DaemonSetUpdateStrategy", "type", r#""RollingUpdate""#),
    ("RollingUpdateDaemonSet", "maxUnavailable", "1"),
    ("RollingUpdateDaemonSet", "maxSurge", "0"),
    ("StatefulSetSpec", "podManagementPolicy", r#""OrderedReady""#),
    ("StatefulSetSpec", "persistentVolumeClaimRetentionPolicy", "{}"),
    ("StatefulSetSpec", "replicas", "1"),
    ("StatefulSetSpec", "revisionHistoryLimit", "10"),
    ("StatefulSetPersistentVolumeClaimRetentionPolicy", "whenDeleted", r#""Retain""#),
    ("StatefulSetPersistentVolumeClaimRetentionPolicy", "whenScaled", r#""Retain""#),
    ("StatefulSetUpdateStrategy", "type", r#""RollingUpdate""#),
    ("RollingUpdateStatefulSetStrategy", "partition", "0"),
    ("ReplicaSetSpec", "replicas", "1"),
    ("ReplicationControllerSpec", "replicas", "1"),
    ("JobSpec", "completionMode", r#""NonIndexed""#),
    ("JobSpec", "suspend", "false"),
    ("JobSpec", "manualSelector", "false"),
    ("CronJobSpec", "concurrencyPolicy", r#""Allow""#),
    ("CronJobSpec", "suspend", "false"),
    ("CronJobSpec", "successfulJobsHistoryLimit", "3"),
    ("CronJobSpec", "failedJobsHistoryLimit", "1"),
    ("ServiceSpec", "sessionAffinity", r#""None""#),
    ("ServiceSpec", "type", r#""ClusterIP""#),
    ("ServicePort", "protocol", r#""TCP""#),
];

/// Fills in what is missing from an object of a built-in kind.
pub(super) fn fill(object: &mut Value, api_version: &str, name: &str) {
    let Some(shape) = kind(api_version, name) else { return };
    if (api_version, name) == ("v1", "Pod") {
        fill_pod(object);
    }
    walk(object, &shape);
}

fn walk(value: &mut Value, shape: &Shape) {
    match (shape, value) {
        (Shape::Named(name), value) => {
            let Some(kind) = named(name) else { return };
            let Value::Object(map) = value else { return };
            special(name, map);
            for (_, field, default) in FIELDS.iter().filter(|(of, _, _)| of == name) {
                if !map.contains_key(*field) {
                    map.insert((*field).to_owned(), serde_json::from_str(default).unwrap_or_default());
                }
            }
            for (key, value) in map {
                if let Some(field) = kind.field(key) {
                    walk(value, &field.shape);
                }
            }
        }
        (Shape::List(_, item), Value::Array(items)) => items.iter_mut().for_each(|value| walk(value, item)),
        (Shape::Map(_, item), Value::Object(map)) => map.values_mut().for_each(|value| walk(value, item)),
        _ => {}
    }
}

/// Values that depend on others.
fn special(name: &str, map: &mut Map<String, Value>) {
    let is = |map: &Map<String, Value>, key: &str, wanted: &str| {
        map.get(key).and_then(Value::as_str) == Some(wanted)
    };
    match name {
        "Container" | "EphemeralContainer" => {
            let always = map.get("image").and_then(Value::as_str).is_some_and(is_latest);
            let policy = if always { "Always" } else { "IfNotPresent" };
            map.entry("imagePullPolicy").or_insert_with(|| policy.into());
        }
        "Volume" if map.keys().all(|key| key == "name") => {
            map.insert("emptyDir".to_owned(), json!({}));
        }
        "DeploymentStrategy" | "DaemonSetUpdateStrategy" if is(map, "type", "RollingUpdate") => {
            map.entry("rollingUpdate").or_insert_with(|| json!({}));
        }
        "DeploymentStrategy" | "DaemonSetUpdateStrategy" | "StatefulSetUpdateStrategy"
            if !map.contains_key("type") =>
        {
            map.entry("rollingUpdate").or_insert_with(|| json!({}));
        }
        "JobSpec" => {
            if !map.contains_key("completions") && !map.contains_key("parallelism") {
                map.insert("completions".to_owned(), 1.into());
            }
            let limit = if map.contains_key("backoffLimitPerIndex") { i32::MAX } else { 6 };
            let replacement =
                if map.contains_key("podFailurePolicy") { "Failed" } else { "TerminatingOrFailed" };
            for (key, value) in [
                ("parallelism", 1.into()),
                ("backoffLimit", limit.into()),
                ("podReplacementPolicy", Value::from(replacement)),
            ] {
                map.entry(key).or_insert(value);
            }
        }
        "Job" | "ReplicationController" => copy_labels(map),
        "ServiceSpec" => {
            if matches!(
                map.get("type").and_then(Value::as_str),
                None | Some("ClusterIP" | "NodePort" | "LoadBalancer")
            ) {
                map.entry("internalTrafficPolicy").or_insert_with(|| "Cluster".into());
            }
            if is(map, "type", "NodePort")
                || is(map, "type", "LoadBalancer")
                || map.contains_key("externalIPs")
            {
                map.entry("externalTrafficPolicy").or_insert_with(|| "Cluster".into());
            }
            if is(map, "type", "LoadBalancer") {
                map.entry("allocateLoadBalancerNodePorts").or_insert(Value::Bool(true));
            }
        }
        "ServicePort" => {
            let unset = map.get("targetPort").is_none_or(|port| *port == 0 || *port == "");
            if let (true, Some(port)) = (unset, map.get("port").cloned()) {
                map.insert("targetPort".to_owned(), port);
            }
        }
        _ => {}
    }
}

/// The labels of the template where the object has none of its own.
fn copy_labels(map: &mut Map<String, Value>) {
    let at = |map: &Map<String, Value>, path: &[&str]| {
        let first = path.split_first().and_then(|(first, rest)| Some((map.get(*first)?, rest)));
        first.and_then(|(value, rest)| rest.iter().try_fold(value, |value, step| value.get(step)).cloned())
    };
    let Some(labels) = at(map, &["spec", "template", "metadata", "labels"]) else { return };
    if at(map, &["metadata", "labels"]).is_none()
        && let Some(metadata) = map.get_mut("metadata").and_then(Value::as_object_mut)
    {
        metadata.insert("labels".to_owned(), labels);
    }
}

/// What is filled in for pods and not for templates.
fn fill_pod(pod: &mut Value) {
    let Some(spec) = pod.get_mut("spec").and_then(Value::as_object_mut) else { return };
    spec.entry("enableServiceLinks").or_insert(Value::Bool(true));
    let host_network = spec.get("hostNetwork") == Some(&Value::Bool(true));
    for list in ["containers", "initContainers"] {
        for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            requests_from_limits(container);
            let ports = container.get_mut("ports").and_then(Value::as_array_mut);
            for port in ports.into_iter().flatten().filter_map(Value::as_object_mut).filter(|_| host_network)
            {
                if let (None, Some(number)) = (port.get("hostPort"), port.get("containerPort").cloned()) {
                    port.insert("hostPort".to_owned(), number);
                }
            }
        }
    }
}

fn requests_from_limits(container: &mut Value) {
    let Some(resources) = container.get_mut("resources").and_then(Value::as_object_mut) else { return };
    let Some(Value::Object(limits)) = resources.get("limits").cloned() else { return };
    let requests = resources.entry("requests").or_insert_with(|| json!({}));
    if let Some(requests) = requests.as_object_mut() {
        for (name, value) in limits {
            requests.entry(name).or_insert(value);
        }
    }
}

/// Whether an image goes by the tag `latest`, said or not.
fn is_latest(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or(image);
    !image.contains('@') && name.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}
