//! What can an API server answer but what was asked for?

/// Why a request came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The server says no, in its own words.
    #[error("{path}: the server answers {code} {reason}: {message}")]
    Refused {
        /// What was asked for.
        path: String,
        /// The HTTP status.
        code: u16,
        /// `reason` of its answer, such as `Forbidden`.
        reason: String,
        /// Its text.
        message: String,
        /// Where a list may be taken up again after its token has expired.
        resume: Option<String>,
    },
    /// No answer, or half of one.
    #[error("{path}: no answer from {server} ({place})")]
    Unreachable {
        /// What was asked for.
        path: String,
        /// Who was asked.
        server: String,
        /// Which file and context name it.
        place: String,
        /// What went wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An answer that would not fit.
    #[error("{path}: the answer is larger than {limit} bytes")]
    TooLarge {
        /// What was asked for.
        path: String,
        /// The bound.
        limit: usize,
    },
    /// An answer that is not what the API promises.
    #[error("{path}: the answer cannot be read: {why}")]
    Unreadable {
        /// What was asked for.
        path: String,
        /// What is wrong with it.
        why: String,
    },
}

impl ApiError {
    /// The HTTP status, if there was an answer.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Whether the same request may succeed a little later.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Refused { code, .. } => matches!(code, 429 | 500 | 502 | 503 | 504),
            Self::Unreachable { .. } => true,
            Self::TooLarge { .. } | Self::Unreadable { .. } => false,
        }
    }

    /// The error and what it comes from, in one line.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(inner) = cause {
            text = format!("{text}: {inner}");
            cause = inner.source();
        }
        text
    }

    /// What the user can do about it, where there is something.
    pub fn way_out(&self) -> Option<&'static str> {
        match self.code()? {
            401 => Some("the credentials are not accepted: log in again, or choose another --context"),
            403 => Some("allow `list` on it to the user of this context"),
            _ => None,
        }
    }
}
