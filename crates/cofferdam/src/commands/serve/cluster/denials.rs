//! How does the cluster learn what was refused?

use std::sync::Arc;
use std::time::Instant;

use admission::{Denied, Log};
use cluster::{Cluster, Denial, Teller};
use policy::request::{DryRun, Request};
use policy::response::Response;
use tokio::sync::mpsc::{Receiver, channel};

/// Denials that wait to be told; what comes beyond is not told, only counted by the figures and the log.
const WAITING: usize = 256;

/// Takes denials and writes Events about them, a few a namespace.
pub(super) fn telling(cluster: Cluster, log: Arc<Log>) -> Arc<Denied> {
    let (send, denials) = channel(WAITING);
    tokio::spawn(tell(cluster, denials, log));
    Arc::new(move |request: &Request, response: &Response| {
        // What is only tried must leave no trace, and objects of the cluster are in no namespace to write into.
        if request.dry_run == DryRun::No && !request.namespace.is_empty() {
            let _ = send.try_send(denial(request, response));
        }
    })
}

fn denial(request: &Request, response: &Response) -> Denial {
    let kind = &request.kind;
    let api_version =
        if kind.group.is_empty() { kind.version.clone() } else { format!("{}/{}", kind.group, kind.version) };
    Denial {
        namespace: request.namespace.clone(),
        kind: kind.name.clone(),
        api_version,
        name: request.name.clone(),
        message: response.denied.as_ref().map(|status| status.message.clone()).unwrap_or_default(),
    }
}

async fn tell(cluster: Cluster, mut denials: Receiver<Denial>, log: Arc<Log>) {
    let pod = std::env::var("HOSTNAME").ok().filter(|name| !name.is_empty());
    let pod = pod.unwrap_or_else(|| "cofferdam".to_owned());
    let mut teller = Teller::default();
    while let Some(denial) = denials.recv().await {
        let Some(count) = teller.tell(&denial, Instant::now()) else { continue };
        if let Err(error) = cluster.tell(&denial, count, &pod).await {
            log.warn("no Event was written about a denial", &[("error", &error.chain())]);
        }
    }
}
