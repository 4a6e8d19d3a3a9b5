//! Renders the wire types as `pkg-template/types.d.ts`, and fails when the committed file is
//! another one.

use std::{env, fs};

use ts_rs::{Config, TS};

use super::{
    audio, budget, chat, completion, conversation, edit, embedding, engine, error, file, fine_tune,
    image, model, moderation, responses, speech, usage,
};

const HEAD: &str = "\
// Generated from src/wire by `UPDATE_TYPES=1 cargo test --lib wire::typescript`. Do not edit.
//
// The bodies of requests and responses. In a request, a string of a fixed set may also be one
// that the documents do not name; a response may hold one.
";

/// What TypeScript says in other words than Rust: the params of the two ways to call, and the
/// names that the official package has in its namespaces.
const TAIL: &str = include_str!("typescript_tail.d.ts");

/// A JSDoc comment of these lines.
pub(crate) fn jsdoc(lines: &[&str]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!(" *{line}\n")).collect();
    format!("/**\n{} */\n", lines.concat())
}

/// Every type of the file, in the order of the source files.
fn declarations() -> String {
    let cfg = Config::default().with_large_int("number");
    let mut text = String::new();
    macro_rules! declare {
        ($($module:path { $($name:ident),* $(,)? })*) => {$(
            {
                use $module as module;
                $(text += &declaration::<module::$name>(&cfg);)*
            }
        )*};
    }
    declare! {
        usage { CompletionUsage, CompletionTokensDetails, PromptTokensDetails }
        error { ApiError, ErrorResponse }
        model { Model, ModelList, ModelDeleted }
        budget { Budget, BudgetBalance, BudgetOfEveryone }
        chat {
            ChatCompletionRequest,
            ChatCompletionMessageParam, DeveloperMessage, SystemMessage, UserMessage,
            AssistantMessage, AudioReference, ToolMessage, FunctionMessage,
            ChatCompletionContentPart, ContentPartText, ContentPartImage, ImageUrl, ImageDetail,
            ContentPartInputAudio, InputAudio, InputAudioFormat, ContentPartFile, FileInput,
            ContentPartRefusal, PromptCacheBreakpoint,
            Tool, FunctionTool, FunctionDefinition, CustomTool, CustomToolDefinition,
            CustomToolFormat, TextFormat, GrammarFormat, Grammar, GrammarSyntax,
            ToolChoice, ToolChoiceMode, AllowedToolsChoice, AllowedTools, AllowedToolsMode,
            NamedFunction, NamedCustomTool, NamedTool,
            ToolCall, FunctionToolCall, Function, CustomToolCall, CustomToolInput,
            FunctionCallOption, FunctionCallMode, FunctionCallName,
            ResponseFormat, ResponseFormatText, ResponseFormatJsonSchema, JsonSchema,
            ResponseFormatJsonObject,
            StreamOptions, ReasoningEffort, Verbosity, ServiceTier, Modality,
            ContextLengthExceededBehavior, AudioParam, AudioFormat, Voice, VoiceId,
            PredictedContent, PromptCacheRetention, PromptCacheOptions, PromptCacheMode,
            ModerationParam, ModerationPolicy, ModerationConfig, ModerationMode,
            WebSearchOptions, SearchContextSize, UserLocation, WebSearchLocation,
            ChatCompletion, ChatCompletionChoice, FinishReason, Role, ChatCompletionMessage,
            Annotation, UrlCitation, ChatCompletionAudio,
            ChatCompletionLogprobs, TokenLogprob, TopLogprob,
            ChatCompletionModeration, ModerationOutcome, ModerationResults, ModerationResult,
            ModerationError,
            ChatCompletionChunk, ChatCompletionChunkChoice, ChatCompletionDelta, ToolCallDelta,
            FunctionCallDelta,
        }
        completion { CompletionRequest, Completion, CompletionChoice, CompletionLogprobs }
        edit { EditRequest, Edit, EditChoice }
        image {
            ImageRequest, ImageEditRequest, ImageVariationRequest, ImageSize, ImageResponseFormat,
            ImageQuality, ImageStyle, ImageBackground, ImageModeration, ImageOutputFormat,
            InputFidelity, ImagesResponse, Image, ImageUsage, ImageTokensDetails,
            ImageStreamEvent, ImageStreamEventType,
        }
        embedding {
            EmbeddingRequest, EncodingFormat, EmbeddingList, EmbeddingUsage, Embedding,
        }
        audio {
            TranscriptionRequest, TranslationRequest, AudioResponseFormat, TimestampGranularity,
            ChunkingStrategy, VadConfig, Transcription, TranscriptionLogprob, TranscriptionUsage,
            TranscriptionTokens, TranscriptionTokenDetails, TranscriptionDuration,
            TranscriptionVerbose, TranscriptionSegment, TranscriptionWord, TranscriptionDiarized,
            TranscriptionDiarizedSegment, TranscriptionStreamEvent, TranscriptionTextDelta,
            TranscriptionTextDone, Translation, TranslationVerbose,
        }
        speech {
            SpeechRequest, SpeechFormat, SpeechStreamFormat, SpeechStreamEvent, SpeechAudioDelta,
            SpeechAudioDone, SpeechUsage,
        }
        file {
            FileRequest, FileExpiresAfter, FilePurpose, FileObject, FileStatus, FileList,
            FileListQuery, FileDeleted,
        }
        fine_tune {
            FineTuneRequest, FineTune, FineTuneStatus, FineTuneHyperparams, FineTuneEvent,
            FineTuneList, FineTuneEventList,
        }
        moderation {
            ModerationRequest, ModerationPart, ModerationText, ModerationImage,
            ModerationImageUrl, ModerationResponse, Moderation,
        }
        engine { Engine, EngineList }
        responses {
            ResponseRequest, InputTokensRequest, InputTokens, ItemListQuery, ResponseInputItem,
            ResponseInputMessage, ResponseContentPart, InputText, InputImage, InputFile,
            OutputText, Refusal, ReasoningText, SummaryText, ResponseAnnotation,
            ResponseUrlCitation, ResponseFileCitation, ResponseContainerFileCitation,
            ResponseFilePath, ResponseLogprob, ResponseTopLogprob, ResponseOutputItem,
            ResponseOutputMessage, ResponseItemStatus, FunctionCall, FunctionCallOutput,
            CustomToolCall, CustomToolCallOutput, ResponseReasoning, ItemReference, Compaction,
            ResponseItemList, WebSearchCall, FileSearchCall, CodeInterpreterCall,
            ImageGenerationCall, McpCall, McpListTools, McpApprovalRequest, McpApprovalResponse,
            ShellCall, ShellAction, ShellCallOutput, ShellOutput, ShellOutcome, ShellOutputDelta,
            Reasoning, ReasoningSummary, ResponseText, ResponseFormat, ResponseFormatText,
            ResponseFormatJsonSchema, ResponseFormatJsonObject, ResponseInclude,
            ResponseStreamOptions, Truncation, ConversationReference, ContextManagement, Prompt,
            Tool, FunctionTool, CustomTool, CustomToolFormat, CustomToolText, CustomToolGrammar,
            WebSearchTool, FileSearchTool, CodeInterpreterTool, ImageGenerationTool, McpTool,
            ToolChoice, AllowedToolsChoice, NamedFunction, NamedCustomTool, NamedMcpTool,
            Response, ResponseStatus, ResponseError, IncompleteDetails, IncompleteReason,
            ConversationId, ResponseUsage, InputTokensDetails, OutputTokensDetails,
            ResponseDeleted, ResponseStreamEvent, ResponseCreatedEvent, ResponseQueuedEvent,
            ResponseInProgressEvent, ResponseCompletedEvent, ResponseIncompleteEvent,
            ResponseFailedEvent, ResponseErrorEvent, ResponseCompactingEvent,
            ResponseOutputItemAddedEvent, ResponseOutputItemDoneEvent,
            ResponseContentPartAddedEvent, ResponseContentPartDoneEvent, ResponseTextDeltaEvent,
            ResponseTextDoneEvent, ResponseOutputTextAnnotationAddedEvent,
            ResponseRefusalDeltaEvent, ResponseRefusalDoneEvent, ResponseReasoningTextDeltaEvent,
            ResponseReasoningTextDoneEvent, ResponseReasoningSummaryPartAddedEvent,
            ResponseReasoningSummaryPartDoneEvent, ResponseReasoningSummaryTextDeltaEvent,
            ResponseReasoningSummaryTextDoneEvent, ResponseFunctionCallArgumentsDeltaEvent,
            ResponseFunctionCallArgumentsDoneEvent, ResponseCustomToolCallInputDeltaEvent,
            ResponseCustomToolCallInputDoneEvent, ResponseWebSearchCallInProgressEvent,
            ResponseWebSearchCallSearchingEvent, ResponseWebSearchCallCompletedEvent,
            ResponseFileSearchCallInProgressEvent, ResponseFileSearchCallSearchingEvent,
            ResponseFileSearchCallCompletedEvent, ResponseCodeInterpreterCallInProgressEvent,
            ResponseCodeInterpreterCallInterpretingEvent,
            ResponseCodeInterpreterCallCompletedEvent, ResponseCodeInterpreterCallCodeDeltaEvent,
            ResponseCodeInterpreterCallCodeDoneEvent, ResponseImageGenCallInProgressEvent,
            ResponseImageGenCallGeneratingEvent, ResponseImageGenCallPartialImageEvent,
            ResponseImageGenCallCompletedEvent, ResponseMcpCallInProgressEvent,
            ResponseMcpCallCompletedEvent, ResponseMcpCallFailedEvent,
            ResponseMcpCallArgumentsDeltaEvent, ResponseMcpCallArgumentsDoneEvent,
            ResponseMcpListToolsInProgressEvent, ResponseMcpListToolsCompletedEvent,
            ResponseMcpListToolsFailedEvent, ResponseShellCallCommandAddedEvent,
            ResponseShellCallCommandDeltaEvent, ResponseShellCallCommandDoneEvent,
            ResponseShellCallOutputContentDeltaEvent, ResponseShellCallOutputContentDoneEvent,
            ResponseAudioDeltaEvent, ResponseAudioDoneEvent, ResponseAudioTranscriptDeltaEvent,
            ResponseAudioTranscriptDoneEvent,
        }
        conversation {
            ConversationRequest, ConversationUpdate, ConversationItems, Conversation,
            ConversationDeleted,
        }
    }
    text
}

