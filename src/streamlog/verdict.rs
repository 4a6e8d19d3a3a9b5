//! What becomes of a request for a stream, by what is kept of its subject.

use serde::{Deserialize, Serialize};

/// A stream that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// Its id.
    pub id: String,
    /// A keyed hash of the request that it answers.
    pub hash: String,
    /// What is known of it.
    pub state: State,
    /// The number of its last event.
    pub last: u64,
    /// Does anybody read it now?
    pub is_read: bool,
}

/// What is known of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// It goes on.
    Live,
    /// It has ended, well or not.
    Ended,
    /// Its object lost the upstream. What was written is there.
    Interrupted,
    /// It goes on, and is too long to be kept.
    Outgrown,
    /// It was too long to be kept, and has ended.
    Gone,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ask {
    /// To send the request, or to read the stream of the same request.
    Open,
    /// To read the stream of the same request.
    Attach,
    /// To read it.
    Resume,
    /// To stop it.
    Stop,
}

/// A request for a stream.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// What is asked.
    pub ask: Ask,
    /// For which stream.
    pub id: String,
    /// The hash of the request; empty if a stream is asked for by its id alone.
    #[serde(default)]
    pub hash: String,
    /// The number of the last event that the reader has.
    #[serde(default)]
    pub after: u64,
    /// All streams that are kept of the subject, the one that ends first at the beginning.
    pub kept: Vec<Kept>,
    /// How many may be kept.
    pub max_streams: u32,
}

/// What becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "camelCase")]
pub enum Verdict {
    /// It begins, once these streams are deleted, which ended.
    New {
        /// Their ids.
        #[serde(default)]
        delete: Vec<String>,
    },
    /// Too many streams are under way for this one to be kept.
    Declined,
    /// It is read after that event.
    Read,
    /// It is stopped.
    Stop,
    /// It has ended already.
    Stopped,
    /// There is no such stream.
    Unknown,
    /// It has fewer events than the reader says to have.
    Beyond,
    /// It is too long to be kept.
    NotKept,
    /// It answers another request.
    InUse,
}

/// Decides about a request for a stream.
#[must_use]
pub fn judge(question: &Question) -> Verdict {
    let Question { ask, id, kept, .. } = question;
    let Some(found) = kept.iter().find(|stream| stream.id == *id) else {
        return match ask {
            Ask::Open => room_for_one(kept, question.max_streams),
            _ => Verdict::Unknown,
        };
    };
    let is_ask_of_request = matches!(ask, Ask::Open | Ask::Attach);
    if is_ask_of_request && found.hash != question.hash {
        return Verdict::InUse;
    }
    match (ask, found.state) {
        (Ask::Stop, State::Live | State::Outgrown) => Verdict::Stop,
        (Ask::Stop, _) => Verdict::Stopped,
        (_, State::Outgrown | State::Gone) => Verdict::NotKept,
        // The reader may have got what was lost before it was written.
        (_, State::Interrupted) => Verdict::Read,
        (_, State::Live | State::Ended) if question.after > found.last => Verdict::Beyond,
        (_, State::Live | State::Ended) => Verdict::Read,
    }
}

fn room_for_one(kept: &[Kept], max_streams: u32) -> Verdict {
    let most = usize::try_from(max_streams).unwrap_or(usize::MAX);
    let over = (kept.len() + 1).saturating_sub(most);
    let can_go =
        |stream: &&Kept| !stream.is_read && !matches!(stream.state, State::Live | State::Outgrown);
    let delete: Vec<String> = kept
        .iter()
        .filter(can_go)
        .take(over)
        .map(|stream| stream.id.clone())
        .collect();
    if delete.len() < over {
        return Verdict::Declined;
    }
    Verdict::New { delete }
}
