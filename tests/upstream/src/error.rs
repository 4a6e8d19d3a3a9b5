//! Errors in the shape that OpenAI's API gives them.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// One refused request: `{"error":{"message","type","param","code"}}`.
#[derive(Clone, Debug)]
pub struct ApiError {
    /// HTTP status of the answer.
    pub status: StatusCode,
    /// Sentence for the developer.
    pub message: String,
    /// Class of the error, as `invalid_request_error`.
    pub kind: &'static str,
    /// Parameter at fault.
    pub param: Option<String>,
    /// Machine-readable code.
    pub code: Option<&'static str>,
}

impl ApiError {
    /// A request that the documents do not allow: 400, naming `param`.
    pub fn invalid(param: &str, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            message: message.into(),
            kind: "invalid_request_error",
            param: (!param.is_empty()).then(|| param.to_owned()),
            code: None,
        }
    }

    /// Gives the error another status.
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Gives the error a machine-readable code.
    pub fn with_code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    /// 404 for an object of which this server knows nothing.
    pub fn not_found(param: &str, message: impl Into<String>) -> Self {
        Self::invalid(param, message).with_status(StatusCode::NOT_FOUND)
    }

    /// 404 for a model id that is not in `/v1/models`.
    pub fn model_not_found(id: &str) -> Self {
        Self::not_found(
            "model",
            format!("The model `{id}` does not exist or you do not have access to it."),
        )
        .with_code("model_not_found")
    }

    /// The JSON body.
    pub fn body(&self) -> Value {
        json!({"error": {
            "message": self.message, "type": self.kind,
            "param": self.param, "code": self.code,
        }})
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(self.body())).into_response()
    }
}
