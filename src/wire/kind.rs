//! The `object` field that every API object carries.

open_enum! {
    /// What an API object says it is, in its `object` field.
    enum ObjectKind {
        /// A chat answer.
        ChatCompletion = "chat.completion",
        /// A piece of a streamed chat answer.
        ChatCompletionChunk = "chat.completion.chunk",
        /// A completion, and each piece of a streamed one.
        TextCompletion = "text_completion",
        /// An edit (2023).
        Edit = "edit",
        /// An embedding vector.
        Embedding = "embedding",
        /// An uploaded or produced file.
        File = "file",
        /// A fine-tuning job (2023).
        FineTune = "fine-tune",
        /// An event of a fine-tuning job (2023).
        FineTuneEvent = "fine-tune-event",
        /// A model.
        Model = "model",
        /// An engine (2023, deprecated).
        Engine = "engine",
        /// A list of objects.
        List = "list",
        /// An error of older vLLM servers, which stands without an envelope.
        Error = "error",
    }
}
