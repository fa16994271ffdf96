//! What does the API server hold, and how is it told something?
//!
//! The only user of `kube`, and of that only what knows kubeconfigs, credentials and TLS. Objects come as the
//! bytes the server sent: a typed struct would drop the fields of the next release. Nothing here decides.

mod cache;
mod connect;
mod discover;
mod error;
mod list;
mod page;
mod request;
mod retry;
mod shown;
mod watch;

pub use cache::{Bound, Cache, Health, Known, Snapshot};
pub use connect::{Access, ConnectError, connect};
pub use discover::{Resource, Resources};
pub use error::ApiError;
pub use list::{Page, Pages, Want};
pub use request::Cluster;
pub use retry::Patience;
pub use shown::{Metadata, Shown};
