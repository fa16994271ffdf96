//! Which words does the command line know? Help texts live here; they are also the reference page.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use finding::{Safety, Severity};
use object::Version;
use policy::pod_security::Policy;

/// Kubernetes container security from the manifest to the kernel
#[derive(Debug, Parser)]
#[command(name = "cofferdam", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// When to colour the output; `NO_COLOR` is honoured
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub(crate) color: When,

    /// Say nothing but the result
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge manifests and point at what is wrong
    Check(CheckArgs),
    /// Decide about a request as the admission webhook does
    Admit(AdmitArgs),
    /// Decide about the requests of an API server, as its admission webhook
    Serve(Box<ServeArgs>),
    /// Work with policies
    Policy(PolicyArgs),
    /// Show the page of a check: why it matters, what to do, examples
    Explain(ExplainArgs),
    /// List what is built in
    List(ListArgs),

    /// Leave `PodSecurityPolicy` behind
    Psp(PspArgs),
    /// Print the completion script of a shell
    Completions(CompletionArgs),
}

/// Whether to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: source lines with carets
    Text,
    /// For programs: schema cofferdam/check/v1
    Json,
    /// For code scanning services: SARIF 2.1.0
    Sarif,
    /// For test reports: JUnit XML
    Junit,
    /// For pull requests: workflow commands of GitHub Actions
    Github,
}

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people: a table
    Text,
    /// For programs
    Json,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 nothing to object to, 1 findings at or above --fail-on (or a pod that --pss refuses), \
2 nothing could be judged.

Examples:
  cofferdam check deploy/                     every manifest, chart and overlay below deploy/
  cofferdam check --diff deploy/              what could be mended without anybody noticing
  cofferdam check --fix=risky deploy/         mend in place, also where a workload could notice
  cofferdam check --pss restricted@1.29 x.yaml  would Pod Security admission let it in?
  cofferdam check --policy policies/ deploy/  would the webhook let it in?
  helm template . | cofferdam check -         what a chart becomes
  cofferdam check --cluster                   everything in the cluster of the current context")]
pub(crate) struct CheckArgs {
    /// Manifest, directory, Helm chart or Kustomize directory; `-` reads standard input
    #[arg(value_name = "PATH", default_value = ".", hide_default_value = true)]
    pub(crate) paths: Vec<PathBuf>,

    /// Judge the objects of a cluster instead of files
    #[arg(long, conflicts_with_all = ["paths", "fix", "diff"])]
    pub(crate) cluster: bool,

    /// Reach the cluster by this kubeconfig [default: as kubectl finds it]
    #[arg(long, value_name = "FILE", requires = "cluster")]
    pub(crate) kubeconfig: Option<PathBuf>,

    /// Reach the cluster by this context [default: the current one]
    #[arg(long, value_name = "NAME", requires = "cluster")]
    pub(crate) context: Option<String>,

    /// Judge by this Pod Security Standard and nothing else, such as restricted@1.29
    #[arg(long, value_name = "LEVEL[@VERSION]", conflicts_with_all = ["only", "skip"])]
    pub(crate) pss: Option<Policy>,

    /// Judge by these policies and nothing else, as `cofferdam admit` decides by them (can be repeated)
    #[arg(long, value_name = "FILE_OR_DIR",
          conflicts_with_all = ["pss", "only", "skip", "baseline", "write_baseline", "fix", "diff"])]
    pub(crate) policy: Vec<PathBuf>,

    /// Run these checks only
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = check_id)]
    pub(crate) only: Vec<&'static str>,

    /// Leave these checks out
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = check_id)]
    pub(crate) skip: Vec<&'static str>,

    /// Judge as this Kubernetes release reads the manifests [default: the newest known here]
    #[arg(long, value_name = "1.NN", value_parser = kube_version)]
    pub(crate) kube_version: Option<Version>,

    /// End with exit code 1 from this severity on: info, low, medium, high, critical [default: medium]
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<Severity>,

    /// Take waivers and settings from this file [default: the nearest cofferdam.yaml upwards]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Hide the findings that were recorded in this file
    #[arg(long, value_name = "FILE", conflicts_with = "pss")]
    pub(crate) baseline: Option<PathBuf>,

    /// Record the findings in this file instead of reporting them
    #[arg(long, value_name = "FILE", conflicts_with_all = ["pss", "baseline", "output", "fix", "diff"])]
    pub(crate) write_baseline: Option<PathBuf>,

    /// Mend the files in place; `risky` also where a workload could notice
    #[arg(long, value_name = "LEVEL", value_enum, num_args = 0..=1, require_equals = true,
          default_missing_value = "safe", conflicts_with = "pss")]
    pub(crate) fix: Option<FixLevel>,

    /// Print --fix as a patch for `git apply`, paths from the work tree's root; writes nothing
    #[arg(long, conflicts_with = "pss")]
    pub(crate) diff: bool,

    /// How to write the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// Write the report to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 allowed, 1 denied, 2 not decided, or decided without a policy that could not be read.

Examples:
  cofferdam admit --policy policies/ --request review.json
  kubectl get pod web -o json | cofferdam admit --policy p.yaml --namespace-labels team=shop")]
