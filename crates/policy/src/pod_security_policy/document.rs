//! What does a PodSecurityPolicy document grant, and is it one that Kubernetes would have taken?
//!
//! All 24 fields of `policy/v1beta1` and the four annotations, read strictly: what the API server of 1.24
//! refused (`pkg/apis/policy/validation`) is refused here at its line. Two things are refused that it took and
//! then never used in silence: `MustRunAs` without anything to run as, and a port range that holds no port.

mod fields;
mod formats;
mod lists;
mod sequences;
mod strategies;
mod volumes;

use std::sync::Arc;

use finding::{Source, Span};
use object::{Kind, Object};

use fields::Reader;
pub use strategies::{Groups, IdRange, RunAsUser, SeLinux, SeLinuxOptions};
pub use volumes::Volumes;
pub(super) use volumes::WORDS as VOLUME_WORDS;

/// `metadata.annotations` of a policy that say something about profiles.
pub mod annotation {
    /// The seccomp profile that a pod without one gets.
    pub const SECCOMP_DEFAULT: &str = "seccomp.security.alpha.kubernetes.io/defaultProfileName";
    /// The seccomp profiles that a pod may have.
    pub const SECCOMP_ALLOWED: &str = "seccomp.security.alpha.kubernetes.io/allowedProfileNames";
    /// The AppArmor profile that a container without one gets.
    pub const APP_ARMOR_DEFAULT: &str = "apparmor.security.beta.kubernetes.io/defaultProfileName";
    /// The AppArmor profiles that a container may have.
    pub const APP_ARMOR_ALLOWED: &str = "apparmor.security.beta.kubernetes.io/allowedProfileNames";
}

/// One policy: fields carry the names of the API, empty lists mean what they mean there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // as the API has them
pub struct PodSecurityPolicy {
    /// `metadata.name`.
    pub name: String,
    /// Whether containers may be privileged.
    pub privileged: bool,
    /// Whether pods may use the node's network.
    pub host_network: bool,
    /// Whether pods may see the node's processes.
    pub host_pid: bool,
    /// Whether pods may use the node's IPC.
    pub host_ipc: bool,
    /// Capabilities that every container gets unless it drops them.
    pub default_add_capabilities: Vec<String>,
    /// Capabilities that every container loses.
    pub required_drop_capabilities: Vec<String>,
    /// Capabilities that a container may ask for; `*` for all.
    pub allowed_capabilities: Vec<String>,
    /// Volume types that may be mounted.
    pub volumes: Volumes,
    /// Node ports that may be taken.
    pub host_ports: Vec<PortRange>,
    /// What containers may be labelled as.
    pub se_linux: SeLinux,
    /// Whom containers may run as.
    pub run_as_user: RunAsUser,
    /// Which group containers may run as.
    pub run_as_group: Groups,
    /// Which further groups pods may have.
    pub supplemental_groups: Groups,
    /// Which group may own a pod's volumes.
    pub fs_group: Groups,
    /// Whether the root filesystem must be read-only.
    pub read_only_root_filesystem: bool,
    /// What `allowPrivilegeEscalation` becomes where a container is silent.
    pub default_allow_privilege_escalation: Option<bool>,
    /// Whether a process may gain more privileges than its parent; silence means yes.
    pub allow_privilege_escalation: bool,
    /// Host paths that may be mounted; empty for all.
    pub allowed_host_paths: Vec<HostPath>,
    /// Flexvolume drivers that may be used; empty for all.
    pub allowed_flex_volumes: Vec<String>,
    /// Inline CSI drivers that may be used; empty for all.
    pub allowed_csi_drivers: Vec<String>,
    /// Sysctls that may be set although they are unsafe, by name or prefix.
    pub allowed_unsafe_sysctls: Vec<String>,
    /// Sysctls that may not be set although they are safe, by name or prefix.
    pub forbidden_sysctls: Vec<String>,
    /// Types of `/proc` that may be mounted; empty for `Default` alone.
    pub allowed_proc_mount_types: Vec<String>,
    /// Which runtime classes may be asked for; `None` for all.
    pub runtime_class: Option<RuntimeClass>,
    /// Profiles, as the annotations list them.
    pub seccomp: Profiles,
    /// Profiles, as the annotations list them.
    pub app_armor: Profiles,
}

/// Node ports from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortRange {
    /// The first.
    pub min: i32,
    /// The last.
    pub max: i32,
}

/// A host path and everything below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPath {
    /// Where it begins.
    pub path_prefix: String,
    /// Whether every mount of it must be read-only.
    pub read_only: bool,
}

/// What a policy says about `runtimeClassName`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeClass {
    /// The names that may be asked for; `*` for all.
    pub allowed: Vec<String>,
    /// The name that a pod without one gets.
    pub default: Option<String>,
}

