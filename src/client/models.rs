//! `GET /models`

use super::call::Call;
use super::{Client, Error, typed};
use crate::transport::{Method, Transport};
use crate::wire::ModelList;

/// The models that the server offers: [`Client::models`].
#[derive(Debug)]
pub struct Models<'a, T: Transport>(pub(super) &'a Client<T>);

impl<T: Transport> Models<'_, T> {
    /// Lists them.
    ///
    /// # Errors
    /// See [`Error`]. Dropping the future aborts the request.
    pub async fn list(&self) -> Result<ModelList, Error> {
        let call = Call::new(Method::Get, "/models");
        typed::fetch(self.0, call, "the list of models", |list: &ModelList| {
            &list.extra
        })
        .await
    }
}
