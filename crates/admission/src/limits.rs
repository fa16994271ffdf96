//! How much may anybody ask of the server?

use std::time::Duration;

use policy::request::MAX_REVIEW;

/// Caps and ends of waits. All of them hold at once.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// Connections at once from one address: one pod may not shut out the API server. Many pods may not either: an
    /// address has no more than it leaves free.
    pub connections_of_peer: usize,
    /// Requests at once in one HTTP/2 connection.
    pub streams: u32,
    /// Bytes of one review.
    pub body: usize,
    /// Bytes of unfinished bodies from one address.
    pub bodies_of_peer: usize,
    /// Bytes of unfinished bodies from everybody. No address gets more of it than it leaves to others.
    pub bodies: usize,
    /// Reviews that are decided or wait for it at once; beyond, 503.
    pub reviews: usize,
    /// A review up to this size is decided where it was read; a larger one, and any where policies run
    /// expressions, on a thread that may take its time.
    pub inline: usize,
    /// Bytes of reviews on such threads at once: what is read takes many times its size.
    pub at_work: usize,
    /// For a TLS handshake.
    pub handshake: Duration,
    /// For the first request, and for the headers of each.
    pub headers: Duration,
    /// For a body.
    pub body_time: Duration,
    /// Without a request, until a connection is closed.
    pub idle: Duration,
    /// For an answer, where the API server names no time.
    pub answer: Duration,
    /// For what is under way when the server ends.
    pub last_answers: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            connections_of_peer: 64,
            streams: 250,
            body: MAX_REVIEW,
            bodies_of_peer: 16 << 20,
            bodies: 64 << 20,
            reviews: 1024,
            inline: 64 << 10,
            at_work: 3 << 20,
            handshake: Duration::from_secs(5),
            headers: Duration::from_secs(10),
            body_time: Duration::from_secs(10),
            idle: Duration::from_mins(2),
            answer: Duration::from_secs(10),
            last_answers: Duration::from_secs(30),
        }
    }
}
