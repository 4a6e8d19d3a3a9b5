//! Fine-tuning jobs: `/fine-tunes` (2023, deprecated).

use super::ObjectKind;
use super::file::FileObject;

object! {
    /// The request for a fine-tuning job (`POST /fine-tunes`).
    request struct FineTuneRequest as "FineTuneCreateParams" {
        /// The identifier of an uploaded file with training data: JSON lines with `prompt` and
        /// `completion`, uploaded for the purpose `fine-tune`.
        training_file: String,
        /// The identifier of an uploaded file with validation data, of the same form; none of it
        /// may be in the training data.
        validation_file: Option<String>,
        /// The model to start from: `ada`, `babbage`, `curie` (the default), `davinci`, or a
        /// fine-tuned one made after 2022-04-21.
        model: Option<String>,
        /// How often to go through the training data; default 4.
        n_epochs: Option<u32>,
        /// How many examples to go through at once; default about 0.2 % of them, at most 256.
        batch_size: Option<u32>,
        /// The learning rate as a multiple of the pretraining's; default 0.05, 0.1 or 0.2 by
        /// batch size, sensible from 0.02 to 0.2.
        learning_rate_multiplier: Option<f64>,
        /// How much the loss on prompts weighs, completions being 1; default 0.01.
        prompt_loss_weight: Option<f64>,
        /// Whether to compute accuracy and F1 after every epoch; needs `validation_file`, and
        /// one of `classification_n_classes` and `classification_positive_class`. Default
        /// `false`.
        compute_classification_metrics: Option<bool>,
        /// How many classes there are; needed for more than two.
        classification_n_classes: Option<u32>,
        /// The positive one of two classes; needed for precision, recall and F1.
        classification_positive_class: Option<String>,
        /// The betas to compute F-beta for, of two classes.
        classification_betas: Option<Vec<f64>>,
        /// What to add to the new model's name: up to 40 characters.
        suffix: Option<String>,
    }
}

impl FineTuneRequest {
    /// A request with nothing but what every request needs.
    pub fn new(training_file: impl Into<String>) -> Self {
        Self {
            training_file: training_file.into(),
            ..Self::default()
        }
    }
}

object! {
    /// A fine-tuning job.
    response struct FineTune {
        /// The identifier.
        id: String,
        /// Always `fine-tune`.
        #[ts(type = "\"fine-tune\"")]
        object: ObjectKind,
        /// The model that it started from.
        model: String,
        /// When it was made, Unix time in seconds.
        created_at: u64,
        /// When it last changed, Unix time in seconds.
        updated_at: u64,
        /// What happened so far; not in lists.
        events: Option<Vec<FineTuneEvent>>,
        /// The new model, once there is one.
        #[ts(optional = false)]
        fine_tuned_model: Option<String>,
        /// What it runs with.
        hyperparams: FineTuneHyperparams,
        /// The organisation that it belongs to.
        organization_id: String,
        /// Files with its results.
        result_files: Vec<FileObject>,
        /// How far it is.
        status: FineTuneStatus,
        /// Files with its validation data.
        validation_files: Vec<FileObject>,
        /// Files with its training data.
        training_files: Vec<FileObject>,
    }
}

open_enum! {
    /// How far a fine-tuning job is.
    enum FineTuneStatus {
        /// It waits.
        Pending = "pending",
        /// It runs.
        Running = "running",
        /// It has made its model.
        Succeeded = "succeeded",
        /// It has failed.
        Failed = "failed",
        /// It was cancelled.
        Cancelled = "cancelled",
    }
}

object! {
    /// What a fine-tuning job runs with; see [`FineTuneRequest`].
    response struct FineTuneHyperparams {
        /// How many examples it goes through at once.
        #[ts(optional = nullable)]
        batch_size: Option<u32>,
        /// The learning rate as a multiple of the pretraining's.
        #[ts(optional = nullable)]
        learning_rate_multiplier: Option<f64>,
        /// How often it goes through the training data.
        #[ts(optional = nullable)]
        n_epochs: Option<u32>,
        /// How much the loss on prompts weighs.
        #[ts(optional = nullable)]
        prompt_loss_weight: Option<f64>,
        /// Whether it computes accuracy and F1.
        #[ts(optional = nullable)]
        compute_classification_metrics: Option<bool>,
        /// How many classes there are.
        #[ts(optional = nullable)]
        classification_n_classes: Option<u32>,
        /// The positive one of two classes.
        #[ts(optional = nullable)]
        classification_positive_class: Option<String>,
        /// The betas that it computes F-beta for.
        #[ts(optional = nullable)]
        classification_betas: Option<Vec<f64>>,
    }
}

object! {
    /// Something that happened to a fine-tuning job
    /// (`GET /fine-tunes/{fine_tune_id}/events`, listed or streamed).
    response struct FineTuneEvent {
        /// Always `fine-tune-event`.
        #[ts(type = "\"fine-tune-event\"")]
        object: ObjectKind,
        /// When it happened, Unix time in seconds.
        created_at: u64,
        /// How grave it is, for instance `info`.
        level: String,
        /// What happened.
        message: String,
    }
}

object! {
    /// The fine-tuning jobs of an organisation (`GET /fine-tunes`).
    response struct FineTuneList {
        /// Always `list`.
        #[ts(type = "\"list\"")]
        object: ObjectKind,
        /// The jobs.
        data: Vec<FineTune>,
    }
}

object! {
    /// What happened to a fine-tuning job so far.
    response struct FineTuneEventList as "FineTuneEventsListResponse" {
        /// Always `list`.
        #[ts(type = "\"list\"")]
        object: ObjectKind,
        /// The events, the oldest first.
        data: Vec<FineTuneEvent>,
    }
}