fn declaration<T: TS>(cfg: &Config) -> String {
    let docs = T::docs().map(|docs| comment(&docs, "")).unwrap_or_default();
    let name = T::name(cfg);
    let inline = T::inline(cfg);
    let Some(body) = inline
        .strip_prefix('{')
        .and_then(|body| body.strip_suffix('}'))
    else {
        return format!("\n{docs}export type {name} = {inline};\n");
    };
    let members: String = members(body).iter().map(|member| line(member)).collect();
    format!("\n{docs}export interface {name} {{\n{members}}}\n")
}

/// Cuts an object type's text at the commas between its members.
fn members(body: &str) -> Vec<&str> {
    let (mut members, mut start, mut depth, mut at) = (Vec::new(), 0, 0_i32, 0);
    while let Some(rest) = body.get(at..).filter(|rest| !rest.is_empty()) {
        let step = match rest.as_bytes()[0] {
            b'/' if rest.starts_with("/*") => rest.find("*/").unwrap() + 2,
            b'"' => rest[1..].find('"').unwrap() + 2,
            b'{' | b'[' | b'(' | b'<' => {
                depth += 1;
                1
            }
            b'}' | b']' | b')' | b'>' => {
                depth -= 1;
                1
            }
            b',' if depth == 0 => {
                members.push(&body[start..at]);
                start = at + 1;
                1
            }
            _ => rest.chars().next().unwrap().len_utf8(),
        };
        at += step;
    }
    members.push(&body[start..]);
    members.retain(|member| !member.trim().is_empty());
    members
}

