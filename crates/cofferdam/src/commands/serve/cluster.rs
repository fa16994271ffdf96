//! What does the server know of its cluster, and how is it told?

mod audit;
mod denials;
mod keep;
mod lead;
mod live;
mod policies;
mod store;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use admission::{CertificateStore, Denied, Gate, Live, Log, Metrics};
use anyhow::{Context, bail};
use cluster::{Access, Bound, Cache, Candidate, Cluster, Health, Resource, Snapshot, Term, Want};
use object::{Inventory, Object, Version, v};
use policy::decide::{Decider, Facts};
use tokio::sync::watch;

use self::audit::Audit;
use self::lead::Statuses;
use self::policies::{Adopted, Adopting};
use super::sources::{Loaded, Sources};
use crate::cli::ServeArgs;

/// A cluster that is followed.
pub(super) struct Connected {
    cluster: Cluster,
    cache: Cache,
    /// What it runs, as far as it is known here.
    pub(super) release: Version,
    /// What our own objects there are called.
    own: Option<Own>,
    access: Access,
    /// What was in force last: the gate and the audit go by the same.
    adopted: Mutex<Adopted>,
    /// How often everything is judged, if it is.
    audit: Option<Duration>,
}

/// The names of our own objects, from the name that the certificate is for: `SERVICE.NAMESPACE.svc`.
#[derive(Clone, Debug)]
struct Own {
    service: String,
    namespace: String,
}

/// Changes that come so close to each other make one state.
const PAUSE: Duration = Duration::from_millis(200);

/// What is not known by then will not be.
const FIRST: Duration = Duration::from_mins(1);

impl Connected {
    /// Connects, if a cluster is asked for or we run in one.
    ///
    /// # Errors
    /// When it cannot be reached, or what decisions need may not be read.
    pub(super) async fn of(args: &ServeArgs) -> anyhow::Result<Option<Self>> {
        let in_pod = std::env::var_os("KUBERNETES_SERVICE_HOST").is_some();
        if !args.crd && args.kubeconfig.is_none() && !in_pod {
            return Ok(None);
        }
        let access = Access { kubeconfig: args.kubeconfig.clone(), context: None };
        let cluster = cluster::connect(&access).await.context("connecting to the cluster")?;
        let place = || format!("asking {} ({})", cluster.server(), cluster.place());
        let (_, minor) = cluster.release().await.with_context(place)?;
        let cache = Cache::new(cluster.clone(), Bound::default(), PAUSE);
        cache.follow(Resource::namespaces(), Want::Metadata);
        cache.follow(Resource::runtime_classes(), Want::Whole);
        for kind in Resource::rbac() {
            cache.follow(kind, Want::Whole);
        }
        if args.crd {
            cache.follow(Resource::policies(), Want::Whole);
            cache.follow(Resource::pod_security_policies(), Want::Whole);
        }
        let own = args.service.iter().chain(&args.self_signed).find_map(|name| own(name));
        let connected = Self {
            cluster,
            cache,
            release: v(1, minor).min(Version::NEWEST),
            own,
            access,
            adopted: Mutex::default(),
            audit: args.audit,
        };
        connected.wait().await?;
        Ok(Some(connected))
    }

    /// Waits until everything is known for the first time.
    async fn wait(&self) -> anyhow::Result<()> {
        let mut snapshots = self.cache.snapshots();
        let known = snapshots.wait_for(|snapshot| {
            let settled = |health: &Health| matches!(health, Health::Current | Health::Absent);
            !snapshot.is_empty() && snapshot.values().all(|known| settled(&known.health))
        });
        if tokio::time::timeout(FIRST, known).await.is_ok() {
            return Ok(());
        }
        // Without roles everybody could use every PodSecurityPolicy: who does not know does not decide.
        let troubles = troubles(&self.cache.snapshots().borrow());
        bail!("nothing is decided before this is known: {}", troubles.unwrap_or_default());
    }

