//! How much does each address hold?
//!
//! The API server and a hostile pod have different addresses: a cap on each keeps one from shutting out the other.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::Limits;

/// Bytes of bodies are counted in pieces of this size.
const PIECE: usize = 1024;

/// Everybody who is connected.
#[derive(Debug)]
pub(crate) struct Peers {
    by_address: Mutex<HashMap<IpAddr, Weigh>>,
    connections: usize,
    pieces: usize,
}

#[derive(Debug)]
struct Weigh {
    connections: usize,
    pieces: Arc<Semaphore>,
}

/// One connection of a peer; dropped when it ends.
#[derive(Debug)]
pub(crate) struct Peer {
    peers: Arc<Peers>,
    address: IpAddr,
    pieces: Arc<Semaphore>,
}

impl Peers {
    pub(crate) fn new(limits: &Limits) -> Arc<Self> {
        Arc::new(Self {
            by_address: Mutex::default(),
            connections: limits.connections_of_peer,
            pieces: limits.bodies_of_peer.div_ceil(PIECE),
        })
    }

    /// One more connection, unless the address has its fill.
    pub(crate) fn connect(self: &Arc<Self>, address: IpAddr) -> Option<Peer> {
        let mut all = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        let weigh = all
            .entry(address)
            .or_insert_with(|| Weigh { connections: 0, pieces: Arc::new(Semaphore::new(self.pieces)) });
        if weigh.connections >= self.connections {
            return None;
        }
        weigh.connections += 1;
        Some(Peer { peers: Arc::clone(self), address, pieces: Arc::clone(&weigh.pieces) })
    }
}

impl Peer {
    /// Room for so many more bytes of a body that has `before` already.
    pub(crate) fn room(&self, before: usize, more: usize) -> Option<OwnedSemaphorePermit> {
        let pieces = (before + more).div_ceil(PIECE) - before.div_ceil(PIECE);
        Arc::clone(&self.pieces).try_acquire_many_owned(u32::try_from(pieces).ok()?).ok()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let mut all = self.peers.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(weigh) = all.get_mut(&self.address) {
            weigh.connections = weigh.connections.saturating_sub(1);
            if weigh.connections == 0 {
                all.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_everything() {
        let limits = Limits { connections_of_peer: 2, bodies_of_peer: 4096, ..Limits::default() };
        let peers = Peers::new(&limits);
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let first = peers.connect(one).unwrap();
        let second = peers.connect(one).unwrap();
        assert!(peers.connect(one).is_none() && peers.connect(other).is_some());
        let held = first.room(0, 4000).unwrap();
        assert!(second.room(0, 1).is_none(), "the bytes are those of the address");
        drop((held, first));
        assert!(second.room(0, 1).is_some() && peers.connect(one).is_some());
    }
}
