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

/// Gives the `Authorization` value of a request, for every attempt.
///
/// Where a call must not wait for another call's question, `apart` is true: see
/// [`Transport::requests_are_apart`](crate::transport::Transport::requests_are_apart).
pub trait Credential<F> {
    /// The whole header value, for example `Bearer …`.
    fn authorization(&self, apart: bool) -> LocalFuture<'_, Result<String, F>>;

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
    ) -> LocalFuture<'a, Result<Renewed, F>> {
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
pub struct SessionToken<F>(Source<F>);

type Ask<F> = dyn Fn() -> LocalFuture<'static, Result<String, F>>;

enum Source<F> {
    Fixed(String),
    Asked(Asked<F>),
}

struct Asked<F> {
    ask: Rc<Ask<F>>,
    /// The header value that is in use.
    kept: RefCell<Option<String>>,
    /// A refused value that the function gave again when it was asked for another.
    stale: RefCell<Option<String>>,
    turn: Turn,
}

impl<F> SessionToken<F> {
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
    #[must_use]
    pub fn asked(ask: impl Fn() -> LocalFuture<'static, Result<String, F>> + 'static) -> Self {
        Self(Source::Asked(Asked {
            ask: Rc::new(ask),
            kept: RefCell::default(),
            stale: RefCell::default(),
            turn: Turn::default(),
        }))
    }
}

impl<F: Fault> Asked<F> {
    async fn question(&self) -> Result<String, F> {
        sent(session_authorization(&(self.ask)().await?))
    }

    fn known(&self) -> Option<String> {
        self.kept.borrow().clone()
    }

    /// Takes a value into use.
    fn keep(&self, header: String) -> String {
        self.stale.replace(None);
        self.kept.replace(Some(header.clone()));
        header
    }

    async fn turn(&self, apart: bool) -> Option<Taken<'_>> {
        if apart {
            return None;
        }
        Some(self.turn.take().await)
    }

    async fn authorization(&self, apart: bool) -> Result<String, F> {
        let _taken = self.turn(apart).await;
        match self.known() {
            Some(header) => Ok(header),
            None => self.question().await.map(|header| self.keep(header)),
        }
    }

    async fn renew(&self, refused: &str, alone: bool, apart: bool) -> Result<Renewed, F> {
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
        let asked_in_vain = self.stale.borrow().as_deref() == Some(refused);
        if asked_in_vain {
            return Ok(Renewed::Same);
        }
        let header = self.question().await?;
        if header == refused {
            self.stale.replace(Some(header));
            return Ok(Renewed::Same);
        }
        Ok(Renewed::Own(self.keep(header)))
    }
}

impl<F: Fault> Credential<F> for SessionToken<F> {
    fn authorization(&self, apart: bool) -> LocalFuture<'_, Result<String, F>> {
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
            let mut kept = asked.kept.borrow_mut();
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
    ) -> LocalFuture<'a, Result<Renewed, F>> {
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
pub(super) fn sent<F: Fault>(value: Result<String, impl AsRef<str>>) -> Result<String, F> {
    value.map_err(|fault| F::credential(fault.as_ref()))
}

impl<F> fmt::Debug for SessionToken<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken([redacted])")
    }
}
