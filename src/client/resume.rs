//! Resumable streams: events that the proxy numbers and keeps, asked for again where a connection broke
//! off. Whether and when, [`Attempts::following`] decides.

use std::task::{Context, Poll};

use super::call::Parts;
use super::{BoxFuture, Client, Error, ErrorKind, Meta, RequestOptions};
use crate::policy::attempts::{Attempts, Stage, Step};
use crate::policy::retry::Permille;
use crate::transport::{Body, Method, Streaming, Transport};

const STREAM_ID: &str = "x-stream-id";
pub(super) const LAST_EVENT_ID: &str = "last-event-id";
const PATH: &str = "/streams/";

type Bytes<T> = <<T as Transport>::Body as Streaming<<T as Transport>::Fault>>::Bytes;

/// A stream that the proxy keeps, or may. Dropped before [`Self::let_go`], it is stopped there.
pub(super) struct Kept<T: Transport> {
    client: Client<T>,
    id: String,
    /// Those of the call.
    options: RequestOptions,
    after: u64,
    wanted: bool,
}

impl<T: Transport> Kept<T> {
    /// What is sent in place of a call whose stream shall be resumable, or that resumes one.
    pub(super) fn ask(
        client: &Client<T>,
        parts: &Parts<T::Payload>,
        options: &RequestOptions,
    ) -> Option<Self> {
        let mut options = options.clone();
        let id = if let Some(id) = parts.path.strip_prefix(PATH) {
            id.to_owned()
        } else {
            let limits = client.settings.limits.under(&options);
            if !limits.resumable || parts.method != Method::Post {
                return None;
            }
            let id = new_id(|| client.settings.transport.chance());
            options = options.header(STREAM_ID, Some(&id));
            id
        };
        let after = options
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(LAST_EVENT_ID))
            .and_then(|(_, value)| value.as_deref()?.parse().ok());
        Some(Self {
            client: client.clone(),
            id,
            options,
            after: after.unwrap_or_default(),
            wanted: true,
        })
    }

    /// The call's options with those of this one.
    pub(super) fn options(&self) -> &RequestOptions {
        &self.options
    }

    /// The number of the event after which it begins.
    pub(super) fn after(&self) -> u64 {
        self.after
    }

    /// The answer has come: whether the stream is kept, it says by its id.
    #[allow(clippy::type_complexity)]
    pub(super) fn answered(
        mut self,
        answer: Result<(T::Body, Meta), Error>,
    ) -> (Option<Self>, Result<(T::Body, Meta), Error>) {
        let given = answer.as_ref().ok();
        let given = given.and_then(|(_, meta)| meta.headers().get(STREAM_ID));
        if given == Some(self.id.as_str()) {
            return (Some(self), answer);
        }
        self.let_go();
        (None, answer)
    }

    /// It has ended, or goes on without this reader.
    pub(super) fn let_go(&mut self) {
        self.wanted = false;
    }

    fn request(&self, method: Method, accept: &'static str) -> Parts<T::Payload> {
        Parts {
            method,
            path: format!("{PATH}{}", self.id),
            query: Vec::new(),
            accept,
            payload: None,
            content_type: None,
        }
    }

    /// The call's options for another request.
    fn others(&self) -> RequestOptions {
        let mut options = self.options.clone();
        options.idempotency_key = None;
        options.headers.retain(|(name, _)| {
            ![STREAM_ID, LAST_EVENT_ID]
                .iter()
                .any(|own| name.eq_ignore_ascii_case(own))
        });
        options
    }
}

impl<T: Transport> Drop for Kept<T> {
    fn drop(&mut self) {
        if !self.wanted {
            return;
        }
        let parts = self.request(Method::Delete, "*/*");
        let (client, options) = (self.client.clone(), self.others());
        self.client.settings.transport.spawn(Box::pin(async move {
            // Where it cannot be stopped, it ends without a reader.
            let _stopped = client.answer(&parts, &options, T::Body::text).await;
        }));
    }
}

