//! What does the API server hold, and how is it told something?
//!
//! The only user of `kube`, and of that only what knows kubeconfigs, credentials and TLS. Objects come as the
//! bytes the server sent: a typed struct would drop the fields of the next release. Nothing here decides.

mod cache;
mod connect;
mod discover;
mod error;
mod events;
mod kinds;
mod lease;
mod list;
mod page;
mod request;
mod retry;
mod review;
mod secret;
mod shown;
mod status;
mod watch;
mod write;

pub use cache::{Bound, Cache, Health, Known, Snapshot};
pub use connect::{Access, ConnectError, connect};
pub use discover::{Resource, Resources};
pub use error::ApiError;
pub use events::{Allowance, Denial, Teller};
pub use lease::{Candidate, Standing, Term};
pub use list::{Page, Pages, Want};
pub use request::Cluster;
pub use retry::Patience;
pub use review::Question;
pub use secret::{Held, SharedSecret};
pub use shown::{Metadata, Shown};
pub use status::Acceptance;
pub use write::Written;
