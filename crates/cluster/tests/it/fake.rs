//! A server that answers from a function, one connection a request.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cluster::{Access, Cluster, Patience, connect};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does about one request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Status, further header lines, body.
    Full(u16, &'static str, String),
    /// Claims to be longer than it is, then hangs up.
    Cut(String),
    /// Hangs up without a word.
    Nothing,
    /// As many bytes of white space.
    Blank(usize),
    /// These lines, and then silence until the client goes.
    Hold(String),
    /// These lines, and then the end.
    Lines(String),
}

pub(crate) fn ok(body: impl Into<String>) -> Reply {
    Reply::Full(200, "", body.into())
}

/// What a request must hold, and what answers it.
type Rule = (String, VecDeque<Reply>);

/// Requests that were made, and what answers them: each path has a row of answers, the last one stays.
#[derive(Clone, Default)]
pub(crate) struct Fake {
    asked: Arc<Mutex<Vec<String>>>,
    rules: Arc<Mutex<Vec<Rule>>>,
}

impl Fake {
    /// What answers every request whose line or `Accept` holds `part`, in turn.
    pub(crate) fn on(self, part: &str, replies: impl IntoIterator<Item = Reply>) -> Self {
        self.rules.lock().unwrap().push((part.to_owned(), replies.into_iter().collect()));
        self
    }

    /// `METHOD path` of every request so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn reply(&self, head: &str) -> Reply {
        let line = head.lines().next().unwrap_or_default();
        self.asked.lock().unwrap().push(line.trim_end_matches(" HTTP/1.1").to_owned());
        let mut rules = self.rules.lock().unwrap();
        let Some((_, replies)) = rules.iter_mut().find(|(part, _)| head.contains(part.as_str())) else {
            return Reply::Full(
                404,
                "",
                r#"{"kind":"Status","reason":"NotFound","message":"not here"}"#.into(),
            );
        };
        if replies.len() > 1 { replies.pop_front().unwrap() } else { replies.front().unwrap().clone() }
    }

    /// Starts it and connects to it as the command does, by a kubeconfig.
    pub(crate) async fn start(&self) -> Cluster {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let fake = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(fake.clone().serve(stream));
            }
        });
        let file = std::env::temp_dir().join(format!("cofferdam-cluster-{}", address.port()));
        let text = format!(
            "{{apiVersion: v1, kind: Config, current-context: it, users: [{{name: u, user: {{}}}}], \
             clusters: [{{name: c, cluster: {{server: 'http://{address}'}}}}], \
             contexts: [{{name: it, context: {{cluster: c, user: u}}}}]}}"
        );
        std::fs::write(&file, text).unwrap();
        let access = Access { kubeconfig: Some(file.clone()), context: None };
        let cluster = connect(&access).await.unwrap().with_patience(Patience {
            tries: 4,
            first: Duration::from_millis(2),
            longest: Duration::from_millis(20),
            answer: Duration::from_secs(5),
            pages: 20,
        });
        std::fs::remove_file(file).unwrap();
        cluster
    }

    async fn serve(self, mut stream: TcpStream) {
        let mut head = Vec::new();
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            let mut part = [0; 2048];
            match stream.read(&mut part).await {
                Ok(count) if count > 0 => head.extend_from_slice(&part[..count]),
                _ => return,
            }
        }
        let bytes = match self.reply(&String::from_utf8_lossy(&head)) {
            Reply::Full(code, headers, body) => response(code, headers, body.len(), &body),
            Reply::Cut(body) => response(200, "", body.len() + 100, &body),
            Reply::Nothing => return,
            Reply::Hold(lines) => {
                let _ = stream.write_all(&endless(&lines)).await;
                let _ = stream.read(&mut [0; 1]).await;
                return;
            }
            Reply::Lines(lines) => endless(&lines),
            Reply::Blank(count) => response(200, "", count, &" ".repeat(count)),
        };
        let _ = stream.write_all(&bytes).await;
    }
}

fn response(code: u16, headers: &str, length: usize, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {code} x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{headers}connection: close\r\n\r\n{body}")
        .into_bytes()
}

/// An answer without a length: it ends with the connection.
fn endless(lines: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 x\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{lines}")
        .into_bytes()
}