/// A pair of profile annotations, kept as written: denials quote the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profiles {
    /// The profile for who has none; empty for no default.
    pub default: String,
    /// The list of allowed profiles, separated by commas; `None` when the annotation is missing.
    pub allowed: Option<String>,
}

impl Profiles {
    /// The profiles of the list, blanks and all.
    pub fn allowed(&self) -> impl Iterator<Item = &str> + Clone {
        self.allowed.as_deref().into_iter().flat_map(|list| list.split(','))
    }
}

/// Why a policy was not taken.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}:{}: {message}", .source_text.place(.span.start).0, .source_text.place(.span.start).1.line)]
pub struct PolicyError {
    /// The text it stands in.
    pub source_text: Arc<Source>,
    /// The bytes to point at.
    pub span: Span,
    /// The path of the field.
    pub field: String,
    /// What is wrong and the way out.
    pub message: String,
}

/// The policies of a set of objects, and why others were not taken: one bad policy never silences the rest.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    /// Those that were taken, sorted by name.
    pub taken: Vec<PodSecurityPolicy>,
    /// What is wrong with the others.
    pub refused: Vec<PolicyError>,
}

/// Which rules a policy must keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is new: everything that the API server of 1.24 asked of one.
    New,
    /// It stands in a cluster, perhaps for longer than those rules: what the plugin could not use is refused,
    /// and everything else taken at its word.
    Stored,
}

/// Whether the object is a PodSecurityPolicy: Kubernetes' own, or ours for clusters that no longer have it.
pub fn is_policy(object: &Object) -> bool {
    object.kind() == "PodSecurityPolicy"
        && matches!(object.group(), "policy" | "extensions" | "cofferdam.dev")
}

/// Reads every PodSecurityPolicy among the objects.
pub fn read_all<'a>(objects: impl IntoIterator<Item = &'a Object>, standing: Standing) -> Policies {
    let mut all = Policies::default();
    let mut names = std::collections::BTreeMap::new();
    for object in objects.into_iter().filter(|object| is_policy(object)) {
        match read(object, standing) {
            Err(errors) => all.refused.extend(errors),
            Ok(policy) => {
                let here = object.at("metadata.name").unwrap_or(object.root());
                let first = *names.entry(policy.name.clone()).or_insert(here);
                if std::ptr::eq(first.source(), here.source()) && first.span() == here.span() {
                    all.taken.push(policy);
                } else {
                    let (file, position) = first.source().place(first.span().start);
                    let message = format!(
                        "a second policy `{}`, the first stands in {file}:{}: rename or remove one",
                        policy.name, position.line
                    );
                    all.refused.push(fields::error(object.root(), here, message));
                }
            }
        }
    }
    all.taken.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// Reads one policy, with the defaults of the API.
///
/// # Errors
/// Everything that is wrong with it, each with its place and the way out.
pub fn read(object: &Object, standing: Standing) -> Result<PodSecurityPolicy, Vec<PolicyError>> {
    let mut reader = Reader::new(object.root(), standing);
    version(object, &mut reader);
    let name = name(object, &mut reader);
    let seccomp = Profiles::read(object, &mut reader, Family::Seccomp);
    let app_armor = Profiles::read(object, &mut reader, Family::AppArmor);
    reader.known(object.root(), &["apiVersion", "kind", "metadata", "spec"]);
    let Some(spec) = reader.map(object.root(), "spec") else {
        reader.wrong(
            object.root(),
            "a policy needs a `spec`: seLinux, runAsUser, supplementalGroups and fsGroup are required",
        );
        return Err(reader.errors);
    };
    reader.known(spec, &FIELDS);
    let policy = PodSecurityPolicy {
        name,
        privileged: reader.bool(spec, "privileged").unwrap_or(false),
        host_network: reader.bool(spec, "hostNetwork").unwrap_or(false),
        host_pid: reader.bool(spec, "hostPID").unwrap_or(false),
        host_ipc: reader.bool(spec, "hostIPC").unwrap_or(false),
        default_add_capabilities: reader.texts(spec, "defaultAddCapabilities"),
        required_drop_capabilities: reader.texts(spec, "requiredDropCapabilities"),
        allowed_capabilities: reader.texts(spec, "allowedCapabilities"),
        volumes: volumes::read(&mut reader, spec),
        host_ports: sequences::host_ports(&mut reader, spec),
        se_linux: strategies::se_linux(&mut reader, spec),
        run_as_user: strategies::run_as_user(&mut reader, spec),
        run_as_group: strategies::run_as_group(&mut reader, spec),
        supplemental_groups: strategies::groups(&mut reader, spec, "supplementalGroups"),
        fs_group: strategies::groups(&mut reader, spec, "fsGroup"),
        read_only_root_filesystem: reader.bool(spec, "readOnlyRootFilesystem").unwrap_or(false),
        default_allow_privilege_escalation: reader.bool(spec, "defaultAllowPrivilegeEscalation"),
        allow_privilege_escalation: reader.bool(spec, "allowPrivilegeEscalation").unwrap_or(true),
        allowed_host_paths: sequences::host_paths(&mut reader, spec),
        allowed_flex_volumes: sequences::flex_drivers(&mut reader, spec),
        allowed_csi_drivers: sequences::csi_drivers(&mut reader, spec),
        allowed_unsafe_sysctls: lists::sysctls(&mut reader, spec, "allowedUnsafeSysctls"),
        forbidden_sysctls: lists::sysctls(&mut reader, spec, "forbiddenSysctls"),
        allowed_proc_mount_types: lists::proc_mounts(&mut reader, spec),
        runtime_class: lists::runtime_class(&mut reader, spec),
        seccomp,
        app_armor,
    };
    if reader.errors.is_empty() {
        lists::contradictions(&mut reader, spec, &policy);
    }
    if reader.errors.is_empty() { Ok(policy) } else { Err(reader.errors) }
}

/// The fields of `spec`.
const FIELDS: [&str; 24] = [
    "privileged",
    "defaultAddCapabilities",
    "requiredDropCapabilities",
    "allowedCapabilities",
    "volumes",
    "hostNetwork",
    "hostPorts",
    "hostPID",
    "hostIPC",
    "seLinux",
    "runAsUser",
    "runAsGroup",
    "supplementalGroups",
    "fsGroup",
    "readOnlyRootFilesystem",
    "defaultAllowPrivilegeEscalation",
    "allowPrivilegeEscalation",
    "allowedHostPaths",
    "allowedFlexVolumes",
    "allowedCSIDrivers",
    "allowedUnsafeSysctls",
    "forbiddenSysctls",
    "allowedProcMountTypes",
    "runtimeClass",
];

fn version<'a>(object: &'a Object, reader: &mut Reader<'a>) {
    let written = object.id().api_version.as_str();
    if !matches!(written, "policy/v1beta1" | "extensions/v1beta1" | "cofferdam.dev/v1alpha1") {
        let node = object.at("apiVersion").unwrap_or(object.root());
        reader.wrong(node, format!("`{written}` never had a PodSecurityPolicy: write `policy/v1beta1`"));
    }
}

