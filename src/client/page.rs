//! Lists that come in pages.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::call::Template;
use super::{BoxFuture, Call, Error, ErrorKind};
use crate::transport::Transport;
use crate::wire::file::{FileList, FileObject};
use crate::wire::responses::{ResponseInputItem, ResponseItemList};

/// A page of a list.
pub trait Page: DeserializeOwned + 'static {
    /// What it lists.
    type Item;

    /// The `after` of the next page, if there is one.
    fn next_after(&self) -> Option<String>;

    /// What it lists, in the server's order.
    fn into_items(self) -> Vec<Self::Item>;
}

impl Page for FileList {
    type Item = FileObject;

    fn next_after(&self) -> Option<String> {
        let last = || self.data.last().map(|file| file.id.clone());
        let more = self.has_more == Some(true);
        more.then(|| self.last_id.clone().or_else(last))?
    }

    fn into_items(self) -> Vec<FileObject> {
        self.data
    }
}

impl Page for ResponseItemList {
    type Item = ResponseInputItem;

    fn next_after(&self) -> Option<String> {
        let known = self.has_more && !self.last_id.is_empty();
        known.then(|| self.last_id.clone())
    }

    fn into_items(self) -> Vec<ResponseInputItem> {
        self.data
    }
}

/// Any list in the API's usual form: `data`, `has_more`, and `last_id` or items with an `id`.
impl Page for Value {
    type Item = Self;

    fn next_after(&self) -> Option<String> {
        if self.get("has_more") != Some(&Self::Bool(true)) {
            return None;
        }
        let last = || self.get("data")?.as_array()?.last()?.get("id")?.as_str();
        let said = self.get("last_id").and_then(Self::as_str);
        said.or_else(last).map(str::to_owned)
    }

    fn into_items(mut self) -> Vec<Self> {
        match self.get_mut("data").map(Self::take) {
            Some(Self::Array(items)) => items,
            _ => Vec::new(),
        }
    }
}

impl<T: Transport + 'static, P: Page> Call<T, P> {
    /// Every item of the list, page after page: each page is the same call with another `after`, and
    /// is asked for when the items before it have been taken.
    pub fn items(self) -> Items<T, P> {
        Items {
            state: match self.into_template() {
                Ok(template) => State::Ask(template, None),
                Err(error) => State::Refused(error),
            },
            page: Vec::new().into_iter(),
        }
    }
}

/// The items of a list as they are taken: [`Call::items`]. After an error it ends.
///
/// # Cancel safety
/// Dropping it at any time aborts the request that is under way. Dropping a `next()` future loses
/// nothing.
pub struct Items<T: Transport, P: Page> {
    state: State<T, P>,
    page: std::vec::IntoIter<P::Item>,
}

enum State<T: Transport, P> {
    /// The page behind this item is the next to ask for.
    Ask(Template<T>, Option<String>),
    Wait(
        Template<T>,
        Option<String>,
        BoxFuture<'static, Result<P, Error>>,
    ),
    Refused(Error),
    Ended,
}

/// Nothing in it is pinned: what waits stands in a box.
impl<T: Transport, P: Page> Unpin for Items<T, P> {}

impl<T: Transport + 'static, P: Page> Stream for Items<T, P> {
    type Item = Result<P::Item, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(item) = this.page.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match std::mem::replace(&mut this.state, State::Ended) {
                State::Ended => return Poll::Ready(None),
                State::Refused(error) => return Poll::Ready(Some(Err(error))),
                State::Ask(template, after) => {
                    let query: Vec<_> = after
                        .iter()
                        .map(|after| ("after".to_owned(), after.clone()))
                        .collect();
                    let asked = template.send(&query);
                    this.state = State::Wait(template, after, asked);
                }
                State::Wait(template, after, mut asked) => match asked.as_mut().poll(context) {
                    Poll::Pending => {
                        this.state = State::Wait(template, after, asked);
                        return Poll::Pending;
                    }
                    Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(error))),
                    Poll::Ready(Ok(page)) => {
                        let next = page.next_after();
                        // A server that does not know `after` would give its first page for ever.
                        if next.is_some() && next == after {
                            let words = "the list: the server gave the same page again";
                            return Poll::Ready(Some(Err(Error::new(ErrorKind::Decode, words))));
                        }
                        this.page = page.into_items().into_iter();
                        if next.is_some() {
                            this.state = State::Ask(template, next);
                        }
                    }
                },
            }
        }
    }
}

impl<T: Transport, P: Page> fmt::Debug for Items<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").finish_non_exhaustive()
    }
}