/// 132 random bits in base64url.
fn new_id(chance: impl Fn() -> Permille) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let letter = || {
        let Permille(chance) = chance();
        LETTERS.get(usize::from(chance % 64)).copied()
    };
    (0..22).filter_map(|_| letter()).map(char::from).collect()
}

/// How a connection ended before its stream.
pub(super) enum Broken {
    /// As if it were whole.
    Ended,
    /// With an error.
    Lost(Error),
}

/// What has become of the question for another connection.
pub(super) enum Again<B> {
    /// No connection is being asked for.
    Idle,
    /// The rest of the stream.
    Bytes(B),
    /// The stream cannot be resumed.
    Never(Broken),
}

/// The reconnections of one stream.
pub(super) struct Resume<T: Transport>
where
    T::Body: Streaming<T::Fault>,
{
    kept: Kept<T>,
    attempts: Attempts,
    asking: Option<BoxFuture<'static, Result<Bytes<T>, Error>>>,
    /// What has to be asked for again.
    broken: Option<Broken>,
    why_not: Option<Error>,
}

impl<T: Transport> Resume<T>
where
    T::Body: Streaming<T::Fault>,
{
    pub(super) fn new(kept: Kept<T>) -> Self {
        Self {
            kept,
            attempts: Attempts::following(),
            asking: None,
            broken: None,
            why_not: None,
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.kept.id
    }

    /// An event came.
    pub(super) fn progressed(&mut self) {
        self.attempts = Attempts::following();
    }

    pub(super) fn let_go(&mut self) {
        self.kept.let_go();
        self.asking = None;
    }

    /// Why nothing more could be had, if that was it.
    pub(super) fn why_not(&mut self) -> Option<Error> {
        self.why_not.take()
    }

    /// The connection has ended after that event. Gives it back if it stays so.
    pub(super) fn broke_off(&mut self, how: Broken, after: u64) -> Option<Broken> {
        let stage = match how {
            Broken::Ended => Stage::Ended,
            Broken::Lost(_) => Stage::Sent,
        };
        if !self.again(stage, None, after) {
            return Some(how);
        }
        self.broken = Some(how);
        None
    }

    /// Waits for the connection that was asked for.
    pub(super) fn poll(&mut self, context: &mut Context<'_>, after: u64) -> Poll<Again<Bytes<T>>> {
        loop {
            let Some(asking) = &mut self.asking else {
                return Poll::Ready(Again::Idle);
            };
            let answer = match asking.as_mut().poll(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(answer) => answer,
            };
            self.asking = None;
            match answer {
                Ok(bytes) => return Poll::Ready(Again::Bytes(bytes)),
                Err(error) if self.again(Stage::Sent, Some(&error), after) => {}
                Err(error) => {
                    self.why_not = Some(error);
                    let how = self.broken.take().unwrap_or(Broken::Ended);
                    return Poll::Ready(Again::Never(how));
                }
            }
        }
    }

    /// Asks for the events after that one, if the machine says so.
    fn again(&mut self, stage: Stage, cause: Option<&Error>, after: u64) -> bool {
        let chance = self.kept.client.settings.transport.chance();
        let refused = cause.and_then(|error| Some((error.status()?, error.meta()?)));
        let step = match refused {
            Some((status, meta)) => self.attempts.on_response(status, meta.hints(), b"", chance),
            None if cause.is_some_and(|error| error.kind() == ErrorKind::Redirect) => return false,
            None => self.attempts.on_fault(stage, chance),
        };
        let Step::Retry { after_ms } = step else {
            return false;
        };
        self.attempts = self.attempts.retried();
        let parts = self.kept.request(Method::Get, "text/event-stream");
        let options = self.kept.others().max_retries(0);
        let options = options.header(LAST_EVENT_ID, Some(&after.to_string()));
        let client = self.kept.client.clone();
        self.asking = Some(Box::pin(async move {
            client.settings.transport.sleep(after_ms).await;
            let (body, _) = client.body(&parts, &options).await?;
            Ok(body.into_bytes())
        }));
        true
    }
}
