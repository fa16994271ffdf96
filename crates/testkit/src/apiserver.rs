//! How does a test get a real API server?
//!
//! etcd and kube-apiserver on free ports of the loopback interface, in a folder of their own. No controller manager,
//! no scheduler, no node: what is created stays as the API server admitted it. Both end with the process that started
//! them, however that ends.

mod certificates;
mod client;
mod programs;
mod supervised;
mod webhook;

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub use self::certificates::{Authority, Pair};
pub use self::client::{Answer, Client, Method, Request};
pub use self::programs::Programs;
pub use self::supervised::Supervised;
pub use self::webhook::Webhook;

/// Starting takes two to five seconds on an idle machine; builds beside it make it many.
const PATIENCE: Duration = Duration::from_mins(2);
/// A free port may be taken by another before the server binds it.
const TRIES: usize = 3;

/// How the API server is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Admission plugins that are switched off beside `ServiceAccount`, which needs a controller manager.
    pub disabled_plugins: Vec<&'static str>,
    /// Further flags, such as `--feature-gates=…`.
    pub flags: Vec<String>,
}

/// A running API server.
#[derive(Debug)]
pub struct ApiServer {
    /// A client with every right.
    pub client: Client,
    folder: PathBuf,
    programs: Programs,
    // Before etcd: it would complain at length of having lost it.
    _server: Supervised,
    _etcd: Supervised,
    _lock: File,
}

impl ApiServer {
    /// Starts one in `folder`, which is emptied first and keeps the logs afterwards.
    ///
    /// Two processes never share a folder: the second waits until the first is done.
    ///
    /// # Errors
    /// When it is not ready in time: the text names the step, the log and its last lines.
    pub fn start(programs: &Programs, folder: &Path, options: &Options) -> Result<Self, String> {
        let lock = locked(folder)?;
        let mut failed = String::new();
        for _ in 0..TRIES {
            match Self::attempt(programs, folder, options) {
                Ok((client, etcd, server)) => {
                    return Ok(Self {
                        client,
                        folder: folder.to_owned(),
                        programs: programs.clone(),
                        _server: server,
                        _etcd: etcd,
                        _lock: lock,
                    });
                }
                Err(why) => failed = why,
            }
        }
        Err(failed)
    }

    fn attempt(
        programs: &Programs,
        folder: &Path,
        options: &Options,
    ) -> Result<(Client, Supervised, Supervised), String> {
        let authority = Authority::new("cofferdam-e2e");
        let admin = authority.client("admin", &["system:masters"]);
        authority.write(folder, "ca")?;
        authority.serving(&["127.0.0.1", "localhost"]).write(folder, "server")?;
        authority.client("service-accounts", &[]).write(folder, "accounts")?;
        admin.write(folder, "admin")?;
        let etcd_url = format!("http://{}", free_port()?);
        let etcd =
            Supervised::start(&programs.etcd, &etcd_flags(folder, &etcd_url)?, &folder.join("etcd.log"))?;
        let address = free_port()?;
        let flags = server_flags(folder, address, &etcd_url, options);
        let log = folder.join("kube-apiserver.log");
        let mut server = Supervised::start(&programs.kube_apiserver, &flags, &log)?;
        let client = Client::new(address, &authority, Some(&admin))?;
        kubeconfig(folder, address)?;
        wait_ready(&client, &mut server)?;
        Ok((client, etcd, server))
    }

    /// A kubeconfig with every right.
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.join("kubeconfig")
    }

    /// The programs it was started from.
    pub fn programs(&self) -> &Programs {
        &self.programs
    }

    /// Where its logs and certificates are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// A port of the loopback interface that was free a moment ago.
///
/// # Errors
/// When there is none.
pub fn free_port() -> Result<SocketAddr, String> {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    listener.map_err(|error| format!("looking for a free port: {error}"))
}

/// The folder, empty and ours until the file is closed.
fn locked(folder: &Path) -> Result<File, String> {
    let failed = |what: &str, error: &std::io::Error| format!("{what} {}: {error}", folder.display());
    fs::create_dir_all(folder).map_err(|error| failed("creating", &error))?;
    let lock = File::create(folder.with_extension("lock")).map_err(|error| failed("locking", &error))?;
    lock.lock().map_err(|error| failed("locking", &error))?;
    fs::remove_dir_all(folder).map_err(|error| failed("emptying", &error))?;
    fs::create_dir_all(folder).map_err(|error| failed("creating", &error))?;
    Ok(lock)
}

fn etcd_flags(folder: &Path, url: &str) -> Result<Vec<String>, String> {
    let peers = format!("http://{}", free_port()?);
    Ok(vec![
        format!("--data-dir={}", folder.join("etcd").display()),
        format!("--listen-client-urls={url}"),
        format!("--advertise-client-urls={url}"),
        format!("--listen-peer-urls={peers}"),
        format!("--initial-advertise-peer-urls={peers}"),
        format!("--initial-cluster=default={peers}"),
        "--logger=zap".to_owned(),
    ])
}

fn server_flags(folder: &Path, address: SocketAddr, etcd: &str, options: &Options) -> Vec<String> {
    let file = |name: &str| folder.join(name).display().to_string();
    let disabled: Vec<&str> = ["ServiceAccount"].iter().chain(&options.disabled_plugins).copied().collect();
    let mut flags = vec![
        format!("--etcd-servers={etcd}"),
        "--bind-address=127.0.0.1".to_owned(),
        format!("--secure-port={}", address.port()),
        format!("--tls-cert-file={}", file("server.crt")),
        format!("--tls-private-key-file={}", file("server.key")),
        format!("--client-ca-file={}", file("ca.crt")),
        "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
        format!("--service-account-key-file={}", file("accounts.pub")),
        format!("--service-account-signing-key-file={}", file("accounts.key")),
        "--authorization-mode=Node,RBAC".to_owned(),
        "--anonymous-auth=false".to_owned(),
        "--endpoint-reconciler-type=none".to_owned(),
        "--service-cluster-ip-range=10.0.0.0/24".to_owned(),
        // Or validation refuses privileged pods before any policy sees them.
        "--allow-privileged=true".to_owned(),
        // What is measured is admission, not the server's protection from its clients.
        "--max-requests-inflight=3000".to_owned(),
        "--max-mutating-requests-inflight=3000".to_owned(),
        format!("--disable-admission-plugins={}", disabled.join(",")),
    ];
    flags.extend(options.flags.iter().cloned());
    flags
}

fn kubeconfig(folder: &Path, address: SocketAddr) -> Result<(), String> {
    let at = folder.display();
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: e2e\n\
         clusters: [{{name: e2e, cluster: {{server: 'https://{address}', certificate-authority: {at}/ca.crt}}}}]\n\
         users: [{{name: admin, user: {{client-certificate: {at}/admin.crt, client-key: {at}/admin.key}}}}]\n\
         contexts: [{{name: e2e, context: {{cluster: e2e, user: admin}}}}]\n"
    );
    fs::write(folder.join("kubeconfig"), text).map_err(|error| format!("writing a kubeconfig: {error}"))
}

fn wait_ready(client: &Client, server: &mut Supervised) -> Result<(), String> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let said = match client.call(&Request::get("/readyz")) {
            Ok(answer) if answer.status == 200 => return Ok(()),
            Ok(answer) => format!("{}: {}", answer.status, answer.text()),
            Err(error) => error,
        };
        if server.has_ended() || Instant::now() > deadline {
            return Err(format!("the API server is not ready: {said}\n{}", server.last_words()));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
