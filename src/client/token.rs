//! Session tokens: what a keyless client shows to its proxy.

use std::fmt;
use std::future::{Future, poll_fn, ready};
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use crate::policy::headers::session_authorization;

/// A boxed future that may go to another thread.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Whatever a function of yours failed with.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Gives the `Authorization` value of a request, for every attempt.
///
/// Where a call must not wait for another call's question, `apart` is true: see
/// [`Transport::requests_are_apart`](crate::transport::Transport::requests_are_apart).
pub trait Credential: Send + Sync {
    /// The whole header value, for example `Bearer …`.
    fn authorization(&self, apart: bool) -> BoxFuture<'_, Result<String, BoxError>>;

    /// Is there another one to ask for when the proxy refuses one?
    fn renews(&self) -> bool {
        false
    }

    /// The proxy has refused this value: it is not given again without a question.
    fn refuse(&self, refused: &str) {
        let _ = refused;
    }

    /// Another value in place of a refused one. `alone` asks for one that no other call gets.
    fn renew<'a>(
        &'a self,
        refused: &'a str,
        alone: bool,
        apart: bool,
    ) -> BoxFuture<'a, Result<Renewed, BoxError>> {
        let _ = (refused, alone);
        Box::pin(async move { self.authorization(apart).await.map(Renewed::Own) })
    }
}

/// What came in place of a refused value.
#[derive(Clone, PartialEq, Eq)]
pub enum Renewed {
    /// A value that this call asked for.
    Own(String),
    /// A value that another call asked for.
    Shared(String),
    /// The refused value again.
    Same,
}

/// A session token: a fixed string, or a function that gives one.
pub struct SessionToken(Source);

/// A function that gives a token or a key.
pub(super) type Ask = dyn Fn() -> BoxFuture<'static, Result<String, BoxError>> + Send + Sync;

enum Source {
    Fixed(String),
    Asked(Asked),
}

struct Asked {
    ask: Box<Ask>,
    /// The header value that is in use.
    kept: Mutex<Option<String>>,
    /// A refused value that the function gave again when it was asked for another.
    stale: Mutex<Option<String>>,
    turn: Turn,
}

impl SessionToken {
    /// A fixed token.
    #[must_use]
    pub fn fixed(token: impl Into<String>) -> Self {
        Self(Source::Fixed(token.into()))
    }

    /// A function that gives the token. It is called by the first call, and again when the proxy
    /// refuses the token, once for all calls whose token was that one; they are then sent again. A
    /// call whose new token is refused fails, and so does one whose function gives the refused token
    /// again; the next call asks anew. What the function takes counts within the call's time limit.
    ///
    /// Where each token is good for one request, calls at once get tokens of their own.
    ///
    /// ```
    /// use openai_wasm::client::SessionToken;
    ///
    /// # async fn ask_my_server(path: &str) -> Result<String, std::io::Error> { Ok(path.into()) }
    /// let token = SessionToken::from_fn(async || ask_my_server("/session").await);
    /// ```
    ///
    /// In a page or a Worker, where a future holds JavaScript's promises, use `from_local_fn`.
    #[must_use]
    pub fn from_fn<Asked, E>(ask: impl Fn() -> Asked + Send + Sync + 'static) -> Self
    where
        Asked: Future<Output = Result<String, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        Self::boxed(boxed(ask))
    }

    pub(super) fn boxed(ask: Box<Ask>) -> Self {
        Self(Source::Asked(Asked {
            ask,
            kept: Mutex::default(),
            stale: Mutex::default(),
            turn: Turn::default(),
        }))
    }
}

