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
    /// Many addresses together may not fill memory either.
    all: Arc<Semaphore>,
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
            all: Arc::new(Semaphore::new(limits.bodies.div_ceil(PIECE).min(Semaphore::MAX_PERMITS))),
        })
    }

    /// One more connection, unless the address has its fill, or more than the `free` places it leaves to others.
    pub(crate) fn connect(self: &Arc<Self>, address: IpAddr, free: usize) -> Option<Peer> {
        let mut all = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        let weigh = all
            .entry(address)
            .or_insert_with(|| Weigh { connections: 0, pieces: Arc::new(Semaphore::new(self.pieces)) });
        if weigh.connections >= self.connections || weigh.connections > free {
            return None;
        }
        weigh.connections += 1;
        Some(Peer { peers: Arc::clone(self), address, pieces: Arc::clone(&weigh.pieces) })
    }
}

impl Peer {
    /// Room for so many more bytes of a body that has `before` already.
    ///
    /// Whoever has as much as is free gets no more: then there is room left for an address that comes later, however
    /// many there are already.
    pub(crate) fn room(&self, before: usize, more: usize) -> Option<Pieces> {
        let pieces = (before + more).div_ceil(PIECE) - before.div_ceil(PIECE);
        let held = self.peers.pieces.saturating_sub(self.pieces.available_permits());
        if pieces > 0 && held + pieces > self.peers.all.available_permits() {
            return None;
        }
        let pieces = u32::try_from(pieces).ok()?;
        Some(Pieces {
            of_peer: Arc::clone(&self.pieces).try_acquire_many_owned(pieces).ok()?,
            of_all: Arc::clone(&self.peers.all).try_acquire_many_owned(pieces).ok()?,
        })
    }
}

/// Room for a part of a body, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Pieces {
    of_peer: OwnedSemaphorePermit,
    of_all: OwnedSemaphorePermit,
}

impl Pieces {
    pub(crate) fn merge(&mut self, more: Self) {
        self.of_peer.merge(more.of_peer);
        self.of_all.merge(more.of_all);
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
        let first = peers.connect(one, 9).unwrap();
        let second = peers.connect(one, 9).unwrap();
        assert!(peers.connect(one, 9).is_none() && peers.connect(other, 9).is_some());
        let held = first.room(0, 4000).unwrap();
        assert!(second.room(0, 1).is_none(), "the bytes are those of the address");
        drop((held, first));
        assert!(second.room(0, 1).is_some() && peers.connect(one, 9).is_some());
    }

    #[test]
    fn many_addresses_together_leave_room_for_one_more() {
        let limits = Limits { bodies_of_peer: 1 << 20, bodies: 1 << 20, ..Limits::default() };
        let peers = Peers::new(&limits);
        let (mut held, mut guests) = (Vec::new(), Vec::new());
        let mut all = 0;
        for number in 0..9 {
            let peer = peers.connect(IpAddr::from([10, 0, 0, number]), 9).unwrap();
            let before = all;
            while let Some(room) = peer.room(0, PIECE) {
                held.push(room);
                all += PIECE;
            }
            assert!(all > before && all < 1 << 20, "address {number} gets some, and leaves some: {all}");
            guests.push(peer);
        }
        drop(held);
        let late = peers.connect(IpAddr::from([10, 0, 1, 0]), 9).unwrap();
        assert!(late.room(0, 500_000).is_some(), "what is given back is there again");
    }

    #[test]
    fn who_has_more_connections_than_are_left_gets_no_more_and_others_do() {
        let peers = Peers::new(&Limits::default());
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let _held = [peers.connect(one, 2).unwrap(), peers.connect(one, 1).unwrap()];
        assert!(peers.connect(one, 1).is_none());
        assert!(peers.connect(other, 0).is_some(), "the last place is for somebody who has none");
    }
}
