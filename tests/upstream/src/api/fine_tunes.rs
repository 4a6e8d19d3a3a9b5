//! Fine-tunes: a job really passes through its events, one after another.

use std::time::Duration;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    files::{self, File},
    models, sse,
};
use crate::{error::ApiError, params::Params, record::now_ms, server::AppState};

const BASES: [&str; 5] = ["ada", "babbage", "curie", "davinci", models::DEFAULT];

/// Something that happened to a job.
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    object: &'static str,
    created_at: u64,
    level: &'static str,
    message: String,
}

/// A job.
#[derive(Clone, Debug, Serialize)]
pub struct Job {
    /// Its id.
    pub id: String,
    object: &'static str,
    model: String,
    created_at: u64,
    /// What happened so far; lists leave it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Vec<Event>>,
    fine_tuned_model: Option<String>,
    hyperparams: Value,
    organization_id: &'static str,
    result_files: Vec<File>,
    status: &'static str,
    validation_files: Vec<File>,
    training_files: Vec<File>,
    updated_at: u64,
    #[serde(skip)]
    suffix: String,
    #[serde(skip)]
    epochs: i64,
}

impl Job {
    fn note(&mut self, message: String) {
        self.updated_at = now_ms() / 1000;
        let created_at = self.updated_at;
        let event = Event {
            object: "fine-tune-event",
            created_at,
            level: "info",
            message,
        };
        self.events.get_or_insert_default().push(event);
    }

    fn ended(&self) -> bool {
        matches!(self.status, "succeeded" | "cancelled" | "failed")
    }
}

/// Routes of this endpoint.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/fine-tunes", get(list).post(create))
        .route("/v1/fine-tunes/{job}", get(retrieve))
        .route("/v1/fine-tunes/{job}/cancel", post(cancel))
        .route("/v1/fine-tunes/{job}/events", get(events))
}

