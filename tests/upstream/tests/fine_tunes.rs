//! Fine-tuning jobs: their events, their models and their end.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::forms::{EXAMPLES, delete, refused, upload};
use support::{End, exchange, get, open, post, request, server};
use upstream::{Config, Handle, start};

async fn tuning(step_ms: u64) -> (Handle, String) {
    let fine_tune_step = Duration::from_millis(step_ms);
    let server = start(Config {
        fine_tune_step,
        ..Config::default()
    })
    .await
    .unwrap();
    let file = upload(&server, "fine-tune", EXAMPLES).await.json();
    let body = json!({"training_file": file["id"], "n_epochs": 2, "suffix": "custom"});
    let job = post(&server, "/v1/fine-tunes", "", &body).await.json();
    assert_eq!(
        (&job["status"], &job["model"]),
        (&json!("pending"), &json!("curie"))
    );
    assert_eq!(job["hyperparams"]["n_epochs"], 2);
    assert_eq!(job["events"].as_array().unwrap().len(), 1);
    let id = job["id"].as_str().unwrap().to_owned();
    (server, id)
}

#[tokio::test]
async fn a_job_streams_its_events_and_leaves_a_model() {
    let (server, id) = tuning(5).await;
    let stream = get(&server, &format!("/v1/fine-tunes/{id}/events?stream=true")).await;
    assert_eq!(stream.end, End::Whole);
    let events = stream.events();
    let (done, events) = events.split_last().unwrap();
    assert_eq!(done, "[DONE]");
    let events: Vec<Value> = events
        .iter()
        .map(|event| serde_json::from_str(event).unwrap())
        .collect();
    let starts = [
        "Job enqueued",
        "Job started",
        "Completed epoch 1/2",
        "Completed epoch 2/2",
        "Uploaded snapshot",
        "Uploaded result files",
        "Job succeeded",
    ];
    assert_eq!(events.len(), starts.len());
    for (event, start) in events.iter().zip(starts) {
        assert!(
            event["message"].as_str().unwrap().starts_with(start),
            "{event}"
        );
        assert_eq!(event["object"], "fine-tune-event");
    }
    let listed = get(&server, &format!("/v1/fine-tunes/{id}/events"))
        .await
        .json();
    assert_eq!(listed["data"], json!(events));
    let job = get(&server, &format!("/v1/fine-tunes/{id}")).await.json();
    assert_eq!(job["status"], "succeeded");
    let result = job["result_files"][0]["id"].as_str().unwrap();
    assert!(
        get(&server, &format!("/v1/files/{result}/content"))
            .await
            .text()
            .starts_with("step,")
    );
    let model = job["fine_tuned_model"].as_str().unwrap();
    assert!(model.starts_with("curie:ft-custom-"));
    let body = json!({"model": model, "prompt": "Say this is a test"});
    let answer = post(&server, "/v1/completions", "", &body).await.json();
    assert_eq!(answer["model"], model);
    assert!(
        get(&server, "/v1/fine-tunes").await.json()["data"][0]
            .get("events")
            .is_none()
    );
    let deleted = delete(&server, &format!("/v1/models/{model}")).await.json();
    assert_eq!(
        deleted,
        json!({"id": model, "object": "model", "deleted": true})
    );
    assert_eq!(
        get(&server, &format!("/v1/models/{model}")).await.status,
        404
    );
    assert_eq!(
        delete(&server, "/v1/models/stand-in-ngram-1").await.status,
        403
    );
}

#[tokio::test]
async fn a_cancelled_job_ends_its_stream() {
    let (server, id) = tuning(60_000).await;
    let path = format!("/v1/fine-tunes/{id}/events?stream=true");
    let watching = get(&server, &path);
    let cancelling = async {
        get(&server, "/__control/wait?events=1&requests=3").await;
        let path = format!("/v1/fine-tunes/{id}/cancel");
        let answer = exchange(&server, &request("POST", &path, "", b"")).await;
        (
            answer.json(),
            exchange(&server, &request("POST", &path, "", b""))
                .await
                .status,
        )
    };
    let (stream, (job, again)) = tokio::join!(watching, cancelling);
    assert_eq!((&job["status"], again), (&json!("cancelled"), 400));
    let events = stream.events();
    assert!(events[1].contains("Job cancelled."));
    assert_eq!(events[2], "[DONE]");
}

#[tokio::test]
async fn a_client_that_leaves_a_live_stream_is_noticed() {
    let (server, id) = tuning(60_000).await;
    let path = format!("/v1/fine-tunes/{id}/events?stream=true");
    let stream = open(&server, &request("GET", &path, "", b"")).await;
    get(&server, "/__control/wait?events=1&requests=3").await;
    drop(stream);
    assert_eq!(get(&server, "/__control/wait?closed=1").await.status, 200);
}

#[tokio::test]
async fn a_wrong_job_is_refused_by_name() {
    let server = server().await;
    let tune = upload(&server, "fine-tune", EXAMPLES).await.json()["id"].clone();
    let other = upload(&server, "search", EXAMPLES).await.json()["id"].clone();
    for (body, param) in [
        (json!({}), "training_file"),
        (json!({"training_file": other}), "training_file"),
        (
            json!({"training_file": tune, "suffix": "x".repeat(41)}),
            "suffix",
        ),
        (json!({"training_file": tune, "n_epochs": 0}), "n_epochs"),
        (
            json!({"training_file": tune, "compute_classification_metrics": true}),
            "validation_file",
        ),
        (
            json!({"training_file": tune, "validation_file": tune, "compute_classification_metrics": true}),
            "classification_n_classes",
        ),
        (
            json!({"training_file": tune, "classification_betas": 1}),
            "classification_betas",
        ),
    ] {
        refused(&post(&server, "/v1/fine-tunes", "", &body).await, param);
    }
    let body = json!({"training_file": "file-none"});
    assert_eq!(post(&server, "/v1/fine-tunes", "", &body).await.status, 404);
    assert_eq!(get(&server, "/v1/fine-tunes/none").await.status, 404);
}
