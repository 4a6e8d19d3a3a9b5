// Generated from src/proxy by `UPDATE_ERRORS=1 cargo test --lib proxy::refusals`. Do not edit.

/** The proxy's codes: each has a heading in docs/errors.md. */
export const CODES =
  "answer_too_large answer_too_slow body_incomplete budget_exceeded check_unavailable " +
  "cost_not_bounded headers_too_large image_too_large image_url_not_allowed input_too_large " +
  "internal_error invalid_host invalid_json invalid_last_event_id invalid_proof " +
  "invalid_stream_id invalid_type invalid_value invalid_visitor length_required " +
  "loop_detected max_tokens_exceeded max_tokens_not_allowed method_not_allowed misconfigured " +
  "model_not_allowed model_not_found model_not_priced not_found origin_not_allowed " +
  "param_not_allowed param_required proof_refused proof_required proxy_disabled rate_limited " +
  "request_timeout request_too_large role_not_allowed stream_id_in_use stream_interrupted " +
  "stream_not_found stream_not_kept stream_stopped token_expired too_many_items " +
  "too_many_messages unauthorized unsupported_encoding unsupported_media_type " +
  "upgrade_not_supported upstream_account upstream_auth upstream_error upstream_invalid " +
  "upstream_redirect upstream_refused upstream_timeout upstream_truncated " +
  "upstream_unavailable upstream_unreachable ";
