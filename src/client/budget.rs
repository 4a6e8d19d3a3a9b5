//! `/budget`, of a proxy of this crate.

use super::{Call, Client};
use crate::transport::{Method, Transport};
use crate::wire::budget::Budget;

impl<T: Transport> Client<T> {
    /// What the caller may still spend, if the proxy has a budget.
    ///
    /// ```no_run
    /// # async fn f<T: openai_wasm::transport::Transport + 'static>(
    /// #     client: openai_wasm::client::Client<T>,
    /// # ) -> Result<(), openai_wasm::client::Error> {
    /// for limit in client.budget().await?.limits {
    ///     println!("{} of {} US dollars left: {}", limit.left, limit.limit, limit.window);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn budget(&self) -> Call<T, Budget> {
        self.ask(Method::Get, "/budget")
    }
}
