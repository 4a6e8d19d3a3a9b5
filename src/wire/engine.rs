//! Engines, the forerunners of models (2023, deprecated).

use super::ObjectKind;

object! {
    /// An engine (`GET /engines/{engine_id}`).
    response struct Engine {
        /// The identifier.
        id: String,
        /// Always `engine`.
        #[ts(type = "\"engine\"")]
        object: ObjectKind,
        /// The organisation that owns it.
        owner: String,
        /// Whether it can be used.
        ready: bool,
        /// When it was made, Unix time in seconds.
        #[ts(optional = nullable)]
        created: Option<u64>,
    }
}

object! {
    /// The engines that a server offers (`GET /engines`).
    response struct EngineList {
        /// Always `list`.
        #[ts(type = "\"list\"")]
        object: ObjectKind,
        /// The engines, in the server's order.
        data: Vec<Engine>,
    }
}
