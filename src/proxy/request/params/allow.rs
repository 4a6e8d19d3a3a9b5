//! `allowParams`: what an operator may add to the parameters of a route.
//!
//! A name stands for a parameter, a path for a member inside one: a dot steps into an object and into
//! every entry of a list (`messages.content.cache_control`). The parents must be members that the
//! proxy knows, so that exactly one place opens. What chooses the model or the bill's size, reaches
//! stored things or runs at the provider never does (threat table, rows V8 to V12, V15).

use std::fmt;

use super::rule::{Allowed, Field, Rule};
use super::tables;
use crate::proxy::route::Route;

/// Names that no entry opens, at whatever depth; those that end in `_id` or `_ids` besides.
const NEVER: &[&str] = &[
    // Which model, how many answers, how long.
    "model",
    "models",
    "fallbacks",
    "n",
    "best_of",
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    // What is kept, and for whom.
    "store",
    "stream_options",
    "user",
    "safety_identifier",
    "prompt_cache_key",
    "conversation",
    "prompt",
    "context_management",
    // Stored things and files.
    "id",
    "ids",
    "file",
    "files",
    "file_data",
    "file_url",
    "input_file",
    "attachments",
    // Tools that the provider runs.
    "web_search",
    "web_search_options",
    "web_search_preview",
    "file_search",
    "code_interpreter",
    "computer_use",
    "computer_use_preview",
    "image_generation",
    "local_shell",
    "mcp",
    "server_url",
    "server_label",
    "container",
    // What JavaScript servers take for something else.
    "__proto__",
    "constructor",
    "prototype",
];

/// Why an entry is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryFault {
    /// It is no name and no path of names.
    Shape,
    /// It would open what never opens; the name.
    Never(String),
    /// The name before a dot is no object or list of objects that the proxy knows there.
    Parent(String),
    /// It is let through as it is.
    Known,
}

impl fmt::Display for EntryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape => f.write_str(
                "must be a parameter's name, or names with dots between them: \
                 messages.content.cache_control",
            ),
            Self::Never(name) => write!(f, "must not open {name}, which the proxy decides itself"),
            Self::Parent(name) => write!(
                f,
                "names {name}, which is no object and no list of objects among the parameters of \
                 the routes that are switched on"
            ),
            Self::Known => f.write_str("names a member that the proxy has a rule for already"),
        }
    }
}

/// Checks an entry against the parameters of these routes.
///
/// # Errors
/// What is wrong with it.
pub fn check(entry: &str, routes: &[Route]) -> Result<(), EntryFault> {
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    };
    if !entry.split('.').all(is_name) {
        return Err(EntryFault::Shape);
    }
    if let Some(name) = never_of(entry) {
        return Err(EntryFault::Never(name.to_owned()));
    }
    let Some((parents, last)) = entry.rsplit_once('.') else {
        return Ok(());
    };
    let mut fault = None;
    for route in routes {
        match open(tables::of(*route), parents, last) {
            Ok(()) => return Ok(()),
            Err(EntryFault::Parent(_)) if fault.is_some() => {}
            Err(found) => fault = Some(found),
        }
    }
    Err(fault.unwrap_or_else(|| EntryFault::Parent(parents.to_owned())))
}

/// Does no entry open the place?
pub(super) fn is_never_let_through(dotted: &str) -> bool {
    never_of(dotted).is_some()
}

/// The name of it that never opens. A parameter that a table lists (`n`, `store`) may be listed.
fn never_of(entry: &str) -> Option<&str> {
    let may_be_listed = |name: &str| {
        Route::ALL
            .into_iter()
            .flat_map(tables::of)
            .any(|field| field.name == name && !matches!(field.allowed, Allowed::Always))
    };
    if may_be_listed(entry) {
        return None;
    }
    entry
        .split('.')
        .find(|name| NEVER.contains(name) || name.ends_with("_id") || name.ends_with("_ids"))
}

