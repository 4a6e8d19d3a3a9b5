//! Tests that run on the host, over the crate's public surface: a plain `cargo test` runs them.

// A test may panic, its helpers too; clippy's own exception stops at functions with `#[test]`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod build_flag;
#[cfg(feature = "validation")]
mod checks;
mod client;
mod client_answers;
mod client_endpoints;
mod client_meta;
mod client_options;
mod client_pages;
mod client_refusals;
mod client_response_tools;
mod client_responses;
mod client_streams;
mod client_table;
mod client_tokens;
mod client_whole;
mod dependencies;
mod key_shapes;
mod layer_table;
mod layers;
mod numbers;
mod openapi;
mod proxy_answer;
mod proxy_caps;
#[cfg(feature = "proxy-handler")]
mod proxy_claims;
mod proxy_cost;
mod proxy_inspector;
mod proxy_media;
mod proxy_origins;
mod proxy_params;
mod proxy_params_open;
mod proxy_policy;
mod proxy_responses;
mod proxy_route_params;
#[cfg(feature = "proxy-handler")]
mod proxy_session;
mod proxy_upstream;
mod purity;
mod responses_accumulate;
mod sse_oracle;
mod sse_rules;
mod stream_accumulate;
mod stream_chunks;
mod stream_cost;
mod stream_ends;
mod stream_fuzz;
mod stream_responses;
mod stream_rules;
mod support;
mod wire_anything;
mod wire_chat;
mod wire_documents;
mod wire_form;
mod wire_numbers;
mod wire_odd_servers;
