//! What the caller of a request gets.

use super::{Admission, Response};
use crate::policy::headers::HeaderList;
use crate::proxy::cors;
use crate::proxy::error::ProxyError;
use crate::proxy::notice;
use crate::proxy::response::head;
use crate::proxy::streams::STREAM_ID;

impl Admission {
    /// An error as the caller gets it, with the lines that the operator reads of it.
    pub fn refuse(&mut self, error: &ProxyError, now_ms: u64) -> Response {
        let mut response = self.respond(error.status, &error.headers(), Some(error.body()));
        for line in std::mem::take(&mut self.lines) {
            if self.gate.may_log(&line, now_ms) {
                response.log.push(line);
            }
        }
        if let Some(notice) = error.notice()
            && self.gate.may_log(&notice.kind, now_ms)
        {
            response.log.push(notice::line(&notice.text));
        }
        response
    }

    /// The head of an answer whose body is the upstream's.
    #[must_use]
    pub fn pass(&self, content_type: &str) -> Response {
        let mut own = HeaderList::new();
        own.set("content-type", content_type);
        if content_type == head::EVENTS {
            // Some reverse proxies hold back everything that is not marked so.
            own.set("x-accel-buffering", "no");
        }
        self.respond(200, &own, None)
    }

    /// Does the caller get a body? Not in answer to `HEAD`.
    #[must_use]
    pub fn has_body(&self) -> bool {
        self.head.method != "HEAD"
    }

    /// An answer without a body.
    pub(super) fn empty(&self) -> Response {
        self.respond(204, &HeaderList::new(), None)
    }

    pub(super) fn preflight(&self, headers: &HeaderList) -> Response {
        self.respond(204, headers, None)
    }

    /// JSON that the proxy itself has written.
    pub(super) fn own(&self, json: String) -> Response {
        let mut headers = HeaderList::new();
        headers.set("content-type", "application/json");
        self.respond(200, &headers, Some(json))
    }

    fn respond(&self, status: u16, own: &HeaderList, body: Option<String>) -> Response {
        let origins = &self.gate.config.allowed_origins;
        let mut headers = cors::answer_headers(&self.head.head(), origins, &self.request_id);
        self.tell_remaining(&mut headers);
        if let Some(stream) = self.stream.as_ref().filter(|_| self.is_kept) {
            headers.set(STREAM_ID, stream.id.as_str());
        }
        for (name, value) in own.iter() {
            headers.set(name, value);
        }
        Response {
            status,
            headers,
            body: body.filter(|_| self.has_body()),
            log: Vec::new(),
        }
    }
}
