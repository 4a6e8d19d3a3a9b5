//! ```text
//! OPENAI_API_KEY=… cargo run -p openai-wasm-example-axum-server
//! curl -N 'http://127.0.0.1:3000/ask?question=Say+this+is+a+test'
//! ```

use std::env::var;
use std::error::Error;

use openai_wasm::client::Client;
use openai_wasm::client::auth::ApiKey;
use openai_wasm_example_axum_server::{Shared, routes};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let key = var("OPENAI_API_KEY").map_err(|_| "set OPENAI_API_KEY to your key")?;
    let client = Client::native_builder()?
        .api_key(ApiKey::fixed(key))
        .build()?;
    let model = "gpt-5-nano".to_owned();
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, routes(Shared { client, model })).await?;
    Ok(())
}
