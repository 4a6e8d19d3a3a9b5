//! Models: what a server offers.

use super::ObjectKind;

object! {
    /// A model that a server offers (`GET /models/{model}`).
    response struct Model {
        /// The identifier that other endpoints take as `model`.
        id: String,
        /// Always `model`.
        #[ts(type = "\"model\"")]
        object: ObjectKind,
        /// When the model was made, Unix time in seconds (2026).
        ///
        /// In Rust 0 if the server does not say.
        created: u64,
        /// The organisation that owns the model.
        owned_by: String,
        /// The day on which the model will shut down, `YYYY-MM-DD` (2026).
        #[ts(optional = nullable)]
        shutdown_date: Option<String>,
        /// What the caller may do with the model (2023).
        #[ts(optional, type = "Array<unknown>")]
        permission: Option<Vec<serde_json::Value>>,
        /// The model that this one was made from (2023).
        #[ts(optional = nullable)]
        root: Option<String>,
        /// The model that this one descends from (2023).
        #[ts(optional = nullable)]
        parent: Option<String>,
    }
}

object! {
    /// The models that a server offers (`GET /models`).
    response struct ModelList {
        /// Always `list`.
        #[ts(type = "\"list\"")]
        object: ObjectKind,
        /// The models, in the server's order.
        data: Vec<Model>,
    }
}

object! {
    /// The answer to `DELETE /models/{model}`.
    response struct ModelDeleted {
        /// The model that was deleted.
        id: String,
        /// Always `model`.
        #[ts(type = "string")]
        object: ObjectKind,
        /// Whether it is gone.
        deleted: bool,
    }
}
