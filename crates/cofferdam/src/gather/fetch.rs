//! In which order do the objects of a cluster come, and which do not?

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, SendError, SyncSender, sync_channel};

use anyhow::Context;
use cluster::{Access, ApiError, Cluster, Resource, Want, connect};
use finding::{Failure, Stage};
use object::Version;

/// A cluster that is being listed.
pub(crate) struct Fetch {
    /// How the cluster is named.
    pub(crate) place: String,
    /// What it runs.
    pub(crate) release: Version,
    /// How many lists there are.
    pub(crate) lists: usize,
    /// What comes; ends when all is listed.
    pub(crate) arrivals: Receiver<Arrival>,
}

/// What comes.
pub(crate) enum Arrival {
    /// Some objects.
    Page(Batch),
    /// A list that is not given, or not to its end.
    Skipped(Failure),
    /// One list has ended.
    Listed,
}

/// Objects of one kind.
pub(crate) struct Batch {
    pub(crate) list: List,
    pub(crate) items: Vec<String>,
}

/// One kind, and what is wanted of it.
#[derive(Clone)]
pub(crate) struct List {
    pub(crate) resource: Resource,
    want: Want,
    selector: &'static str,
    /// What the selector says of each object that comes.
    pub(super) known: Option<(&'static str, &'static str)>,
    rank: Rank,
}

/// How often pods are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pods {
    /// Once: each is judged as it comes, by rules that need nothing else.
    Once,
    /// Twice: first those that belong to nobody are kept, then all others are judged beside what is kept.
    Twice,
}

/// Measured, elected or reported by programs: nobody wrote them, no rule reads them, and they are most of a cluster.
const NOT_WRITTEN: [(&str, &str); 8] = [
    ("", "Event"),
    ("events.k8s.io", "Event"),
    ("", "Endpoints"),
    ("", "ComponentStatus"),
    ("discovery.k8s.io", "EndpointSlice"),
    ("coordination.k8s.io", "Lease"),
    ("metrics.k8s.io", "PodMetrics"),
    ("metrics.k8s.io", "NodeMetrics"),
];

impl Fetch {
    /// Asks what there is, and begins to fetch it.
    pub(crate) fn start(access: &Access, pods: Pods) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let cluster = runtime.block_on(connect(access)).context("connecting to the cluster")?;
        let asked: Result<_, ApiError> =
            runtime.block_on(async { Ok((cluster.release().await?, cluster.resources().await?)) });
        let ((_, minor), resources) = asked.map_err(explained)?;
        let mut lists: Vec<List> =
            resources.list.into_iter().flat_map(|resource| kind(resource, pods)).collect();
        lists.sort_by_key(List::rank);
        let missing = resources.missing.into_iter().map(|(group, why)| {
            failure(format!("cluster:{group}"), format!("the kinds of this group are not judged: {why}"))
        });
        let missing: Vec<Failure> = missing.collect();
        let (place, count) = (cluster.place().to_owned(), lists.len());
        let (send, arrivals) = sync_channel(1);
        std::thread::spawn(move || {
            let skipped = missing.into_iter().map(Arrival::Skipped);
            // Nobody listens any more when the command has ended: then there is nothing left to do here.
            let mut told = skipped.map(|each| send.send(each).is_ok());
            if told.all(|told| told) {
                let _ = runtime.block_on(all(&cluster, lists, &send));
            }
        });
        Ok(Self { place, release: object::v(1, minor), lists: count, arrivals })
    }
}

/// What is listed of one kind. Of a Secret no value is asked for; which of them hold tokens the server may say.
fn kind(resource: Resource, pods: Pods) -> Vec<List> {
    let name = (resource.group.as_str(), resource.kind.as_str());
    if NOT_WRITTEN.contains(&name) {
        return Vec::new();
    }
    let rank = rank(&resource);
    let whole = List { resource, want: Want::Whole, selector: "", known: None, rank };
    if pods == Pods::Twice && rank == Rank::Made {
        return vec![whole.clone(), List { rank: Rank::MadeAgain, ..whole }];
    }
    if !whole.resource.group.is_empty() || whole.resource.kind != "Secret" {
        return vec![whole];
    }
    let metadata = List { want: Want::Metadata, ..whole };
    vec![
        List {
            selector: "type=kubernetes.io/service-account-token",
            known: Some(("type", "kubernetes.io/service-account-token")),
            ..metadata.clone()
        },
        List { selector: "type!=kubernetes.io/service-account-token", ..metadata },
    ]
}

/// What others are judged by comes first, a controller before what it makes, and last what stands alone.
fn rank(resource: &Resource) -> Rank {
    match (resource.group.as_str(), resource.kind.as_str()) {
        (group, kind) if check::is_looked_up(group, kind) => Rank::LookedUp,
        ("batch", "CronJob") => Rank::MakesJobs,
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet")
        | ("", "ReplicationController" | "PodTemplate") => Rank::Makes,
        ("apps", "ReplicaSet") | ("batch", "Job") => Rank::MadeAndMakes,
        ("", "Pod") => Rank::Made,
        _ => Rank::Alone,
    }
}

/// When a kind is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    LookedUp,
    MakesJobs,
    Makes,
    MadeAndMakes,
    Made,
    MadeAgain,
    Alone,
}

impl List {
    pub(super) fn rank(&self) -> Rank {
        self.rank
    }
}

/// Sends everything; an error when nobody listens any more.
async fn all(
    cluster: &Cluster,
    lists: Vec<List>,
    send: &SyncSender<Arrival>,
) -> Result<(), SendError<Arrival>> {
    // Secrets and pods are listed twice: what is refused twice is told once.
    let mut told = BTreeSet::new();
    for list in lists {
        let mut pages = cluster.pages(&list.resource, list.want).chosen_by(list.selector);
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => send.send(Arrival::Page(Batch { list: list.clone(), items: page.items }))?,
                Err(error) => {
                    let failure = skipped(&list.resource, &error);
                    if told.insert(failure.message.clone()) {
                        send.send(Arrival::Skipped(failure))?;
                    }
                }
            }
        }
        send.send(Arrival::Listed)?;
    }
    Ok(())
}

fn skipped(resource: &Resource, error: &ApiError) -> Failure {
    let way_out = error.way_out().map_or(String::new(), |way_out| format!("; {way_out}"));
    let why = match error {
        ApiError::Refused { message, .. } if !message.is_empty() => message.clone(),
        error => error.chain(),
    };
    let file = format!("cluster:{}/{}", resource.api_version(), resource.kind);
    failure(file, format!("{} are not judged, or not all of them: {why}{way_out}", resource.title()))
}

fn failure(file: String, message: String) -> Failure {
    Failure { file, line: None, message, stage: Stage::Read }
}

fn explained(error: ApiError) -> anyhow::Error {
    match error.way_out() {
        Some(way_out) => anyhow::Error::new(error).context(way_out),
        None => error.into(),
    }
}
