//! How does the API server ask, and how is it answered?
//!
//! A server for admission webhooks: TLS, reviews in and out, figures and logs. It knows no rule and no cluster: what
//! decides is a [`policy::decide::Decider`], and what must be looked up while somebody waits comes through [`Live`].
//! Everything that connects is taken for hostile: each resource has a cap, each wait an end.

mod answer;
mod body;
mod certificate;
mod connection;
mod gate;
mod health;
mod limits;
mod live;
mod log;
mod metrics;
mod peers;
mod server;
mod swap;
mod timeout;
mod work;

pub use self::certificate::{
    CertificateError, CertificateStore, Certificates, Files, Held, InMemory, Keeping, Saved, SelfSigned,
    StoreError, Stored,
};
pub use self::gate::{Denied, Gate, State, Turn};
pub use self::health::Health;
pub use self::limits::Limits;
pub use self::live::{Live, Pending, Unknown};
pub use self::log::{Form, Level, Log};
pub use self::metrics::Metrics;
pub use self::server::{Server, ServerError};
pub use self::timeout::duration;
