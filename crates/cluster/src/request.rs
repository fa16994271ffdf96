//! How is one request sent, and its answer read without trusting it?

use std::time::Duration;

use http::{Method, Request, Response};
use http_body_util::{BodyExt, Limited};
use kube::Client;
use kube::client::Body;
use object::Object;
use serde::Deserialize;

use crate::discover::Resource;
use crate::error::ApiError;
use crate::page::Body as List;
use crate::retry::{Patience, dice};
use crate::shown::Shown;

/// An API server and who we are to it.
#[derive(Clone)]
pub struct Cluster {
    client: Client,
    server: String,
    place: String,
    pub(crate) patience: Patience,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster")
            .field("server", &self.server)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

/// An answer that is larger is not read: a page of 250 of the largest objects etcd takes would be.
pub(crate) const LARGEST: usize = 64 << 20;

/// An answer that says no is short.
const LARGEST_REFUSAL: usize = 1 << 20;

/// What is wanted of the server.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) path: String,
    pub(crate) accept: &'static str,
    pub(crate) body: Option<(&'static str, Vec<u8>)>,
}

pub(crate) const JSON: &str = "application/json";

impl Ask {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), accept: JSON, body: None }
    }

    pub(crate) fn write(method: Method, path: impl Into<String>, body: (&'static str, Vec<u8>)) -> Self {
        Self { method, path: path.into(), accept: JSON, body: Some(body) }
    }

    fn request(&self) -> Result<Request<Body>, http::Error> {
        let request = Request::builder().method(self.method.clone()).uri(&self.path);
        let request = request.header(http::header::ACCEPT, self.accept);
        let (kind, bytes) = self.body.clone().unzip();
        let request = match kind {
            Some(kind) => request.header(http::header::CONTENT_TYPE, kind),
            None => request,
        };
        request.body(Body::from(bytes.unwrap_or_default()))
    }
}

impl Cluster {
    pub(crate) fn new(client: Client, server: String, place: String) -> Self {
        Self { client, server, place, patience: Patience::default() }
    }

    /// The same with other pauses.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// The URL of the server.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Which file and context name it.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The release of the server, as (major, minor).
    pub async fn release(&self) -> Result<(u16, u16), ApiError> {
        #[derive(Deserialize)]
        struct Info {
            major: String,
            minor: String,
        }
        let ask = Ask::get("/version");
        let bytes = self.patiently(&ask).await?;
        let number = |text: &str| {
            let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
            digits.parse::<u16>().ok()
        };
        let info: Info = serde_json::from_slice(&bytes).map_err(|why| unreadable(&ask, &why))?;
        number(&info.major)
            .zip(number(&info.minor))
            .ok_or_else(|| unreadable(&ask, &format!("`{}.{}` is no release", info.major, info.minor)))
    }

    /// Asks until there is an answer or patience ends. Only for requests that may be sent twice.
    pub(crate) async fn patiently(&self, ask: &Ask) -> Result<Vec<u8>, ApiError> {
        let mut done = 0;
        loop {
            let (error, asked) = match self.once(ask).await {
                Ok(bytes) => return Ok(bytes),
                Err(failed) => failed,
            };
            done += 1;
            if !error.may_pass() || done >= self.patience.tries {
                return Err(error);
            }
            tokio::time::sleep(self.patience.pause(done, asked, dice())).await;
        }
    }

    /// Asks once; beside an error stands how long the server asks us to wait.
    pub(crate) async fn once(&self, ask: &Ask) -> Result<Vec<u8>, (ApiError, Option<Duration>)> {
        let limit = self.patience.answer;
        if let Ok(result) = tokio::time::timeout(limit, self.exchange(ask)).await {
            return result;
        }
        let why = format!("nothing complete came within {} seconds", limit.as_secs_f32());
        Err((self.unreachable(ask, why.into()), None))
    }

    async fn exchange(&self, ask: &Ask) -> Result<Vec<u8>, (ApiError, Option<Duration>)> {
        let response = self.open(ask).await?;
        self.body(ask, response, LARGEST).await.map_err(|error| (error, None))
    }