pub(crate) struct AdmitArgs {
    /// Policy file or directory (can be repeated)
    #[arg(long, value_name = "PATH", required = true, num_args = 1..)]
    pub(crate) policy: Vec<PathBuf>,

    /// `AdmissionReview`, or an object as if it were being created; `-` reads standard input
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(crate) request: PathBuf,

    /// Labels of the namespace the request is about, with a comma between them
    #[arg(long, value_name = "KEY=VALUE", value_delimiter = ',', value_parser = label)]
    pub(crate) namespace_labels: Vec<(String, String)>,

    /// Objects of the cluster that may be looked up: namespaces, pods, roles, parameters (can be repeated)
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) objects: Vec<PathBuf>,

    /// Decide as this Kubernetes release does [default: the newest known here]
    #[arg(long, value_name = "1.NN", value_parser = kube_version)]
    pub(crate) kube_version: Option<Version>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 drained after SIGTERM or SIGINT, 2 there is nothing to decide by, or no way to serve.

Reviews go to /mutate and /validate over TLS; /healthz, /readyz and /metrics are on the address of --metrics.
Files are read again when they change; where the new ones are refused, those before hold.

Examples:
  cofferdam serve --policy policies/ --self-signed cofferdam.cofferdam-system.svc --ca-out ca.pem
  cofferdam serve --policy /etc/policies --tls-cert tls.crt --tls-key tls.key")]
pub(crate) struct ServeArgs {
    /// Policy file or directory (can be repeated)
    #[arg(long, value_name = "PATH", required_unless_present = "crd", num_args = 1..)]
    pub(crate) policy: Vec<PathBuf>,

    /// Decide by the `Policy` objects of the cluster; `cofferdam policy crd` prints their definitions
    #[arg(long, conflicts_with = "policy")]
    pub(crate) crd: bool,

    /// Reach the cluster by this kubeconfig [default: in a pod its service account, otherwise no cluster is asked]
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig: Option<PathBuf>,

    /// Objects of the cluster that may be looked up: namespaces, runtime classes, roles (can be repeated)
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) objects: Vec<PathBuf>,

    /// Judge everything in the cluster by the policies so often, and show what was found on /report
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) audit: Option<Duration>,

    /// Where to answer reviews
    #[arg(long, value_name = "ADDRESS", default_value = "0.0.0.0:8443")]
    pub(crate) listen: SocketAddr,

    /// Where to answer probes and show figures, without TLS
    #[arg(long, value_name = "ADDRESS", default_value = "0.0.0.0:8080")]
    pub(crate) metrics: SocketAddr,

    /// Certificate chain in PEM; read again when it changes
    #[arg(long, value_name = "FILE", requires = "tls_key", required_unless_present = "self_signed")]
    pub(crate) tls_cert: Option<PathBuf>,

    /// Its key in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,

    /// Make certificates for these names or addresses, and renew them in time
    #[arg(long, value_name = "SERVICE.NS.svc", value_delimiter = ',', conflicts_with = "tls_cert")]
    pub(crate) self_signed: Vec<String>,

    /// Name of the Service in front of this server, by which replicas agree on who writes statuses
    /// and audits [default: that of --self-signed]
    #[arg(long, value_name = "SERVICE.NS.svc", conflicts_with = "self_signed", value_parser = service)]
    pub(crate) service: Option<String>,

    /// Write the authority of those certificates to this file, for `caBundle`
    #[arg(long, value_name = "FILE", requires = "self_signed")]
    pub(crate) ca_out: Option<PathBuf>,

    /// How long those certificates hold
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "2160h", hide = true)]
    pub(crate) cert_lifetime: Duration,

    /// How long to answer on after SIGTERM, until nobody is sent here any more
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "5s")]
    pub(crate) drain: Duration,

    /// How much to write to standard error
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = LogLevel::Info)]
    pub(crate) log_level: LogLevel,

    /// Decide as this Kubernetes release does [default: the newest known here]
    #[arg(long, value_name = "1.NN", value_parser = kube_version)]
    pub(crate) kube_version: Option<Version>,
}

/// How much is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    /// What failed
    Error,
    /// And what will fail, or was kept from
    Warn,
    /// And every denial, every change of policies and certificates
    Info,
    /// And every decision
    Debug,
}

impl From<LogLevel> for admission::Level {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => Self::Error,
            LogLevel::Warn => Self::Warn,
            LogLevel::Info => Self::Info,
            LogLevel::Debug => Self::Debug,
        }
    }
}

/// How far mending may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FixLevel {
    /// What no conforming workload can notice
    Safe,
    /// What could stop a workload that relies on it, too
    Risky,
}

