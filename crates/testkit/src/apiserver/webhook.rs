//! How does a test put `cofferdam serve` in front of an API server?

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Authority, Supervised, free_port};

/// Starting takes a fraction of a second on an idle machine.
const PATIENCE: Duration = Duration::from_mins(1);
/// No answer of the figures page is longer.
const LARGEST: u64 = 16 * 1024 * 1024;

/// A running webhook; it ends with this value.
#[derive(Debug)]
pub struct Webhook {
    process: Option<Supervised>,
    program: PathBuf,
    folder: PathBuf,
    listen: SocketAddr,
    metrics: SocketAddr,
    authorities: Vec<String>,
}

impl Webhook {
    /// Starts one in `folder`, which is made if need be, with a certificate of this authority.
    ///
    /// # Errors
    /// When it is not ready in time: the text holds its last words.
    pub fn start(
        program: &Path,
        folder: &Path,
        authority: &Authority,
        policies: &str,
        objects: &[Value],
    ) -> Result<Self, String> {
        fs::create_dir_all(folder).map_err(|error| format!("creating {}: {error}", folder.display()))?;
        let mut webhook = Self {
            process: None,
            program: program.to_owned(),
            folder: folder.to_owned(),
            listen: free_port()?,
            metrics: free_port()?,
            authorities: Vec::new(),
        };
        let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
        fs::write(folder.join("objects.json"), list.to_string())
            .map_err(|error| format!("writing objects: {error}"))?;
        webhook.set_policies(policies)?;
        webhook.set_certificate(authority)?;
        webhook.start_again()?;
        Ok(webhook)
    }

    /// Starts it where it was.
    ///
    /// # Errors
    /// When it is not ready in time.
    pub fn start_again(&mut self) -> Result<(), String> {
        let file = |name: &str| self.folder.join(name).display().to_string();
        let words = [
            "serve".to_owned(),
            "--policy".to_owned(),
            file("policies.yaml"),
            "--objects".to_owned(),
            file("objects.json"),
            format!("--listen={}", self.listen),
            format!("--metrics={}", self.metrics),
            format!("--tls-cert={}", file("tls.crt")),
            format!("--tls-key={}", file("tls.key")),
            "--log-level=warn".to_owned(),
        ];
        let mut process = Supervised::start(&self.program, &words, &self.folder.join("serve.log"))?;
        let deadline = Instant::now() + PATIENCE;
        while !self.page("/readyz").is_ok_and(|page| page.starts_with("HTTP/1.1 200")) {
            if process.has_ended() || Instant::now() > deadline {
                return Err(format!("the webhook is not ready\n{}", process.last_words()));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.process = Some(process);
        Ok(())
    }

    /// Kills it: no drain, no farewell.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Replaces its policies, as one step.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set_policies(&self, text: &str) -> Result<(), String> {
        self.replace("policies.yaml", text)
    }

    /// Replaces its certificate by one of this authority, the key first.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn set_certificate(&mut self, authority: &Authority) -> Result<(), String> {
        let pair = authority.serving(&["127.0.0.1"]);
        self.replace("tls.key", &pair.key)?;
        self.replace("tls.crt", &pair.certificate)?;
        if !self.authorities.contains(&authority.pem()) {
            self.authorities.push(authority.pem());
        }
        Ok(())
    }

    fn replace(&self, name: &str, text: &str) -> Result<(), String> {
        let (fresh, path) = (self.folder.join(format!("{name}.new")), self.folder.join(name));
        let moved = fs::write(&fresh, text).and_then(|()| fs::rename(&fresh, &path));
        moved.map_err(|error| format!("writing {}: {error}", path.display()))
    }

    /// Where reviews are answered.
    pub fn address(&self) -> SocketAddr {
        self.listen
    }

    /// A page of the plain listener, status line and headers included.
    ///
    /// # Errors
    /// When nobody answers.
    pub fn page(&self, path: &str) -> Result<String, String> {
        let failed = |error: std::io::Error| format!("asking {} for {path}: {error}", self.metrics);
        let mut stream = TcpStream::connect(self.metrics).map_err(failed)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: e2e\r\nConnection: close\r\n\r\n").map_err(failed)?;
        let mut page = String::new();
        stream.take(LARGEST).read_to_string(&mut page).map_err(failed)?;
        Ok(page)
    }

    /// Resident memory in bytes, as its own figures say.
    pub fn resident(&self) -> Option<u64> {
        let page = self.page("/metrics").ok()?;
        let line = page.lines().find(|line| line.starts_with("process_resident_memory_bytes"))?;
        let figure: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a whole number of bytes
        Some(figure as u64)
    }

    /// The configuration that sends pods of namespaces with the label `webhook: NAME` here.
    ///
    /// `kind` is `Validating` or `Mutating`; `failure` is what holds when nobody answers.
    pub fn configuration(&self, kind: &str, name: &str, failure: &str, deadline: u32) -> Value {
        let path = if kind == "Mutating" { "mutate" } else { "validate" };
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": format!("{kind}WebhookConfiguration"),
            "metadata": {"name": name},
            "webhooks": [{
                "name": format!("{name}.cofferdam.dev"),
                "admissionReviewVersions": ["v1"],
                "sideEffects": "None",
                "failurePolicy": failure,
                "timeoutSeconds": deadline,
                "clientConfig": {
                    "url": format!("https://{}/{path}", self.listen),
                    "caBundle": base64(self.authorities.concat().as_bytes()),
                },
                "namespaceSelector": {"matchLabels": {"webhook": name}},
                "rules": [{
                    "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"],
                    "resources": ["pods", "pods/ephemeralcontainers", "pods/resize"],
                }],
            }],
        })
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let letter = LETTERS.get((bits >> (18 - 6 * at) & 63) as usize).copied().unwrap_or_default();
            text.push(if at > three.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn three_bytes_are_four_letters() {
        // The words of RFC 4648, section 10.
        let all = ["", "f", "fo", "foo", "foob"].map(|text| base64(text.as_bytes())); // typos: ignore
        assert_eq!(all, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]);
    }
}
