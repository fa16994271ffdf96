//! YAML and JSON bytes to Kubernetes objects that know where every field stands.

pub mod schema;
