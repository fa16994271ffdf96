//! What is sent back to whoever asks for a review?

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::json;

use crate::body::{self, Refused};
use crate::gate::{Fault, Gate, Turn};
use crate::peers::Peer;
use crate::timeout;

/// What goes over the wire.
pub(crate) type Answer = Response<Full<Bytes>>;

/// One connection's way to the gate.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    pub(crate) gate: Arc<Gate>,
    pub(crate) peer: Arc<Peer>,
}

impl Door {
    /// Answers one request, whatever it is.
    pub(crate) async fn answer(self, request: Request<Incoming>) -> Result<Answer, Infallible> {
        let turn = match request.uri().path() {
            "/validate" => Turn::Validate,
            "/mutate" => Turn::Mutate,
            path => {
                return Ok(self.gate.health().answer(path).unwrap_or_else(|| {
                    refusal(StatusCode::NOT_FOUND, "NotFound", "reviews go to /validate and /mutate")
                }));
            }
        };
        let since = Instant::now();
        let answer = self.review(turn, request, since).await.unwrap_or_else(|refused| refused);
        self.gate.metrics.answered(turn, answer.status().as_u16(), since.elapsed());
        Ok(answer)
    }

    async fn review(&self, turn: Turn, request: Request<Incoming>, since: Instant) -> Result<Answer, Answer> {
        if request.method() != Method::POST {
            let mut answer =
                refusal(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "a review is sent with POST");
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
            return Err(answer);
        }
        if !is_json(&request) {
            let text = "a review is sent as `content-type: application/json`";
            return Err(refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", text));
        }
        let limits = &self.gate.limits;
        let time = timeout::before(timeout::asked(request.uri().query()).unwrap_or(limits.answer));
        let read = body::read(request.into_body(), limits.body, limits.body_time.min(time), &self.peer);
        let (body, _room) = read.await.map_err(|refused| self.unread(refused))?;
        let review = self.gate.review(turn, body, since + time).await;
        let reviewed = review.map_err(|fault| self.fault(turn, &fault))?;
        self.gate.log.decided(turn, &reviewed.request, &reviewed.response);
        self.gate.metrics.decided(turn, &reviewed.response);
        let text = reviewed.response.review().to_string();
        Ok(json_answer(StatusCode::OK, text))
    }

    fn unread(&self, refused: Refused) -> Answer {
        match refused {
            Refused::TooLarge => {
                let text = format!("a review has at most {} bytes", self.gate.limits.body);
                refusal(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &text)
            }
            Refused::NoRoom => self.shed("body", "too many reviews of this address are under way"),
            Refused::TooSlow => {
                refusal(StatusCode::REQUEST_TIMEOUT, "Timeout", "the review did not come in time")
            }
            Refused::Broken => refusal(StatusCode::BAD_REQUEST, "BadRequest", "the review broke off"),
        }
    }

    fn fault(&self, turn: Turn, fault: &Fault) -> Answer {
        match fault {
            Fault::Unreadable(error) => {
                self.gate
                    .log
                    .warn("review unreadable", &[("endpoint", turn.word()), ("error", &error.to_string())]);
                refusal(StatusCode::BAD_REQUEST, "BadRequest", &error.to_string())
            }
            Fault::Shed => self.shed("review", "too many reviews are under way"),
            Fault::Late => {
                self.gate.log.warn("review not decided in time", &[("endpoint", turn.word())]);
                let text = "the review could not be decided in time";
                refusal(StatusCode::INTERNAL_SERVER_ERROR, "Timeout", text)
            }
            Fault::Panicked => {
                self.gate.metrics.panicked();
                self.gate.log.error("a rule panicked", &[("endpoint", turn.word())]);
                let text = "a rule fell over this request; the failure policy of the webhook decides";
                refusal(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", text)
            }
        }
    }

    fn shed(&self, what: &'static str, text: &str) -> Answer {
        self.gate.metrics.shed(what);
        refusal(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", text)
    }
}

fn is_json(request: &Request<Incoming>) -> bool {
    let value = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// As the API server writes an error (`metav1.Status`).
fn refusal(code: StatusCode, reason: &str, message: &str) -> Answer {
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": code.as_u16(),
    });
    json_answer(code, status.to_string())
}

fn json_answer(code: StatusCode, text: String) -> Answer {
    typed(code, "application/json", text)
}

/// An answer of a type.
pub(crate) fn typed(code: StatusCode, kind: &'static str, text: String) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(text)));
    *answer.status_mut() = code;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}
