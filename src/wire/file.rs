//! Files that other endpoints refer to: `/files`.

use super::ObjectKind;
use super::upload::Upload;

literal! {
    CreatedAtAnchor = "created_at",
}

object! {
    /// The request to upload a file (`POST /files`).
    ///
    /// In Rust it goes out through [`Form`](super::form::Form).
    request struct FileRequest as "FileCreateParams" {
        /// The file. For the purpose `fine-tune`, JSON lines with `prompt` and `completion`
        /// (2023) or `messages` (2026).
        #[ts(type = "Uploadable")]
        file: Upload,
        /// What it is for.
        purpose: FilePurpose,
        /// When it goes away (2026).
        #[ts(optional)]
        expires_after: Option<FileExpiresAfter>,
    }
}

impl FileRequest {
    /// A request to upload `file`.
    pub fn new(file: Upload, purpose: impl Into<FilePurpose>) -> Self {
        Self {
            file,
            purpose: purpose.into(),
            ..Self::default()
        }
    }
}

object! {
    /// When a file goes away (2026).
    request struct FileExpiresAfter {
        /// Always `created_at`.
        anchor: CreatedAtAnchor,
        /// How long it stays, in seconds: 3,600 (an hour) to 2,592,000 (30 days).
        seconds: u64,
    }
}

open_enum! {
    /// What a file is for.
    enum FilePurpose {
        /// Training and validation data.
        FineTune = "fine-tune",
        /// The assistants API (2026).
        Assistants = "assistants",
        /// The batch API (2026).
        Batch = "batch",
        /// Images to fine-tune on (2026).
        Vision = "vision",
        /// Anything else that a model is to read (2026).
        UserData = "user_data",
        /// Data of an evaluation (2026).
        Evals = "evals",
    }
}

object! {
    /// A file, uploaded or produced.
    response struct FileObject {
        /// The identifier that other endpoints take.
        id: String,
        /// Always `file`.
        #[ts(type = "\"file\"")]
        object: ObjectKind,
        /// Its size in bytes.
        bytes: u64,
        /// When it was made, Unix time in seconds.
        created_at: u64,
        /// When it goes away, Unix time in seconds (2026).
        expires_at: Option<u64>,
        /// Its name.
        filename: String,
        /// What it is for, the server's own purposes included (`fine-tune-results`).
        #[ts(type = "string")]
        purpose: FilePurpose,
        /// What became of it: `uploaded`, `processed` or `error` (deprecated in 2026).
        #[ts(type = "FileStatus")]
        status: Option<FileStatus>,
        /// What is wrong with it (deprecated in 2026): an object in 2023, a text in 2026.
        #[ts(optional, type = "any")]
        status_details: Option<serde_json::Value>,
    }
}

open_enum! {
    /// What became of a file (deprecated in 2026).
    enum FileStatus {
        /// It is there.
        Uploaded = "uploaded",
        /// It can be used.
        Processed = "processed",
        /// It cannot be used.
        Error = "error",
    }
}

object! {
    /// The files of an organisation (`GET /files`).
    response struct FileList {
        /// Always `list`.
        #[ts(type = "\"list\"")]
        object: ObjectKind,
        /// The files of this page.
        data: Vec<FileObject>,
        /// The identifier of the page's first file (2026).
        first_id: Option<String>,
        /// The identifier of the page's last file (2026): the `after` of the next page.
        last_id: Option<String>,
        /// Whether there is a next page (2026).
        has_more: Option<bool>,
    }
}

object! {
    /// The query of `GET /files` (2026).
    request struct FileListQuery as "FileListParams" {
        /// The identifier of the file after which the page begins.
        #[ts(optional)]
        after: Option<String>,
        /// How many files a page has: 1 to 10,000, the default.
        #[ts(optional)]
        limit: Option<u32>,
        /// By age: `asc`, the oldest first, or `desc`, the default.
        #[ts(optional, type = "\"asc\" | \"desc\"")]
        order: Option<String>,
        /// Only files for this purpose.
        #[ts(optional)]
        purpose: Option<String>,
    }
}

object! {
    /// The answer to `DELETE /files/{file_id}`.
    response struct FileDeleted {
        /// The file that was deleted.
        id: String,
        /// Always `file`.
        #[ts(type = "\"file\"")]
        object: ObjectKind,
        /// Whether it is gone.
        deleted: bool,
    }
}