    /// The policies of a snapshot; of one with a mistake its last state without.
    fn adopt(&self, snapshot: &Snapshot, release: Version) -> Adopting {
        self.adopted.lock().unwrap_or_else(PoisonError::into_inner).read(snapshot, release)
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.cache.snapshots().borrow())
    }

    /// What is decided by at first.
    ///
    /// # Errors
    /// When objects were given and cannot be read.
    pub(super) fn first(&self, sources: &Sources, log: &Log) -> anyhow::Result<Loaded> {
        let read = self.adopt(&self.snapshot(), sources.version());
        policies::tell(&read, log);
        Ok(sources.compile_beside(read.policies, &Arc::new(self.facts(sources)?)))
    }

    /// What may be looked up at first.
    ///
    /// # Errors
    /// When objects were given and cannot be read.
    pub(super) fn facts(&self, sources: &Sources) -> anyhow::Result<Facts> {
        Ok(facts(&self.snapshot(), &sources.objects()?))
    }

    /// For what no cache has.
    pub(super) fn live(&self) -> Arc<dyn Live> {
        Arc::new(live::Asked(self.cluster.clone()))
    }

    /// Writes Events about what is refused; must be called within the runtime.
    pub(super) fn denials(&self, log: &Arc<Log>) -> Arc<Denied> {
        denials::telling(self.cluster.clone(), Arc::clone(log))
    }

    /// Where the replicas keep the certificate for these names, if our objects have names.
    pub(super) fn store(&self) -> Option<Arc<dyn CertificateStore>> {
        let own = self.own.clone()?;
        Some(Arc::new(store::InSecret::new(self.cluster.clone(), &own.service, &own.namespace)))
    }

    /// Our part in the election of the one replica that writes statuses.
    pub(super) fn candidate(&self) -> Option<Candidate> {
        let own = self.own.as_ref()?;
        let identity = std::env::var("HOSTNAME").unwrap_or_else(|_| format!("pid-{}", std::process::id()));
        let cluster = self.cluster.clone();
        Some(Candidate::new(cluster, &own.namespace, &own.service, &identity, Term::default()))
    }

    /// Keeps what is decided by up to date, and judges what is there. Never ends.
    pub(super) async fn keep(self, sources: Sources, gate: Arc<Gate>, metrics: Arc<Metrics>, log: Arc<Log>) {
        let (statuses, wished) = watch::channel(Statuses::new());
        let lead = match self.candidate() {
            Some(candidate) => lead::stand(self.cluster.clone(), candidate, wished, Arc::clone(&log)),
            None => lead::alone(self.cluster.clone(), wished, Arc::clone(&log)),
        };
        let keeping =
            keep::forever(&self, statuses, sources.clone(), Arc::clone(&gate), metrics, Arc::clone(&log));
        let Some(every) = self.audit else { return keeping.await };
        let audit = Audit {
            every,
            access: self.access.clone(),
            cluster: self.cluster.clone(),
            lead,
            version: sources.version(),
            gate,
            log,
        };
        let decider = || {
            if sources.policies.is_empty() {
                let policies = self.adopt(&self.snapshot(), sources.version()).policies;
                return Ok(Decider::new(policies, sources.version(), &check::compile));
            }
            sources.for_audit()
        };
        tokio::join!(keeping, audit.forever(decider));
    }
}

fn own(name: &str) -> Option<Own> {
    let (service, namespace) = name.strip_suffix(".svc")?.split_once('.')?;
    Some(Own { service: service.to_owned(), namespace: namespace.to_owned() })
}

/// What is looked up in a snapshot, and in objects that were given beside it.
fn facts(snapshot: &Snapshot, given: &[Object]) -> Facts {
    let known = snapshot.values().filter(|known| known.resource.group != "cofferdam.dev");
    let objects = known.flat_map(|known| known.objects.iter().cloned());
    Facts::of(Inventory::new(objects.chain(given.iter().cloned()).collect()))
}

/// What is not known as well as it should be, in one line.
fn troubles(snapshot: &Snapshot) -> Option<String> {
    let each = snapshot.iter().filter_map(|(title, known)| {
        let ago = |since: &std::time::SystemTime| since.elapsed().unwrap_or_default().as_secs();
        let unread = known
            .unread
            .first()
            .map(|first| format!("{title}: {} of them cannot be read, such as {first}", known.unread.len()));
        match &known.health {
            Health::Current => unread,
            Health::Absent if known.resource.group != "cofferdam.dev" => None,
            Health::Absent => {
                Some(format!("{title} are not defined in this cluster: `cofferdam policy crd`"))
            }
            Health::Starting => Some(format!("{title} have not been listed")),
            Health::Lost { since, why } => Some(format!("{title} are {} seconds old: {why}", ago(since))),
            Health::TooMany { since, why } => {
                Some(format!("{title} are {} seconds old, there are {why}", ago(since)))
            }
        }
    });
    let all: Vec<String> = each.collect();
    (!all.is_empty()).then(|| all.join("; "))
}

#[cfg(test)]
mod tests {
    #[test]
    fn our_own_names_come_from_the_service() {
        let own = super::own("guard.security.svc").unwrap();
        assert_eq!((own.service.as_str(), own.namespace.as_str()), ("guard", "security"));
        assert!(super::own("localhost").is_none() && super::own("127.0.0.1").is_none());
    }
}
