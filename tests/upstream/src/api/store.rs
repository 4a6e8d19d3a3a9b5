//! Objects that clients made, kept in memory: files, fine-tunes, images, responses, conversations.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use tokio::sync::watch;

use super::{
    conversations::Conversation, files::File, fine_tunes::Job, responses::kept::Kept,
    streams::Stream,
};

/// What is kept.
#[derive(Default)]
pub struct Objects {
    /// Uploaded files and results, in the order they came.
    pub files: Vec<(File, Bytes)>,
    /// Fine-tuning jobs, oldest first.
    pub jobs: Vec<Job>,
    /// Fine-tuned models: id and time.
    pub models: Vec<(String, u64)>,
    /// Responses by identifier.
    pub responses: BTreeMap<String, Kept>,
    /// Conversations by identifier.
    pub conversations: BTreeMap<String, Conversation>,
    /// Resumable streams by identifier.
    pub streams: BTreeMap<String, Stream>,
    /// PNGs by name.
    pub images: BTreeMap<String, Bytes>,
}

/// All objects of a server; cheap to clone.
#[derive(Clone)]
pub struct Store {
    objects: Arc<Mutex<Objects>>,
    changed: Arc<watch::Sender<u64>>,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            objects: Arc::default(),
            changed: Arc::new(watch::Sender::new(0)),
        }
    }
}

impl Store {
    /// Looks at the objects.
    pub fn read(&self) -> MutexGuard<'_, Objects> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the objects and tells who waits for a change.
    pub fn change<T>(&self, change: impl FnOnce(&mut Objects) -> T) -> T {
        let result = change(&mut self.read());
        self.changed
            .send_modify(|version| *version = version.wrapping_add(1));
        result
    }

    /// Tells when anything changes.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}
