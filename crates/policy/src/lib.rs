//! Decisions about a pod: the Pod Security Standards by level and version.
