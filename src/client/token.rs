//! Session tokens: what a keyless client shows to its proxy.

use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::rc::Rc;

use crate::policy::headers::session_authorization;
use crate::transport::Fault;

/// A boxed future that need not be `Send`: everything here runs on one thread.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Gives the `Authorization` value of a request, once for every attempt.
pub trait Credential<F> {
    /// The whole header value, for example `Bearer …`.
    fn authorization(&self) -> LocalFuture<'_, Result<String, F>>;
}

/// A session token: a fixed string, or a function that is asked for every attempt.
pub struct SessionToken<F>(Source<F>);

type Ask<F> = dyn Fn() -> LocalFuture<'static, Result<String, F>>;

enum Source<F> {
    Fixed(String),
    Asked(Rc<Ask<F>>),
}

impl<F> SessionToken<F> {
    /// A fixed token.
    #[must_use]
    pub fn fixed(token: impl Into<String>) -> Self {
        Self(Source::Fixed(token.into()))
    }

    /// A function that gives the token; called before every attempt, so that it can refresh.
    #[must_use]
    pub fn asked(ask: impl Fn() -> LocalFuture<'static, Result<String, F>> + 'static) -> Self {
        Self(Source::Asked(Rc::new(ask)))
    }
}

impl<F: Fault> Credential<F> for SessionToken<F> {
    fn authorization(&self) -> LocalFuture<'_, Result<String, F>> {
        match &self.0 {
            Source::Fixed(token) => Box::pin(ready(sent(session_authorization(token)))),
            Source::Asked(ask) => {
                let asked = ask();
                Box::pin(async move { sent(session_authorization(&asked.await?)) })
            }
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