/// A member on a line of its own, its comment above it.
fn line(member: &str) -> String {
    let member = member.trim();
    let (docs, member) = match member.find("*/") {
        Some(end) if member.starts_with("/*") => member.split_at(end + 2),
        _ => ("", member),
    };
    let member = member.trim();
    // With `exactOptionalPropertyTypes`, too, a variable that may be undefined is a value for it.
    let optional = member
        .split_once(':')
        .is_some_and(|(name, _)| name.ends_with('?'));
    let undefined = if optional { " | undefined" } else { "" };
    format!("{}    {member}{undefined};\n", comment(docs, "    "))
}

/// A comment for TypeScript: without Rust's links and `None`, and only up to the first example
/// or remark that is about Rust.
fn comment(docs: &str, indent: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in docs
        .lines()
        .map(|line| line.trim().trim_start_matches("/**").trim_end_matches("*/"))
    {
        let line = line.strip_prefix('*').unwrap_or(line).trim();
        if line.starts_with("```") || line.starts_with("In Rust") {
            break;
        }
        lines.push(unlink(line).replace("`None`", "`null`"));
    }
    let text: Vec<&str> = lines.iter().map(String::as_str).collect();
    let text = text.join("\n");
    match text.trim() {
        "" => String::new(),
        text if !text.contains('\n') => format!("{indent}/** {text} */\n"),
        text => {
            let lines: String = text
                .lines()
                .map(|line| format!("{indent} * {line}").trim_end().to_owned() + "\n")
                .collect();
            format!("{indent}/**\n{lines}{indent} */\n")
        }
    }
}

