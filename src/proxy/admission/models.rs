//! `GET /v1/models`, and one of them.

use serde_json::json;

use super::{Admission, Step};
use crate::policy::endpoint::encode_component;
use crate::proxy::config::Models;
use crate::proxy::error::ProxyError;
use crate::proxy::route::Route;

impl Admission {
    /// The list of models, or one of them, where the operator has made a list: the upstream's would
    /// name fine-tunes and whatever else the account has.
    pub(super) fn own_models(&mut self) -> Result<Step, ProxyError> {
        let (Route::Models, Models::List(models)) = (self.route, &self.gate.config.models) else {
            return self.reserve();
        };
        let described = |model: &str| json!({ "id": model, "object": "model", "created": 0, "owned_by": "proxy" });
        let mut open = models.iter().filter(|model| self.caller.may_use(model));
        let body = match &self.model_id {
            None => {
                let data: Vec<_> = open.map(|model| described(model)).collect();
                json!({ "object": "list", "data": data })
            }
            Some(id) => {
                let found = open.find(|model| *model == id);
                described(found.ok_or_else(|| ProxyError::no_such_model(id))?)
            }
        };
        Ok(Step::Respond(self.own(body.to_string())))
    }

    /// Where the request goes at the upstream.
    pub(super) fn url(&self) -> Result<String, ProxyError> {
        let upstream = self.gate.upstream.as_ref();
        let upstream = upstream.ok_or_else(ProxyError::internal)?;
        let path = self.route.upstream_path();
        let Some(id) = &self.model_id else {
            let url = upstream.join(path, &[]);
            return url.map_err(|_| ProxyError::internal());
        };
        let no_such_model = || ProxyError::no_such_model(id);
        if !self.gate.config.models.contains(id) {
            return Err(no_such_model());
        }
        let mut path = format!("{path}/");
        encode_component(id, &mut path);
        upstream.join(&path, &[]).map_err(|_| no_such_model())
    }
}
