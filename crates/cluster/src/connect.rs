//! Which cluster is meant, and who are we there?

use std::path::{Path, PathBuf};
use std::time::Duration;

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

use crate::request::Cluster;

/// How the user names a cluster.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// A kubeconfig file; otherwise `KUBECONFIG`, `~/.kube/config`, the service account of our own pod.
    pub kubeconfig: Option<PathBuf>,
    /// A context of it; otherwise its current one.
    pub context: Option<String>,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// A file that was named cannot be used.
    #[error("reading kubeconfig {}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The context is not there, or names things that are not.
    #[error("{place} has no usable context{}: `kubectl config get-contexts` lists them, --context takes one",
            named.as_deref().map(|name| format!(" `{name}`")).unwrap_or_default())]
    Context {
        /// Where it was looked for.
        place: String,
        /// What was asked for.
        named: Option<String>,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Neither a kubeconfig nor a pod's service account.
    #[error(
        "no cluster is named: give --kubeconfig FILE, set KUBECONFIG, or run in a pod with a service account"
    )]
    Nowhere {
        /// What was wrong with the kubeconfig.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The credentials or certificates cannot be used.
    #[error("preparing the connection to {server} ({place})")]
    Client {
        /// The server.
        server: String,
        /// Where it is named.
        place: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// How long a connection may take to come about, and how long one may stay silent.
const CONNECT: Duration = Duration::from_secs(10);

/// Prepares a connection. Nothing is sent yet; a credential plugin that the kubeconfig names is run.
pub async fn connect(access: &Access) -> Result<Cluster, ConnectError> {
    let (mut config, place) = find(access).await?;
    config.connect_timeout = Some(CONNECT);
    // We know better than a layer below which answers are worth a second try.
    config.default_retry = false;
    let server = config.cluster_url.to_string().trim_end_matches('/').to_owned();
    let client = Client::try_from(config).map_err(|source| ConnectError::Client {
        server: server.clone(),
        place: place.clone(),
        source: source.into(),
    })?;
    Ok(Cluster::new(client, server, place))
}

async fn find(access: &Access) -> Result<(Config, String), ConnectError> {
    let (kubeconfig, place) = match &access.kubeconfig {
        Some(file) => (read(file)?, file.display().to_string()),
        None => match Kubeconfig::read() {
            Ok(kubeconfig) => (kubeconfig, place_of_default()),
            Err(why) => return in_pod(access, why.into()),
        },
    };
    let named = access.context.clone();
    let current = named.clone().or_else(|| kubeconfig.current_context.clone());
    let options = KubeConfigOptions { context: named.clone(), ..KubeConfigOptions::default() };
    match Config::from_custom_kubeconfig(kubeconfig, &options).await {
        Ok(config) => {
            Ok((config, current.map_or(place.clone(), |context| format!("context `{context}` of {place}"))))
        }
        Err(why) => Err(ConnectError::Context { place, named: current, source: why.into() }),
    }
}

fn read(file: &Path) -> Result<Kubeconfig, ConnectError> {
    Kubeconfig::read_from(file)
        .map_err(|why| ConnectError::File { file: file.to_path_buf(), source: why.into() })
}

fn place_of_default() -> String {
    let set = std::env::var_os("KUBECONFIG").filter(|value| !value.is_empty());
    set.map_or_else(|| "~/.kube/config".to_owned(), |value| value.to_string_lossy().into_owned())
}

/// A pod has no kubeconfig. Where one was named or its context asked for, it is that which is wrong.
fn in_pod(
    access: &Access,
    why: Box<dyn std::error::Error + Send + Sync>,
) -> Result<(Config, String), ConnectError> {
    let named = std::env::var_os("KUBECONFIG").is_some_and(|value| !value.is_empty());
    if named || access.context.is_some() {
        return Err(ConnectError::File { file: place_of_default().into(), source: why });
    }
    match Config::incluster() {
        Ok(config) => Ok((config, "the service account of this pod".to_owned())),
        Err(_) => Err(ConnectError::Nowhere { source: why }),
    }
}