/// Rust's `[text](path)` and `` [`Name`] `` without their brackets.
fn unlink(line: &str) -> String {
    let (mut text, mut rest) = (String::new(), line);
    while let Some(start) = rest.find("[`") {
        let Some(end) = rest[start..].find("`]").map(|end| start + end) else {
            break;
        };
        text += &rest[..start];
        text += &rest[start + 1..=end];
        rest = &rest[end + 2..];
        if let Some(path) = rest.strip_prefix('(') {
            rest = path.split_once(')').map_or("", |(_, rest)| rest);
        }
    }
    text + rest
}

fn render() -> String {
    format!("{HEAD}{}\n{TAIL}", declarations())
}

#[test]
fn the_committed_typescript_types_are_those_of_the_rust_types() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/pkg-template/types.d.ts");
    let rendered = render();
    if env::var_os("UPDATE_TYPES").is_some() {
        fs::write(path, &rendered).unwrap();
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    if committed != rendered {
        let line = committed
            .lines()
            .zip(rendered.lines())
            .take_while(|(a, b)| a == b)
            .count()
            + 1;
        panic!(
            "pkg-template/types.d.ts is not what src/wire says (from line {line}). Rewrite it \
             with: UPDATE_TYPES=1 cargo test --lib wire::typescript"
        );
    }
}

#[test]
fn every_name_that_a_type_uses_is_declared_in_the_file() {
    // Drop comments and texts, then look at the words that begin with a capital.
    let rendered = render();
    let mut code = String::new();
    let mut rest = rendered.as_str();
    while let Some(start) = rest.find("/*") {
        code += &rest[..start];
        rest = rest[start..].split_once("*/").unwrap().1;
    }
    code += rest;
    let code: String = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| line.split('"').step_by(2).collect::<Vec<_>>().join(" ") + "\n")
        .collect();
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric() && c != '_')
            .map(str::to_owned)
            .collect()
    };
    let all = words(&code);
    let declared: Vec<&String> = all
        .windows(2)
        .filter(|pair| ["type", "interface", "namespace"].contains(&pair[0].as_str()))
        .map(|pair| &pair[1])
        .collect();
    let builtin = [
        "Array",
        "Record",
        "File",
        "Blob",
        "Response",
        "ReadableStream",
        "AsyncIterable",
        "ArrayBuffer",
        "ArrayBufferView",
        "Omit",
    ];
    let unknown: Vec<&String> = all
        .iter()
        .filter(|word| word.chars().next().is_some_and(char::is_uppercase))
        .filter(|word| !declared.contains(word) && !builtin.contains(&word.as_str()))
        .collect();
    assert!(unknown.is_empty(), "used and nowhere declared: {unknown:?}");
    assert!(declared.len() > 50, "the scan sees the declarations");
}

#[test]
fn a_comment_for_typescript_has_no_rust_in_it() {
    let docs = "/**\n * See [`ToolChoice`], [`text`](Self::text); `None` is none.\n *\n * ```\n * let x;\n * ```\n */";
    assert_eq!(
        comment(docs, ""),
        "/** See `ToolChoice`, `text`; `null` is none. */\n"
    );
}
