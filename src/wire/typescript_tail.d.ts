/** The parameters of a tool's function: a JSON schema object. */
export type FunctionParameters = { [key: string]: unknown };

/** Up to 16 pairs of texts. */
export type Metadata = { [key: string]: string };

/** The request for a chat answer, whole or in pieces. */
export type ChatCompletionCreateParams =
    | ChatCompletionCreateParamsNonStreaming
    | ChatCompletionCreateParamsStreaming;

/** The request for a whole chat answer. */
export interface ChatCompletionCreateParamsNonStreaming extends ChatCompletionCreateParamsBase {
    /** Whether the answer comes in pieces: not. */
    stream?: false | null;
}

/** The request for a chat answer in pieces. */
export interface ChatCompletionCreateParamsStreaming extends ChatCompletionCreateParamsBase {
    /** Whether the answer comes in pieces: yes. */
    stream: true;
}

export namespace ChatCompletionCreateParams {
    export type Function = FunctionDefinition;
    export type Moderation = ChatCompletionModerationParam;
    export type PromptCacheOptions = PromptCacheOptionsParam;
    export type WebSearchOptions = WebSearchOptionsParam;
}

export namespace ChatCompletion {
    export type Choice = ChatCompletionChoice;
    export namespace Choice {
        export type Logprobs = ChatCompletionLogprobs;
    }
    export type Moderation = ChatCompletionModeration;
}

export namespace ChatCompletionChunk {
    export type Choice = ChatCompletionChunkChoice;
    export namespace Choice {
        export type Delta = ChatCompletionDelta;
        export namespace Delta {
            export type FunctionCall = ChatCompletionFunctionCallDelta;
            export type ToolCall = ChatCompletionToolCallDelta;
        }
        export type Logprobs = ChatCompletionLogprobs;
    }
    export type Moderation = ChatCompletionModeration;
}

export namespace ChatCompletionContentPart {
    export type File = ChatCompletionContentPartFile;
}

export namespace ChatCompletionContentPartImage {
    export type ImageURL = ImageURLInput;
}

export namespace ChatCompletionContentPartInputAudio {
    export type InputAudio = InputAudioData;
}

export namespace ChatCompletionMessage {
    export type Annotation = ChatCompletionAnnotation;
    export type FunctionCall = FunctionCallData;
}

export namespace ChatCompletionMessageFunctionToolCall {
    export type Function = FunctionCallData;
}

export namespace ChatCompletionMessageCustomToolCall {
    export type Custom = CustomToolInput;
}

export namespace ChatCompletionTokenLogprob {
    export type TopLogprob = ChatCompletionTopLogprob;
}

export namespace CompletionUsage {
    export type CompletionTokensDetails = CompletionUsageCompletionTokensDetails;
    export type PromptTokensDetails = CompletionUsagePromptTokensDetails;
}

export namespace ResponseFormatJSONSchema {
    export type JSONSchema = ResponseFormatJSONSchemaDefinition;
}
