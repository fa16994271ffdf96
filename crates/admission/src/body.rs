//! What did somebody send, and was it too much or too slow?

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use tokio::time::timeout;

use crate::peers::{Peer, Pieces};

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// More bytes than one review may have.
    TooLarge,
    /// The address has too much under way.
    NoRoom,
    /// It did not come in time.
    TooSlow,
    /// The connection broke off.
    Broken,
}

/// The whole body, and the room it takes.
pub(crate) async fn read(
    mut body: Incoming,
    limit: usize,
    time: Duration,
    peer: &Peer,
) -> Result<(Bytes, Room), Refused> {
    if body.size_hint().lower() > limit as u64 {
        return Err(Refused::TooLarge);
    }
    let collect = async {
        let (mut all, mut room) = (BytesMut::new(), Room::default());
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Refused::Broken)?;
            let Some(data) = frame.data_ref() else { continue };
            if all.len() + data.len() > limit {
                return Err(Refused::TooLarge);
            }
            room.add(peer.room(all.len(), data.len()).ok_or(Refused::NoRoom)?);
            all.extend_from_slice(data);
        }
        Ok((all.freeze(), room))
    };
    timeout(time, collect).await.unwrap_or(Err(Refused::TooSlow))
}

/// Room that a body takes, given back when it is dropped.
#[derive(Debug, Default)]
pub(crate) struct Room(Option<Pieces>);

impl Room {
    fn add(&mut self, more: Pieces) {
        match &mut self.0 {
            Some(held) => held.merge(more),
            None => self.0 = Some(more),
        }
    }
}
