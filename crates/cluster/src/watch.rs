//! What changes from now on?
//!
//! One long answer, a JSON value a line. It ends by itself after some minutes; whoever reads it asks again from the
//! version that was seen last.

use std::time::Duration;

use http_body_util::BodyExt;
use kube::client::Body;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::discover::Resource;
use crate::error::ApiError;
use crate::list::Want;
use crate::request::{Ask, Cluster, JSON, refused, unreadable};
use crate::retry::dice;

/// One change.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// An object is there, or is another than before.
    Put(String),
    /// An object is gone; this is its last state.
    Gone(String),
    /// Nothing has changed up to this version.
    Seen(String),
}

/// Changes under way.
pub(crate) struct Changes {
    ask: Ask,
    body: Body,
    unread: Vec<u8>,
    /// How long nothing may come: the server ends each watch before.
    silence: Duration,
}

/// The largest object an API server stores is less than half of it.
const LONGEST_LINE: usize = 8 << 20;

const METADATA: &str = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";

impl Cluster {
    /// Follows a resource in all namespaces from a version on.
    pub(crate) async fn changes(
        &self,
        resource: &Resource,
        want: Want,
        version: &str,
    ) -> Result<Changes, ApiError> {
        // As client-go: between five and ten minutes, so that the watches of many clients do not end together.
        let seconds = 300 + dice() % 300;
        let path = format!(
            "{}?watch=true&allowWatchBookmarks=true&resourceVersion={version}&timeoutSeconds={seconds}",
            resource.path()
        );
        let accept = if want == Want::Metadata { METADATA } else { JSON };
        let ask = Ask { accept, ..Ask::get(path) };
        let head = tokio::time::timeout(self.patience.answer, self.open(&ask)).await;
        let response = match head {
            Ok(opened) => opened.map_err(|(error, _)| error)?,
            Err(late) => return Err(self.unreachable(&ask, late.into())),
        };
        let silence = Duration::from_secs(seconds + 30);
        Ok(Changes { ask, body: response.into_body(), unread: Vec::new(), silence })
    }
}

impl Changes {
    /// The next change; `None` when the server ends the watch, as it does.
    pub(crate) async fn next(&mut self, cluster: &Cluster) -> Result<Option<Change>, ApiError> {
        loop {
            if let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
                let rest = self.unread.split_off(end + 1);
                let line = std::mem::replace(&mut self.unread, rest);
                if line.trim_ascii().is_empty() {
                    continue;
                }
                return event(&self.ask, &line).map(Some);
            }
            if self.unread.len() > LONGEST_LINE {
                return Err(ApiError::TooLarge { path: self.ask.path.clone(), limit: LONGEST_LINE });
            }
            let frame = tokio::time::timeout(self.silence, self.body.frame()).await;
            let frame = frame.map_err(|late| cluster.unreachable(&self.ask, late.into()))?;
            match frame {
                None => return Ok(None),
                Some(Ok(frame)) => self.unread.extend(frame.into_data().unwrap_or_default()),
                Some(Err(why)) => return Err(cluster.unreachable(&self.ask, Box::new(why))),
            }
        }
    }
}

#[derive(Deserialize)]
struct Event<'l> {
    #[serde(rename = "type")]
    kind: &'l str,
    #[serde(borrow)]
    object: &'l RawValue,
}

fn event(ask: &Ask, line: &[u8]) -> Result<Change, ApiError> {
    #[derive(Deserialize)]
    struct Bookmark {
        metadata: Version,
    }
    #[derive(Deserialize)]
    struct Version {
        #[serde(rename = "resourceVersion")]
        version: String,
    }
    #[derive(Deserialize)]
    struct Status {
        code: u16,
    }
    let event: Event<'_> = serde_json::from_slice(line).map_err(|why| unreadable(ask, &why))?;
    let object = event.object.get();
    match event.kind {
        "ADDED" | "MODIFIED" => Ok(Change::Put(object.to_owned())),
        "DELETED" => Ok(Change::Gone(object.to_owned())),
        "BOOKMARK" => {
            let mark: Bookmark = serde_json::from_str(object).map_err(|why| unreadable(ask, &why))?;
            Ok(Change::Seen(mark.metadata.version))
        }
        "ERROR" => {
            let code = serde_json::from_str(object).map_or(500, |status: Status| status.code);
            Err(refused(ask, code, object.as_bytes()))
        }
        other => Err(unreadable(ask, &format!("`{other}` is no kind of change"))),
    }
}
