//! How do the bytes of a pod become what a policy looks at?

use std::borrow::Cow;
use std::collections::BTreeMap;

use object::{Kind, Node, Pod, schema};

use super::super::document::VOLUME_WORDS;
use super::super::profiles::{app_armor_words, seccomp_words};
use super::fields::Fields;
use super::{Capabilities, Container, Facts, Label, Mount, PodError, RunAs, Seccomp, Volume, VolumeSource};

/// The lists of containers, in the order in which they are visited.
const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// The lists of which the ports become host ports with the node's network.
const DEFAULTED: [&str; 2] = ["initContainers", "containers"];

/// The annotations of a pod; a key with `null` has the empty value, as it has in Go.
type Annotations<'a> = BTreeMap<&'a str, &'a str>;

impl<'a> Facts<'a> {
    /// Reads a pod, or the template of one.
    ///
    /// # Errors
    /// A value of the wrong type: the API server would refuse the pod, and so a policy cannot judge it.
    pub(in super::super) fn read(pod: Pod<'a>) -> Result<Self, PodError> {
        let fields = Fields::of(pod.object().root());
        let spec = fields.mapping(pod.spec())?;
        let above = spec.key().filter(|key| key.text() == Some("spec")).and_then(|_| spec.parent());
        if let Some(metadata) = above.map(|above| fields.map(above, "metadata")).transpose()?.flatten() {
            fields.map(metadata, "annotations")?;
        }
        let mut annotations = Annotations::new();
        for (key, value) in pod.annotations() {
            annotations.insert(key, fields.word(value)?);
        }
        read(fields, &annotations, spec)
    }
}

fn read<'a>(
    fields: Fields<'a>,
    annotations: &Annotations<'a>,
    spec: Node<'a>,
) -> Result<Facts<'a>, PodError> {
    let context = fields.map(spec, "securityContext")?;
    let host_network = fields.bool(spec, "hostNetwork")?.unwrap_or(false);
    let mut facts = Facts {
        admitted_by: annotations.get("kubernetes.io/psp").copied().unwrap_or_default(),
        host_network,
        host_pid: fields.bool(spec, "hostPID")?.unwrap_or(false),
        host_ipc: fields.bool(spec, "hostIPC")?.unwrap_or(false),
        runtime_class: fields.text(spec, "runtimeClassName")?,
        run_as: run_as(fields, context)?,
        seccomp: Seccomp {
            field: profile(fields, context, "seccompProfile", seccomp_words)?,
            annotation: annotations
                .get("seccomp.security.alpha.kubernetes.io/pod")
                .copied()
                .map(Cow::Borrowed),
        },
        ..Facts::default()
    };
    if let Some(context) = context {
        facts.fs_group = fields.int(context, "fsGroup")?;
        facts.supplemental_groups = fields.numbers(context, "supplementalGroups")?;
        for sysctl in fields.maps(context, "sysctls")? {
            facts.sysctls.push(fields.text(sysctl, "name")?.unwrap_or_default());
        }
    }
    for node in fields.maps(spec, "volumes")? {
        facts.volumes.push(volume(fields, node)?);
    }
    let app_armor = profile(fields, context, "appArmorProfile", app_armor_words)?;
    for list in LISTS {
        let ports = if host_network && DEFAULTED.contains(&list) { Ports::All } else { Ports::Asked };
        for (index, node) in fields.maps(spec, list)?.into_iter().enumerate() {
            let mut container = container(fields, annotations, node, ports)?;
            if container.app_armor.is_empty() {
                container.app_armor = app_armor.clone().unwrap_or_default();
            }
            facts.containers.push(Container { list, index, ..container });
        }
    }
    Ok(facts)
}

/// Which ports of a container the node gives away.
#[derive(Clone, Copy)]
enum Ports {
    /// Those with a `hostPort`.
    Asked,
    /// All: a port without one gets its own number.
    All,
}

fn container<'a>(
    fields: Fields<'a>,
    annotations: &Annotations<'a>,
    node: Node<'a>,
    ports: Ports,
) -> Result<Container<'a>, PodError> {
    let name = fields.text(node, "name")?.unwrap_or_default();
    let context = fields.map(node, "securityContext")?;
    let annotated = |prefix: &str| annotations.get(format!("{prefix}{name}").as_str()).copied();
    let mut container = Container {
        name,
        run_as: run_as(fields, context)?,
        seccomp: Seccomp {
            field: profile(fields, context, "seccompProfile", seccomp_words)?,
            annotation: annotated("container.seccomp.security.alpha.kubernetes.io/").map(Cow::Borrowed),
        },
        app_armor: match annotated("container.apparmor.security.beta.kubernetes.io/")
            .filter(|v| !v.is_empty())
        {
            Some(value) => Cow::Borrowed(value),
            None => profile(fields, context, "appArmorProfile", app_armor_words)?.unwrap_or_default(),
        },
        ..Container::default()
    };
    for port in fields.maps(node, "ports")? {
        let own = fields.small(port, "containerPort")?;
        let asked = fields.small(port, "hostPort")?;
        container.host_ports.push(if asked == 0 && matches!(ports, Ports::All) { own } else { asked });
    }
    for mount in fields.maps(node, "volumeMounts")? {
        container.mounts.push(Mount {
            volume: fields.text(mount, "name")?.unwrap_or_default(),
            read_only: fields.bool(mount, "readOnly")?.unwrap_or(false),
        });
    }
    if let Some(context) = context {
        container.privileged = fields.bool(context, "privileged")?;
        container.proc_mount = fields.text(context, "procMount")?;
        container.read_only_root = fields.bool(context, "readOnlyRootFilesystem")?;
        container.allow_escalation = fields.bool(context, "allowPrivilegeEscalation")?;
        if let Some(capabilities) = fields.map(context, "capabilities")? {
            container.capabilities = Some(Capabilities {
                add: fields.texts(capabilities, "add")?,
                drop: fields.texts(capabilities, "drop")?,
            });
        }
    }
    Ok(container)
}