async fn create(
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Job>, ApiError> {
    let params = Params::read(&headers, &body)?;
    let training = params.required_string("training_file")?;
    let (training, _) = files::find(&state, "training_file", training)?;
    if training.purpose != "fine-tune" {
        return Err(ApiError::invalid(
            "training_file",
            "The file's purpose must be 'fine-tune'.",
        ));
    }
    let validation = match params.string("validation_file")? {
        Some(id) => vec![files::find(&state, "validation_file", id)?.0],
        None => Vec::new(),
    };
    let base = params.string("model")?.unwrap_or("curie");
    models::known_or(&state, base, &BASES)?;
    let epochs = params.integer("n_epochs", 1..=100)?.unwrap_or(4);
    let batch_size = params.integer("batch_size", 1..=256)?.unwrap_or(4);
    let rate = params
        .number("learning_rate_multiplier", 0.0..=10.0)?
        .unwrap_or(0.1);
    let weight = params
        .number("prompt_loss_weight", 0.0..=10.0)?
        .unwrap_or(0.01);
    let suffix = params.string("suffix")?.unwrap_or("stand-in");
    if suffix.chars().count() > 40 {
        return Err(ApiError::invalid(
            "suffix",
            "'suffix' must have at most 40 characters.",
        ));
    }
    let classes = params.integer("classification_n_classes", 2..=1000)?;
    let positive = params.string("classification_positive_class")?;
    let betas = params.get("classification_betas");
    if betas.is_some_and(|betas| !betas.is_array()) {
        return Err(ApiError::invalid(
            "classification_betas",
            "Expected an array of numbers.",
        ));
    }
    let mut hyperparams = json!({
        "batch_size": batch_size, "learning_rate_multiplier": rate, "n_epochs": epochs,
        "prompt_loss_weight": weight,
    });
    if params.boolean("compute_classification_metrics")? {
        if validation.is_empty() {
            let what = "A 'validation_file' is needed to compute classification metrics.";
            return Err(ApiError::invalid("validation_file", what));
        }
        if classes.is_none() && positive.is_none() {
            return Err(ApiError::invalid(
                "classification_n_classes",
                "Give 'classification_n_classes' or 'classification_positive_class'.",
            ));
        }
        if let Some(hyperparams) = hyperparams.as_object_mut() {
            hyperparams.insert("compute_classification_metrics".into(), json!(true));
            hyperparams.insert("classification_n_classes".into(), json!(classes));
            hyperparams.insert("classification_positive_class".into(), json!(positive));
            hyperparams.insert("classification_betas".into(), json!(betas));
        }
    }
    let now = now_ms() / 1000;
    let mut job = Job {
        id: state.id("ft-"),
        object: "fine-tune",
        model: base.to_owned(),
        created_at: now,
        events: None,
        fine_tuned_model: None,
        hyperparams,
        organization_id: "org-STANDIN",
        result_files: Vec::new(),
        status: "pending",
        validation_files: validation,
        training_files: vec![training],
        updated_at: now,
        suffix: suffix.to_owned(),
        epochs,
    };
    job.note("Job enqueued. Waiting for jobs ahead to complete. Queue number: 0.".into());
    state.store.change(|objects| objects.jobs.push(job.clone()));
    tokio::spawn(run(state, job.id.clone()));
    Ok(Json(job))
}

/// Takes a job through its stages, a pause before each; a cancelled job goes no further.
async fn run(state: AppState, id: String) {
    let pause = state.config.fine_tune_step;
    let step = async |change: &(dyn Fn(&mut Job) + Send + Sync)| {
        tokio::time::sleep(pause).await;
        change_job(&state, &id, |job| {
            if job.ended() {
                return false;
            }
            change(job);
            true
        })
        .unwrap_or(false)
    };
    let started = step(&|job| {
        job.status = "running";
        job.note("Job started.".into());
    });
    if !started.await {
        return;
    }
    let Ok(job) = find(&state, &id) else { return };
    for epoch in 1..=job.epochs {
        let message = format!("Completed epoch {epoch}/{}.", job.epochs);
        if !step(&|job| job.note(message.clone())).await {
            return;
        }
    }
    let model = format!("{}:ft-{}-{}", job.model, job.suffix, now_ms());
    if !step(&|job| job.note(format!("Uploaded snapshot: {model}."))).await {
        return;
    }
    let table = "step,elapsed_tokens,elapsed_examples,training_loss\n1,64,4,0.25\n";
    let result = files::keep(
        &state,
        "compiled_results.csv",
        "fine-tune-results",
        table.into(),
    );
    if !step(&|job| job.note(format!("Uploaded result files: {}.", result.id))).await {
        return;
    }
    let succeed = |job: &mut Job| {
        job.status = "succeeded";
        job.fine_tuned_model = Some(model.clone());
        job.result_files = vec![result.clone()];
        job.note("Job succeeded.".into());
    };
    if step(&succeed).await {
        state
            .store
            .change(|objects| objects.models.push((model.clone(), now_ms() / 1000)));
    }
}

fn change_job<T>(state: &AppState, id: &str, change: impl FnOnce(&mut Job) -> T) -> Option<T> {
    state
        .store
        .change(|objects| objects.jobs.iter_mut().find(|job| job.id == id).map(change))
}

fn find(state: &AppState, id: &str) -> Result<Job, ApiError> {
    let jobs = &state.store.read().jobs;
    let found = jobs.iter().find(|job| job.id == id).cloned();
    found.ok_or_else(|| no_job(id))
}

fn no_job(id: &str) -> ApiError {
    ApiError::not_found("fine_tune_id", format!("No fine-tune job: {id}"))
}

async fn list(State(state): State<AppState>) -> Json<Value> {
    let mut jobs = state.store.read().jobs.clone();
    for job in &mut jobs {
        job.events = None;
    }
    Json(json!({"object": "list", "data": jobs}))
}

async fn retrieve(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<Job>, ApiError> {
    Ok(Json(find(&state, &id)?))
}

async fn cancel(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<Job>, ApiError> {
    let cancelled = change_job(&state, &id, |job| {
        if job.ended() {
            return Err(ApiError::invalid(
                "fine_tune_id",
                format!("Job {} has already {}.", job.id, job.status),
            ));
        }
        job.status = "cancelled";
        job.note("Job cancelled.".into());
        Ok(job.clone())
    });
    Ok(Json(cancelled.ok_or_else(|| no_job(&id))??))
}

#[derive(Deserialize)]
struct Wish {
    #[serde(default)]
    stream: bool,
}

async fn events(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(wish): Query<Wish>,
) -> Result<Response, ApiError> {
    let job = find(&state, &id)?;
    if !wish.stream {
        return Ok(Json(json!({"object": "list", "data": job.events})).into_response());
    }
    let changes = state.store.subscribe();
    // State: position in the job's events; none after `[DONE]`.
    let live = stream::unfold(
        (state, changes, Some(0)),
        move |(state, mut changes, position)| {
            let id = id.clone();
            async move {
                let position: usize = position?;
                loop {
                    changes.mark_unchanged();
                    let job = find(&state, &id).ok()?;
                    let happened = job.events.as_deref().unwrap_or_default();
                    if let Some(event) = happened.get(position) {
                        let event = sse::event(event);
                        return Some((event, (state, changes, Some(position + 1))));
                    }
                    if job.ended() {
                        return Some((sse::DONE, (state, changes, None)));
                    }
                    changes.changed().await.ok()?;
                }
            }
        },
    );
    Ok(sse::respond(live))
}

/// Pause between the stages of a job, unless configured otherwise.
pub const STEP: Duration = Duration::from_millis(100);
