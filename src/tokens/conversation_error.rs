//! Why a conversation could not be counted, fitted or priced.

use alloc::string::String;
use core::fmt;

use crate::models::{Encoding, Meter, Tier};

/// Why a conversation could not be counted, fitted or priced. Nothing here holds a message's text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConversationError {
    /// The table has no such model, or the parameters name none.
    UnknownModel {
        /// The name that was looked for; empty if there was no name.
        model: String,
    },
    /// The parameters have no list of messages.
    NoMessages,
    /// A message is not an object.
    NotAMessage {
        /// Its place in the list, from 0.
        at: usize,
    },
    /// A schema is nested deeper than 128 levels.
    TooDeep {
        /// Where it stands: `tools[0]`.
        at: String,
    },
    /// The context window is 0, or that of the model is not known.
    NoContextWindow,
    /// `keep` is 0: the newest turn is what the answer is for.
    NothingToKeep,
    /// The messages that are never left out are alone larger than the window: those of the system and
    /// the developer, and the tools.
    SystemTooLarge {
        /// Their tokens.
        tokens: u64,
        /// The window, in tokens.
        context_window: u64,
    },
    /// What must stay does not fit beside the answer.
    TooLarge {
        /// Tokens of what must stay.
        tokens: u64,
        /// The window, in tokens.
        context_window: u64,
        /// What was to be left for the answer, in tokens.
        max_output_tokens: u64,
    },
    /// The price of a used unit is not known.
    NoPrice {
        /// The model.
        model: String,
        /// What has no price.
        meter: Meter,
        /// In which tier.
        tier: Tier,
    },
    /// The service tier has no known prices.
    UnknownTier {
        /// Its name.
        tier: String,
    },
    /// What the most can be that the answer costs cannot be said.
    Unbounded {
        /// Because of what: `messages[2].content[0] (input_audio)`.
        by: String,
    },
    /// A count of tokens is missing, no whole number, or larger than what it is a part of.
    BadUsage {
        /// Which.
        field: &'static str,
    },
    /// The sum is above 2^53 nanodollars, nine million dollars.
    TooDear,
}

impl fmt::Display for ConversationError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownModel { model } => {
                write!(
                    out,
                    "model: {model:?} is not known: add an entry of your own, or name an encoding:"
                )?;
                for (at, encoding) in Encoding::ALL.iter().enumerate() {
                    write!(out, "{} {encoding}", if at == 0 { "" } else { "," })?;
                }
                Ok(())
            }
            Self::NoMessages => out.write_str("messages: must be a list"),
            Self::NotAMessage { at } => write!(out, "messages[{at}]: must be an object"),
            Self::TooDeep { at } => write!(out, "{at}: is nested deeper than 128 levels"),
            Self::NoContextWindow => out.write_str(
                "contextWindow: must be at least 1 token; set it if the window of the model is not known",
            ),
            Self::NothingToKeep => out.write_str("keep: must be a whole number of turns, at least 1"),
            Self::SystemTooLarge {
                tokens,
                context_window,
            } => write!(
                out,
                "messages: the system's messages and the tools alone have {tokens} tokens, and the \
                 context window {context_window}: shorten them"
            ),
            Self::TooLarge {
                tokens,
                context_window,
                max_output_tokens,
            } => write!(
                out,
                "messages: what must stay has {tokens} tokens, which with {max_output_tokens} for the \
                 answer is more than the context window of {context_window}: shorten the newest \
                 message, or let it be cut"
            ),
            Self::NoPrice { model, meter, tier } => write!(
                out,
                "model: {model:?} has no known price for {} in the tier {}: add an entry of your own",
                meter.name(),
                tier.name()
            ),
            Self::UnknownTier { tier } => {
                write!(out, "service_tier: {tier:?} has no known prices")
            }
            Self::Unbounded { by } => write!(
                out,
                "{by}: what it costs cannot be told before the answer; leave it out or set a limit"
            ),
            Self::BadUsage { field } => write!(
                out,
                "usage.{field}: must be a whole number, no larger than what it is a part of"
            ),
            Self::TooDear => out.write_str("usage: the price is above 2^53 nanodollars"),
        }
    }
}

impl core::error::Error for ConversationError {}