    /// Sends a request and waits for the head of the answer, which is a success.
    pub(crate) async fn open(&self, ask: &Ask) -> Result<Response<Body>, (ApiError, Option<Duration>)> {
        let request = ask.request().map_err(|why| (unreadable(ask, &why), None))?;
        let sent = self.client.send(request).await;
        let response = sent.map_err(|why| (self.unreachable(ask, Box::new(why)), None))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let after = response.headers().get(http::header::RETRY_AFTER);
        let after = after.and_then(|value| value.to_str().ok()?.trim().parse().ok()).map(Duration::from_secs);
        let code = response.status().as_u16();
        let body = self.body(ask, response, LARGEST_REFUSAL).await.unwrap_or_default();
        Err((refused(ask, code, &body), after))
    }

    async fn body(&self, ask: &Ask, response: Response<Body>, limit: usize) -> Result<Vec<u8>, ApiError> {
        match Limited::new(response.into_body(), limit).collect().await {
            Ok(body) => Ok(body.to_bytes().into()),
            Err(why) if why.is::<http_body_util::LengthLimitError>() => {
                Err(ApiError::TooLarge { path: ask.path.clone(), limit })
            }
            Err(why) => Err(self.unreachable(ask, why)),
        }
    }

    pub(crate) fn unreachable(
        &self,
        ask: &Ask,
        source: Box<dyn std::error::Error + Send + Sync>,
    ) -> ApiError {
        ApiError::Unreachable {
            path: ask.path.clone(),
            server: self.server.clone(),
            place: self.place.clone(),
            source,
        }
    }
}

impl Cluster {
    /// One object, to be judged; `None` when there is none.
    pub async fn object(
        &self,
        resource: &Resource,
        namespace: &str,
        name: &str,
    ) -> Result<Option<Object>, ApiError> {
        let Some(bytes) = self.get(resource, namespace, name).await? else { return Ok(None) };
        let ask = Ask::get(resource.path_of(namespace, name));
        let text = String::from_utf8(bytes).map_err(|why| unreadable(&ask, &why))?;
        shown(&text, resource).map(Some).map_err(|why| unreadable(&ask, &why))
    }

    /// So many objects of a namespace at most.
    pub async fn some(
        &self,
        resource: &Resource,
        namespace: &str,
        limit: usize,
    ) -> Result<Vec<Object>, ApiError> {
        let path = resource.path_of(namespace, "");
        let ask = Ask::get(format!("{}?limit={limit}", path.trim_end_matches('/')));
        let bytes = self.patiently(&ask).await?;
        let page: List<'_> = serde_json::from_slice(&bytes).map_err(|why| unreadable(&ask, &why))?;
        let items = page.items.unwrap_or_default().into_iter().take(limit);
        items.map(|item| shown(item.get(), resource).map_err(|why| unreadable(&ask, &why))).collect()
    }

    /// One object, as the server wrote it; `None` when there is none.
    pub async fn get(
        &self,
        resource: &Resource,
        namespace: &str,
        name: &str,
    ) -> Result<Option<Vec<u8>>, ApiError> {
        match self.patiently(&Ask::get(resource.path_of(namespace, name))).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.code() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn shown(text: &str, resource: &Resource) -> Result<Object, String> {
    Shown::of(text, resource, None)?.object().map(|(object, _)| object)
}

pub(crate) fn unreadable(ask: &Ask, why: &dyn std::fmt::Display) -> ApiError {
    ApiError::Unreadable { path: ask.path.clone(), why: why.to_string() }
}

/// The server's words, if it has some.
pub(crate) fn refused(ask: &Ask, code: u16, body: &[u8]) -> ApiError {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Status {
        reason: String,
        message: String,
        metadata: Meta,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Meta {
        #[serde(rename = "continue")]
        resume: String,
    }
    let status: Status = serde_json::from_slice(body).unwrap_or_default();
    let message = if status.message.is_empty() {
        String::from_utf8_lossy(body).chars().take(200).collect()
    } else {
        status.message
    };
    ApiError::Refused {
        path: ask.path.clone(),
        code,
        reason: status.reason,
        message,
        resume: Some(status.metadata.resume).filter(|token| !token.is_empty()),
    }
}
