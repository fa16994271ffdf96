//! How does everything of one kind come, a page at a time?
//!
//! Whoever asks for the next page decides how many there are in memory. A token that has expired between two
//! pages (410) is exchanged for the one the server offers; where it offers none, the list begins anew, and
//! whoever reads it meets objects for the second time.

use crate::discover::Resource;
use crate::error::ApiError;
use crate::page::{Body, encoded};
use crate::request::{Ask, Cluster, JSON, unreadable};

/// How much of each object is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// All of it.
    Whole,
    /// Its metadata only (`PartialObjectMetadata`): the values of a Secret stay where they are.
    Metadata,
}

const METADATA: &str = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";

/// As kubectl and the informers of client-go do it, give or take.
const PER_PAGE: usize = 250;

/// Lists that begin anew more often never end.
const RESTARTS: usize = 3;

/// One page, its objects as the server wrote them.
#[derive(Debug)]
pub struct Page {
    /// The JSON text of each object, as long as it is no larger than an API server stores.
    pub items: Vec<String>,
    /// How many are to come, as far as the server knows.
    pub remaining: Option<u64>,
    /// The list began anew: some objects come for the second time.
    pub restarted: bool,
    /// The version of the whole, to watch from.
    pub(crate) version: String,
}

/// A list under way.
#[derive(Debug)]
pub struct Pages<'c> {
    cluster: &'c Cluster,
    path: String,
    accept: &'static str,
    selector: String,
    token: Option<String>,
    limit: usize,
    restarts: usize,
    come: usize,
    expired: Expired,
    ended: bool,
}

/// What is done about a token that has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expired {
    /// Goes on with what is there now, if the server offers it.
    GoOn,
    /// Begins anew: the whole must be of one version.
    BeginAnew,
}

impl Cluster {
    /// Everything of a resource in all namespaces.
    pub fn pages(&self, resource: &Resource, want: Want) -> Pages<'_> {
        Pages {
            cluster: self,
            path: resource.path(),
            accept: if want == Want::Metadata { METADATA } else { JSON },
            selector: String::new(),
            token: None,
            limit: PER_PAGE,
            restarts: 0,
            come: 0,
            expired: Expired::GoOn,
            ended: false,
        }
    }
}

impl Pages<'_> {
    /// Only what a field selector chooses, such as `type=Opaque`; an empty one chooses all.
    #[must_use]
    pub fn chosen_by(mut self, selector: &str) -> Self {
        if !selector.is_empty() {
            self.selector = format!("&fieldSelector={}", encoded(selector));
        }
        self
    }

    /// All pages of one version, to watch from.
    pub(crate) fn of_one_version(mut self) -> Self {
        self.expired = Expired::BeginAnew;
        self
    }

    /// The next page; `None` once there is none.
    ///
    /// # Errors
    /// When the server refuses or cannot be reached for longer than patience lasts; there is no further page.
    pub async fn next(&mut self) -> Option<Result<Page, ApiError>> {
        if self.ended {
            return None;
        }
        let page = self.fetch().await;
        self.ended = !(page.is_ok() && self.token.is_some());
        Some(page)
    }

    async fn fetch(&mut self) -> Result<Page, ApiError> {
        let mut restarted = false;
        loop {
            let ask = self.ask();
            match self.cluster.patiently(&ask).await {
                Ok(bytes) => {
                    let (page, token) = read(&ask, &bytes, restarted)?;
                    self.advance(token).map_err(|why| unreadable(&ask, &why))?;
                    return Ok(page);
                }
                // 410: the snapshot behind the token is gone.
                Err(ApiError::Refused { code: 410, resume, .. }) if self.restarts < RESTARTS => {
                    self.restarts += 1;
                    let resume = resume.filter(|_| self.expired == Expired::GoOn);
                    restarted |= resume.is_none();
                    self.token = resume;
                }
                Err(ApiError::TooLarge { .. }) if self.limit > 1 => self.limit = (self.limit / 8).max(1),
                Err(error) => return Err(error),
            }
        }
    }

    /// Turns to the next page, if the list ever ends.
    fn advance(&mut self, token: Option<String>) -> Result<(), String> {
        self.come += 1;
        let most = self.cluster.patience.pages;
        if token.is_some() && token == self.token {
            return Err("its next page is the page itself, the list never ends".to_owned());
        }
        if token.is_some() && self.come >= most {
            return Err(format!("there are more than {most} pages, no list is that long"));
        }
        self.token = token;
        Ok(())
    }

    fn ask(&self) -> Ask {
        let token =
            self.token.as_deref().map_or(String::new(), |token| format!("&continue={}", encoded(token)));
        let path = format!("{}?limit={}{}{token}", self.path, self.limit, self.selector);
        Ask { accept: self.accept, ..Ask::get(path) }
    }
}

fn read(ask: &Ask, bytes: &[u8], restarted: bool) -> Result<(Page, Option<String>), ApiError> {
    let body: Body<'_> = serde_json::from_slice(bytes).map_err(|why| unreadable(ask, &why))?;
    let token = Some(body.metadata.token).filter(|token| !token.is_empty());
    let items = body.items.unwrap_or_default().into_iter().map(|item| item.get().to_owned()).collect();
    let (remaining, version) = (body.metadata.remaining, body.metadata.version);
    Ok((Page { items, remaining, restarted, version }, token))
}