/// Is `last` a new member of the objects at `parents`?
fn open(fields: &'static [Field], parents: &str, last: &str) -> Result<(), EntryFault> {
    let mut level = vec![fields];
    for parent in parents.split('.') {
        let mut inside = Vec::new();
        for field in level.iter().copied().flatten() {
            if field.name == parent {
                members(&field.rule, &mut inside)?;
            }
        }
        if inside.is_empty() {
            return Err(EntryFault::Parent(parent.to_owned()));
        }
        level = inside;
    }
    if level
        .iter()
        .copied()
        .flatten()
        .any(|field| field.name == last)
    {
        return Err(EntryFault::Known);
    }
    Ok(())
}

/// The objects that a value of this rule has inside.
fn members(rule: &'static Rule, into: &mut Vec<&'static [Field]>) -> Result<(), EntryFault> {
    match rule {
        Rule::Object(fields) => into.push(fields),
        Rule::List(_, rule) | Rule::Nullable(rule) => members(rule, into)?,
        Rule::Either(rules) => {
            for rule in *rules {
                members(rule, into)?;
            }
        }
        // All of its inside goes on already.
        Rule::Anything => return Err(EntryFault::Known),
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_a_new_parameter_or_a_new_member_of_known_parents() {
        use EntryFault::{Known, Never, Parent, Shape};
        let never = |name: &str| Err(Never(name.to_owned()));
        let parent = |name: &str| Err(Parent(name.to_owned()));
        for (entry, expected) in [
            ("messages.content.cache_control", Ok(())),
            ("messages.cache_control", Ok(())),
            ("messages.tool_calls.extra_content", Ok(())),
            ("messages.content.image_url.max_pixels", Ok(())),
            ("tools.cache_control", Ok(())),
            ("tools.function.cache_control", Ok(())),
            ("response_format.json_schema.examples", Ok(())),
            ("tool_choice.disable_parallel_tool_use", Ok(())),
            // At the top a name may be new, or one that must be listed.
            ("chat_template_kwargs", Ok(())),
            ("reasoning_effort", Ok(())),
            ("n", Ok(())),
            ("store", Ok(())),
            ("temperature", Ok(())),
            ("", Err(Shape)),
            (".", Err(Shape)),
            ("messages.", Err(Shape)),
            (".content", Err(Shape)),
            ("messages..content", Err(Shape)),
            ("messages[0].content", Err(Shape)),
            ("messages.*.x", Err(Shape)),
            ("mess ages", Err(Shape)),
            ("model", never("model")),
            ("models", never("models")),
            ("max_tokens", never("max_tokens")),
            ("max_completion_tokens", never("max_completion_tokens")),
            ("max_output_tokens", never("max_output_tokens")),
            ("stream_options", never("stream_options")),
            ("stream_options.x", never("stream_options")),
            ("user", never("user")),
            ("safety_identifier", never("safety_identifier")),
            ("previous_response_id", never("previous_response_id")),
            ("file_ids", never("file_ids")),
            ("conversation", never("conversation")),
            ("messages.n", never("n")),
            ("messages.store", never("store")),
            ("messages.content.file", never("file")),
            ("messages.content.file_id", never("file_id")),
            ("messages.content.model", never("model")),
            ("messages.user", never("user")),
            ("messages.id", never("id")),
            ("tools.web_search", never("web_search")),
            ("tools.server_url", never("server_url")),
            ("tools.function.container", never("container")),
            ("messages.__proto__", never("__proto__")),
            ("__proto__", never("__proto__")),
            ("message.content.cache_control", parent("message")),
            ("messages.contents.cache_control", parent("contents")),
            ("messages.role.x", parent("role")),
            ("messages.annotations.x", parent("annotations")),
            ("temperature.x", parent("temperature")),
            ("x.y", parent("x")),
            // A route that is not switched on.
            ("input.cache_control", parent("input")),
            ("messages.content", Err(Known)),
            ("messages.role", Err(Known)),
            ("messages.audio", Err(Known)),
            ("tools.type", Err(Known)),
            ("messages.content.image_url.url", Err(Known)),
            ("tools.function.parameters.x", Err(Known)),
            ("metadata.x", Err(Known)),
        ] {
            assert_eq!(
                check(entry, &[Route::ChatCompletions]),
                expected,
                "{entry:?}"
            );
        }
        let both = [Route::ChatCompletions, Route::Moderations];
        assert_eq!(check("input.cache_control", &both), Ok(()));
        assert_eq!(check("messages.content.cache_control", &both), Ok(()));
    }
}