fn name<'a>(object: &'a Object, reader: &mut Reader<'a>) -> String {
    let metadata = reader.map(object.root(), "metadata").unwrap_or(object.root());
    let name = reader.text(metadata, "name").unwrap_or_default();
    let node = object.at("metadata.name").unwrap_or(metadata);
    if name.is_empty() {
        reader.wrong(node, "a policy needs a `metadata.name`: that is what a `use` permission names");
    } else if !formats::is_subdomain(name) {
        reader.invalid(node, formats::not_a_subdomain(name));
    }
    name.to_owned()
}

/// Which of the two pairs of profile annotations.
#[derive(Clone, Copy)]
enum Family {
    Seccomp,
    AppArmor,
}

impl Family {
    const fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::Seccomp => (annotation::SECCOMP_DEFAULT, annotation::SECCOMP_ALLOWED),
            Self::AppArmor => (annotation::APP_ARMOR_DEFAULT, annotation::APP_ARMOR_ALLOWED),
        }
    }

    fn fault(self, profile: &str) -> Option<String> {
        match self {
            Self::Seccomp => formats::seccomp_fault(profile),
            Self::AppArmor => formats::app_armor_fault(profile),
        }
    }
}

impl Profiles {
    fn read<'a>(object: &'a Object, reader: &mut Reader<'a>, family: Family) -> Self {
        let Some(map) = object.at("metadata").and_then(|metadata| reader.map(metadata, "annotations")) else {
            return Self::default();
        };
        let (default_key, allowed_key) = family.keys();
        let mut text = |key: &str| {
            let (_, node) = map.entry(key)?;
            // A key without a value is a key all the same.
            let text = if node.kind() == Kind::Null { Some("") } else { reader.text(map, key) }?;
            let list = text.split(',').filter(|profile| key == allowed_key && *profile != "*");
            let one = std::iter::once(text).filter(|_| key == default_key);
            for fault in list.chain(one).filter(|_| !text.is_empty()).filter_map(|p| family.fault(p)) {
                reader.invalid(node, fault);
            }
            Some(text.to_owned())
        };
        Self { default: text(default_key).unwrap_or_default(), allowed: text(allowed_key) }
    }
}