/// The function with its future in a box.
pub(super) fn boxed<Asked, E>(ask: impl Fn() -> Asked + Send + Sync + 'static) -> Box<Ask>
where
    Asked: Future<Output = Result<String, E>> + Send + 'static,
    E: Into<BoxError>,
{
    Box::new(move || {
        let asked = ask();
        Box::pin(async move { asked.await.map_err(Into::into) })
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Asked {
    async fn question(&self) -> Result<String, BoxError> {
        sent(session_authorization(&(self.ask)().await?))
    }

    fn known(&self) -> Option<String> {
        lock(&self.kept).clone()
    }

    /// Takes a value into use.
    fn keep(&self, header: String) -> String {
        *lock(&self.stale) = None;
        *lock(&self.kept) = Some(header.clone());
        header
    }

    async fn turn(&self, apart: bool) -> Option<Taken<'_>> {
        if apart {
            return None;
        }
        Some(self.turn.take().await)
    }

    async fn authorization(&self, apart: bool) -> Result<String, BoxError> {
        let _taken = self.turn(apart).await;
        match self.known() {
            Some(header) => Ok(header),
            None => self.question().await.map(|header| self.keep(header)),
        }
    }

    async fn renew(&self, refused: &str, alone: bool, apart: bool) -> Result<Renewed, BoxError> {
        if alone {
            let header = self.question().await?;
            return Ok(if header == refused {
                Renewed::Same
            } else {
                Renewed::Own(header)
            });
        }
        let _taken = self.turn(apart).await;
        if let Some(header) = self.known() {
            return Ok(Renewed::Shared(header));
        }
        let asked_in_vain = lock(&self.stale).as_deref() == Some(refused);
        if asked_in_vain {
            return Ok(Renewed::Same);
        }
        let header = self.question().await?;
        if header == refused {
            *lock(&self.stale) = Some(header);
            return Ok(Renewed::Same);
        }
        Ok(Renewed::Own(self.keep(header)))
    }
}

impl Credential for SessionToken {
    fn authorization(&self, apart: bool) -> BoxFuture<'_, Result<String, BoxError>> {
        match &self.0 {
            Source::Fixed(token) => Box::pin(ready(sent(session_authorization(token)))),
            Source::Asked(asked) => Box::pin(asked.authorization(apart)),
        }
    }

    fn renews(&self) -> bool {
        matches!(self.0, Source::Asked(_))
    }

    fn refuse(&self, refused: &str) {
        if let Source::Asked(asked) = &self.0 {
            // Another call may have asked for a new one already.
            let mut kept = lock(&asked.kept);
            if kept.as_deref() == Some(refused) {
                *kept = None;
            }
        }
    }

    fn renew<'a>(
        &'a self,
        refused: &'a str,
        alone: bool,
        apart: bool,
    ) -> BoxFuture<'a, Result<Renewed, BoxError>> {
        match &self.0 {
            Source::Fixed(_) => Box::pin(ready(Ok(Renewed::Same))),
            Source::Asked(asked) => Box::pin(asked.renew(refused, alone, apart)),
        }
    }
}

/// Never the value.
impl fmt::Debug for Renewed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Own(_) => "Own([redacted])",
            Self::Shared(_) => "Shared([redacted])",
            Self::Same => "Same",
        })
    }
}

/// One asks, the others wait: for its answer, or, if it leaves, for their turn.
#[derive(Default)]
struct Turn(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    taken: bool,
    waiting: Vec<Waker>,
}

impl Turn {
    async fn take(&self) -> Taken<'_> {
        poll_fn(|context| {
            let mut queue = lock(&self.0);
            if queue.taken {
                queue.waiting.push(context.waker().clone());
                return Poll::Pending;
            }
            queue.taken = true;
            Poll::Ready(Taken(self))
        })
        .await
    }
}

struct Taken<'a>(&'a Turn);

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let waiting = {
            let mut queue = lock(&self.0.0);
            queue.taken = false;
            std::mem::take(&mut queue.waiting)
        };
        for waker in waiting {
            waker.wake();
        }
    }
}

/// The header for a credential, which is refused if it cannot stand there.
pub(super) fn sent(value: Result<String, impl AsRef<str>>) -> Result<String, BoxError> {
    value.map_err(|fault| fault.as_ref().into())
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken([redacted])")
    }
}
