//! Session tokens: what a keyless client shows to its proxy.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::{Future, poll_fn, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use crate::policy::headers::session_authorization;
use crate::transport::Fault;

/// A boxed future that need not be `Send`: everything here runs on one thread.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Gives the `Authorization` value of a request, once for every attempt.
pub trait Credential<F> {
    /// The whole header value, for example `Bearer …`.
    fn authorization(&self) -> LocalFuture<'_, Result<String, F>>;

    /// The proxy says that the credential of this header value has expired. Is there another to ask
    /// for?
    fn renews(&self, expired: &str) -> bool {
        let _ = expired;
        false
    }
}

/// A session token: a fixed string, or a function that gives one.
pub struct SessionToken<F>(Source<F>);

type Ask<F> = dyn Fn() -> LocalFuture<'static, Result<String, F>>;

enum Source<F> {
    Fixed(String),
    Asked {
        ask: Rc<Ask<F>>,
        /// The header value that is in use.
        kept: RefCell<Option<String>>,
        turn: Turn,
    },
}

impl<F> SessionToken<F> {
    /// A fixed token.
    #[must_use]
    pub fn fixed(token: impl Into<String>) -> Self {
        Self(Source::Fixed(token.into()))
    }

    /// A function that gives the token. It is called by the first call, and again when the proxy says
    /// that the token has expired (401 `token_expired`): once for all calls that are under way.
    #[must_use]
    pub fn asked(ask: impl Fn() -> LocalFuture<'static, Result<String, F>> + 'static) -> Self {
        Self(Source::Asked {
            ask: Rc::new(ask),
            kept: RefCell::default(),
            turn: Turn::default(),
        })
    }
}

impl<F: Fault> Credential<F> for SessionToken<F> {
    fn authorization(&self) -> LocalFuture<'_, Result<String, F>> {
        match &self.0 {
            Source::Fixed(token) => Box::pin(ready(sent(session_authorization(token)))),
            Source::Asked { ask, kept, turn } => Box::pin(async move {
                let _taken = turn.take().await;
                let known = kept.borrow().clone();
                if let Some(header) = known {
                    return Ok(header);
                }
                let header = sent(session_authorization(&ask().await?))?;
                kept.replace(Some(header.clone()));
                Ok(header)
            }),
        }
    }

    fn renews(&self, expired: &str) -> bool {
        let Source::Asked { kept, .. } = &self.0 else {
            return false;
        };
        // Another call may have asked for a new one already.
        let mut kept = kept.borrow_mut();
        if kept.as_deref() == Some(expired) {
            *kept = None;
        }
        true
    }
}

/// One asks, the others wait: for its answer, or, if it leaves, for their turn.
#[derive(Default)]
struct Turn {
    taken: Cell<bool>,
    waiting: RefCell<Vec<Waker>>,
}

impl Turn {
    async fn take(&self) -> Taken<'_> {
        poll_fn(|context| {
            if self.taken.replace(true) {
                self.waiting.borrow_mut().push(context.waker().clone());
                Poll::Pending
            } else {
                Poll::Ready(Taken(self))
            }
        })
        .await
    }
}

struct Taken<'a>(&'a Turn);

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.0.taken.set(false);
        for waker in self.0.waiting.take() {
            waker.wake();
        }
    }
}

/// The header for a credential, which is refused if it cannot stand there.
pub(super) fn sent<F: Fault>(value: Result<String, &'static str>) -> Result<String, F> {
    value.map_err(F::credential)
}

impl<F> fmt::Debug for SessionToken<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken([redacted])")
    }
}