fn run_as<'a>(fields: Fields<'a>, context: Option<Node<'a>>) -> Result<RunAs<'a>, PodError> {
    let Some(context) = context else { return Ok(RunAs::default()) };
    let label = |node: Node<'a>| {
        let part = |key| Ok(fields.text(node, key)?.unwrap_or_default());
        Ok(Label { user: part("user")?, role: part("role")?, kind: part("type")?, level: part("level")? })
    };
    Ok(RunAs {
        user: fields.int(context, "runAsUser")?,
        group: fields.int(context, "runAsGroup")?,
        non_root: fields.bool(context, "runAsNonRoot")?,
        se_linux: fields.map(context, "seLinuxOptions")?.map(label).transpose()?,
    })
}

/// A profile field of a security context, in the words of its annotation.
fn profile<'a>(
    fields: Fields<'a>,
    context: Option<Node<'a>>,
    key: &str,
    words: fn(&'a str, Option<&'a str>) -> Cow<'a, str>,
) -> Result<Option<Cow<'a, str>>, PodError> {
    let Some(context) = context else { return Ok(None) };
    let Some(node) = fields.map(context, key)? else { return Ok(None) };
    let kind = fields.text(node, "type")?.unwrap_or_default();
    Ok(Some(words(kind, fields.text(node, "localhostProfile")?)))
}

fn volume<'a>(fields: Fields<'a>, node: Node<'a>) -> Result<Volume<'a>, PodError> {
    let name = fields.text(node, "name")?.unwrap_or_default();
    let mut found = None;
    for (word, key) in VOLUME_WORDS {
        if let Some(source) = fields.map(node, key)? {
            // The first one counts, whatever else is set.
            found = found.or(Some((word, source)));
        }
    }
    let Some((kind, source)) = found else {
        return Ok(Volume { name, kind: newer(node).unwrap_or("emptyDir"), source: VolumeSource::Other });
    };
    let driver = || Ok(fields.text(source, "driver")?.unwrap_or_default());
    let source = match kind {
        "hostPath" => VolumeSource::HostPath(fields.text(source, "path")?.unwrap_or_default()),
        "flexVolume" => VolumeSource::Flex(driver()?),
        "csi" => VolumeSource::Csi(driver()?),
        "projected" if holds_only_token(fields, source)? => VolumeSource::OnlyToken,
        _ => VolumeSource::Other,
    };
    Ok(Volume { name, kind, source })
}

/// A volume source that Kubernetes knows and PodSecurityPolicy never did.
fn newer(node: Node<'_>) -> Option<&'static str> {
    let volume = schema::named("Volume")?;
    let written = node.entries().filter(|(_, value)| value.kind() != Kind::Null);
    let known = written.filter_map(|(key, _)| volume.field(&key.key_text()));
    known.map(|field| field.name).find(|name| *name != "name")
}

/// Nothing but what the volume of a service account's token holds: such a one passes as a `secret`.
fn holds_only_token<'a>(fields: Fields<'a>, projected: Node<'a>) -> Result<bool, PodError> {
    let mut only = true;
    for source in fields.maps(projected, "sources")? {
        let token = fields.map(source, "serviceAccountToken")?;
        let map = fields.map(source, "configMap")?;
        let downward = fields.map(source, "downwardAPI")?;
        only &= token.is_some() || map.is_some() || downward.is_some();
        if let Some(token) = token {
            only &= fields.text(token, "path")? == Some("token")
                && fields.text(token, "audience")?.unwrap_or_default().is_empty();
        }
        if let Some(map) = map {
            only &= fields.text(map, "name")? == Some("kube-root-ca.crt");
        }
        for item in downward.map(|downward| fields.maps(downward, "items")).transpose()?.unwrap_or_default() {
            let field = fields.map(item, "fieldRef")?;
            let version = field.map(|field| fields.text(field, "apiVersion")).transpose()?.flatten();
            let path = field.map(|field| fields.text(field, "fieldPath")).transpose()?.flatten();
            only &= fields.text(item, "path")? == Some("namespace")
                && matches!(version, None | Some("" | "v1"))
                && path == Some("metadata.namespace");
        }
    }
    Ok(only)
}
