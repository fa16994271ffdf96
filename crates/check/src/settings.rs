//! What does the user tell us about the cluster that no manifest shows?
//!
//! Read from `cofferdam.yaml`; what is not said is not judged by.

/// Whose values stand in the objects that are judged?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Values {
    /// Those that their author wrote.
    #[default]
    Written,
    /// These, and what an API server fills in: nobody can tell them apart.
    Held,
}

/// Facts and wishes of the people who run the cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Registries that images may come from, as globs such as `registry.example.com/**`; empty: any.
    pub registries: Vec<String>,
    /// The oldest kernel of any node, as (major, minor).
    pub kernel: Option<(u16, u16)>,
    /// Names of the `RuntimeClass` objects that the cluster has beside those in the input.
    pub runtime_classes: Vec<String>,
    /// Namespaces whose pods must run under a sandboxed RuntimeClass, as globs.
    pub sandboxed_namespaces: Vec<String>,
    /// Localhost seccomp profiles that every node has, as paths below the kubelet's seccomp directory.
    pub seccomp_profiles: Vec<String>,
    /// AppArmor profiles that every node has loaded.
    pub app_armor_profiles: Vec<String>,
    /// Whose values are judged; not the user's to say.
    pub values: Values,
}
