//! Streams that are kept: a request whose answer may be one, and requests to read or stop one.

use super::{Admission, Answer, Awaiting, Step, Visit};
use crate::proxy::auth::session_token::pseudonym;
use crate::proxy::error::ProxyError;
use crate::proxy::response::head;
use crate::proxy::route::Route;
use crate::proxy::streams;
use crate::streamlog::{Ask, Verdict};

impl Admission {
    /// The answer to this body may be kept, if the caller has named it.
    pub(super) fn name_stream(&mut self, body: &[u8]) -> Result<(), ProxyError> {
        let is_event_stream = matches!(
            self.route,
            Route::ChatCompletions | Route::Completions | Route::Responses
        );
        if self.gate.config.resumable.is_none() || !is_event_stream {
            return Ok(());
        }
        let Some(id) = self.head.stream_id.clone() else {
            return Ok(());
        };
        streams::check_id(&id)?;
        let after = streams::after(self.head.last_event_id.as_deref())?;
        self.check_asks_streams()?;
        let pepper = self.keys.as_ref().as_ref().map_or("", |keys| keys.pepper());
        let mut request = self.route.path().as_bytes().to_vec();
        request.push(0);
        request.extend_from_slice(body);
        let hash = pseudonym("stream request", request, pepper);
        self.stream = Some(self.visit(Ask::Open, id, hash, after));
        Ok(())
    }

    /// `GET` or `DELETE` of a stream.
    pub(super) fn ask_for_stream(&mut self, id: String) -> Result<(), ProxyError> {
        self.check_asks_streams()?;
        let ask = if self.head.method == "DELETE" {
            Ask::Stop
        } else {
            Ask::Resume
        };
        // Whose it is, is not known yet.
        self.stream = Some(Visit {
            object: String::new(),
            ask,
            id,
            hash: String::new(),
            after: 0,
        });
        Ok(())
    }

    pub(super) fn visit_stream(&mut self) -> Result<Step, ProxyError> {
        let Some(Visit { ask, id, .. }) = self.stream.take() else {
            return Err(ProxyError::internal());
        };
        streams::check_known_id(&id)?;
        let after = match ask {
            Ask::Stop => 0,
            _ => streams::after(self.head.last_event_id.as_deref())?,
        };
        let visit = self.visit(ask, id, String::new(), after);
        self.stream = Some(visit.clone());
        self.awaiting = Awaiting::Visit(None);
        Ok(Step::Visit(visit))
    }

    /// A request that is refused may have been answered before, as a stream that is kept.
    pub(super) fn attach_or(&mut self, refusal: ProxyError) -> Result<Step, ProxyError> {
        let Some(visit) = &self.stream else {
            return Err(refusal);
        };
        self.awaiting = Awaiting::Visit(Some(Box::new(refusal)));
        Ok(Step::Visit(Visit {
            ask: Ask::Attach,
            ..visit.clone()
        }))
    }

    pub(super) fn visited(
        &mut self,
        answer: Answer<'_>,
        refusal: Option<Box<ProxyError>>,
    ) -> Result<Step, ProxyError> {
        let said = self.said("the object that keeps streams", answer)?;
        let Ok(verdict) = serde_json::from_str::<Verdict>(said) else {
            return Err(self.unavailable("the object that keeps streams gave no verdict"));
        };
        if let (Verdict::Unknown, Some(refusal)) = (&verdict, refusal) {
            return Err(*refusal);
        }
        match verdict {
            Verdict::New { .. } | Verdict::Read => {
                self.is_kept = true;
                Ok(Step::Respond(self.pass(head::EVENTS)))
            }
            Verdict::Stop | Verdict::Stopped => Ok(Step::Respond(self.empty())),
            other => Err(streams::refused(&other).unwrap_or_else(ProxyError::internal)),
        }
    }

    fn visit(&self, ask: Ask, id: String, hash: String, after: u64) -> Visit {
        Visit {
            object: self.pseudonym("streams"),
            ask,
            id,
            hash,
            after,
        }
    }

    fn check_asks_streams(&mut self) -> Result<(), ProxyError> {
        if self.asks.streams {
            return Ok(());
        }
        Err(self.misconfigured("resumable needs an object that keeps streams"))
    }
}
