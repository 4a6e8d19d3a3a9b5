//! Fine-tunes a model on examples, follows the job, and asks the new model with a seed: by the API
//! of 2023, in a page or in a Worker.
//!
//! Copy what you need. The client comes from `Client::builder()`, with your proxy's URL in a page,
//! with a key in a Worker.

use std::time::Duration;

use futures_util::TryStreamExt;
use openai_wasm::client::{
    Client, Error, Fingerprint, FingerprintChange, FingerprintWatcher, RequestOptions,
};
use openai_wasm::transport::FetchTransport;
use openai_wasm::wire::Upload;
use openai_wasm::wire::completion::CompletionRequest;
use openai_wasm::wire::file::FileRequest;
use openai_wasm::wire::fine_tune::FineTuneRequest;
use serde_json::json;

/// Uploads the examples, starts a job, tells of each of its events as it happens, and gives the new
/// model's name, if the job has made one.
pub async fn fine_tune(
    client: &Client<FetchTransport>,
    examples: &[(&str, &str)],
    mut tell: impl FnMut(&str),
) -> Result<Option<String>, Error> {
    let lines: String = examples
        .iter()
        .map(|(prompt, completion)| json!({"prompt": prompt, "completion": completion}))
        .map(|line| format!("{line}\n"))
        .collect();
    let upload = FileRequest::new(Upload::new("examples.jsonl", lines), "fine-tune");
    let patient = RequestOptions::new()
        .timeout(Duration::from_secs(60))
        .max_retries(5);
    let file = client.files().upload(&upload).with(patient).await?;

    // A second job would cost as much again, so this is not repeated by itself.
    let request = FineTuneRequest::new(file.id);
    let once = RequestOptions::new().max_retries(0);
    let job = client.fine_tunes().create(&request).with(once).await?;

    // Dropping the stream would stop the watching, not the job.
    let mut events = client.fine_tunes().stream_events(&job.id).await?;
    while let Some(event) = events.try_next().await? {
        tell(&event.message);
    }
    let job = client.fine_tunes().retrieve(&job.id).await?;
    Ok(job.fine_tuned_model)
}

/// Asks with a seed. With the same seed the same question has the same answer, unless the watcher
/// tells that another backend gave it.
pub async fn ask(
    client: &Client<FetchTransport>,
    watcher: &mut FingerprintWatcher,
    model: &str,
    prompt: &str,
) -> Result<(String, Option<FingerprintChange>), Error> {
    let mut request = CompletionRequest::new(model, prompt);
    request.seed = Some(7);
    request.max_tokens = Some(8);
    let answer = client.completions().create(&request).await?;
    let change = watcher.see(&Fingerprint::of(&request, &answer));
    Ok((answer.text().to_owned(), change))
}