impl From<FixLevel> for Safety {
    fn from(level: FixLevel) -> Self {
        match level {
            FixLevel::Safe => Self::Safe,
            FixLevel::Risky => Self::Risky,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct PolicyArgs {
    #[command(subcommand)]
    pub(crate) what: PolicyWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyWhat {
    /// Print the JSON Schema of a policy, for editors
    Schema,
    /// Print the custom resource definitions by which a cluster keeps policies, for `kubectl apply -f -`
    Crd,
    /// Run test cases: requests, and what the policies beside them are to answer
    Test(PolicyTestArgs),
    /// Write rules as admission policies that the API server runs by itself
    Export(PolicyExportArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Check id, such as privileged-container, or the id of a Pod Security check, such as hostNamespaces
    pub(crate) id: String,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(subcommand)]
    pub(crate) what: ListWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ListWhat {
    /// List every check with its severity and the Pod Security check behind it
    Checks {
        /// How to write the list
        #[arg(long, value_enum, default_value_t = ListFormat::Text)]
        format: ListFormat,
    },
}

#[derive(Debug, Args)]
pub(crate) struct PspArgs {
    #[command(subcommand)]
    pub(crate) what: PspWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PspWhat {
    /// Turn each policy into a Pod Security level, a `Policy` and admission policies, and prove it on pods
    Migrate(PspMigrateArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 every policy was taken and every pod is judged alike, 1 a policy was refused, an input could not be read \
or a pod is judged otherwise than by its policy, 2 there is no policy.

Examples:
  cofferdam psp migrate psp/                        what each policy becomes, and what is lost
  cofferdam psp migrate psp/ --pods deploy/         the same, held against the pods of deploy/
  cofferdam psp migrate psp/ -o policies/           write the documents to apply, one file a policy")]
pub(crate) struct PspMigrateArgs {
    /// Manifest, directory, Helm chart or Kustomize directory with policies; `-` reads standard input
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,

    /// Judge the pods of these manifests, too; those beside the policies are judged anyway
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) pods: Vec<PathBuf>,

    /// How to write the report
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    pub(crate) format: ListFormat,

    /// Write the documents into this directory, one file a policy; a file that is there is not replaced
    #[arg(long, short, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 every case got its answer, 1 some did not, 2 a document was refused or there are no cases.

Cases are documents of apiVersion cofferdam.dev/v1alpha1 and kind PolicyTest; each directory is tested with
the policies, bindings, parameters and namespaces that lie in it.")]
pub(crate) struct PolicyTestArgs {
    /// Directory with policies and cases, searched recursively
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,

    /// How to write the outcome
    #[arg(long, value_enum, default_value_t = TestFormat::Text)]
    pub(crate) format: TestFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 documents were written, 2 a policy could not be read or nothing of it can be exported.

Without --policy: the restricted standard refused for pods and told to workloads, every other rule told, kube-system
and cofferdam-system left alone. What cannot be exported is named on standard error with the reason.

Examples:
  cofferdam policy export --to vap | kubectl apply -f -
  cofferdam policy export --to vap --policy policies/ --kube-version 1.33 -o vap.yaml")]
pub(crate) struct PolicyExportArgs {
    /// The form to write
    #[arg(long, value_enum)]
    pub(crate) to: ExportForm,

    /// Policy file or directory (can be repeated)
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) policy: Vec<PathBuf>,

    /// The release of the cluster; the newest known unless told
    #[arg(long, value_name = "1.NN")]
    pub(crate) kube_version: Option<Version>,

    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// A form that policies are exported in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportForm {
    /// `ValidatingAdmissionPolicy` and `MutatingAdmissionPolicy` with their bindings
    Vap,
}

/// How the outcome of tests is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    /// For people: what differs
    Text,
    /// For programs: schema cofferdam/policy-test/v1
    Json,
    /// For test reports: JUnit XML
    Junit,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionArgs {
    /// bash, elvish, fish, powershell or zsh
    pub(crate) shell: Shell,
}

fn check_id(word: &str) -> Result<&'static str, String> {
    let unknown = || match check::nearest(word) {
        Some(near) => format!("no check is called `{word}`, did you mean `{near}`?"),
        None => format!("no check is called `{word}`; `cofferdam list checks` names them all"),
    };
    check::find(word).map(|check| check.id).ok_or_else(unknown)
}

fn label(word: &str) -> Result<(String, String), String> {
    let pair = word.split_once('=').filter(|(key, _)| !key.is_empty());
    let (key, value) = pair.ok_or_else(|| format!("`{word}` is no label, write KEY=VALUE"))?;
    Ok((key.to_owned(), value.to_owned()))
}

fn duration(word: &str) -> Result<Duration, String> {
    admission::duration(word).ok_or_else(|| format!("`{word}` is no time, write it as 5s or 500ms"))
}

fn service(word: &str) -> Result<String, String> {
    let parts = word.strip_suffix(".svc").and_then(|name| name.split_once('.'));
    match parts {
        Some((service, namespace)) if !service.is_empty() && !namespace.is_empty() => Ok(word.to_owned()),
        _ => Err(format!("`{word}` is no SERVICE.NAMESPACE.svc, such as cofferdam.cofferdam-system.svc")),
    }
}

fn kube_version(word: &str) -> Result<Version, String> {
    let version: Version = word.parse()?;
    if version > Version::NEWEST {
        return Err(format!("the newest Kubernetes known here is {}", Version::NEWEST));
    }
    Ok(version)
}
