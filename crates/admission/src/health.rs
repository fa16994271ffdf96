//! Is the server alive, and should it be asked?

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use hyper::StatusCode;

use crate::answer::{Answer, typed};
use crate::metrics::Metrics;

/// What probes are told.
#[derive(Debug)]
pub struct Health {
    drains: AtomicBool,
    /// What is not as it should be, though decisions are made.
    troubles: Mutex<BTreeMap<&'static str, String>>,
    /// Pages that others made, by their paths: what they are written in, and their text.
    pages: Mutex<BTreeMap<&'static str, (&'static str, Arc<str>)>>,
    metrics: Arc<Metrics>,
}

const TEXT: &str = "text/plain; charset=utf-8";

impl Health {
    pub(crate) fn new(metrics: Arc<Metrics>) -> Self {
        Self { drains: AtomicBool::new(false), troubles: Mutex::default(), pages: Mutex::default(), metrics }
    }

    /// Shows on `/readyz` what is wrong with something, or that nothing is any more.
    ///
    /// A server with troubles stays ready: it decides by what was good last.
    pub fn trouble(&self, about: &'static str, what: Option<String>) {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        match what {
            Some(what) => troubles.insert(about, what),
            None => troubles.remove(about),
        };
    }

    /// Shows a page beside the figures, or no longer.
    pub fn show(&self, path: &'static str, page: Option<(&'static str, String)>) {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        match page {
            Some((kind, text)) => pages.insert(path, (kind, text.into())),
            None => pages.remove(path),
        };
    }

    /// Nobody should ask any more.
    pub(crate) fn drain(&self) {
        self.drains.store(true, Ordering::Release);
    }

    /// The answer to a probe, if the path is one.
    pub(crate) fn answer(&self, path: &str) -> Option<Answer> {
        match path {
            "/healthz" => Some(typed(StatusCode::OK, TEXT, "ok\n".to_owned())),
            "/readyz" => Some(self.ready()),
            _ => None,
        }
    }

    /// The same, and figures.
    pub(crate) fn answer_with_figures(&self, path: &str) -> Option<Answer> {
        const KIND: &str = "text/plain; version=0.0.4; charset=utf-8";
        match path {
            "/metrics" => Some(typed(StatusCode::OK, KIND, self.metrics.text())),
            path => self.answer(path).or_else(|| {
                let page = self.pages.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
                page.map(|(kind, text)| typed(StatusCode::OK, kind, text.as_ref().to_owned()))
            }),
        }
    }

    fn ready(&self) -> Answer {
        if self.drains.load(Ordering::Acquire) {
            return typed(StatusCode::SERVICE_UNAVAILABLE, TEXT, "draining\n".to_owned());
        }
        let troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = troubles.iter().map(|(about, what)| format!("{about}: {what}\n"));
        typed(StatusCode::OK, TEXT, lines.fold("ok\n".to_owned(), |text, line| text + &line))
    }
}
