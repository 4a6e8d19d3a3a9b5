// Types under the names that they have in the official package: `OpenAI.Chat.Completions.ChatCompletion`.
// They are meant for code that moves; the same types are exports of the package by their last name.

import type { PagePromise as Pages, RequestOptions as Options } from "./api.js";
import type * as chat from "./chat-stream.js";
import type * as more from "./more.js";
import type * as parse from "./parse.js";
import type * as responses from "./responses.js";
import type * as wire from "../types.d.ts";

export namespace Chat {
  export namespace Completions {
    export type ChatCompletion = wire.ChatCompletion;
    export type ChatCompletionAssistantMessageParam = wire.ChatCompletionAssistantMessageParam;
    export type ChatCompletionChunk = wire.ChatCompletionChunk;
    export type ChatCompletionContentPart = wire.ChatCompletionContentPart;
    export type ChatCompletionContentPartImage = wire.ChatCompletionContentPartImage;
    export type ChatCompletionContentPartText = wire.ChatCompletionContentPartText;
    export type ChatCompletionCreateParams = wire.ChatCompletionCreateParams;
    export type ChatCompletionCreateParamsNonStreaming =
      wire.ChatCompletionCreateParamsNonStreaming;
    export type ChatCompletionCreateParamsStreaming = wire.ChatCompletionCreateParamsStreaming;
    export type ChatCompletionMessage = wire.ChatCompletionMessage;
    export type ChatCompletionMessageFunctionToolCall = wire.ChatCompletionMessageFunctionToolCall;
    export type ChatCompletionMessageParam = wire.ChatCompletionMessageParam;
    export type ChatCompletionMessageToolCall = wire.ChatCompletionMessageToolCall;
    export type ChatCompletionRunner<Parsed = null> = chat.ChatCompletionRunner<Parsed>;
    export type ChatCompletionStream<Parsed = null> = chat.ChatCompletionStream<Parsed>;
    export type ChatCompletionStreamOptions = wire.ChatCompletionStreamOptions;
    export type ChatCompletionSystemMessageParam = wire.ChatCompletionSystemMessageParam;
    export type ChatCompletionTokenLogprob = wire.ChatCompletionTokenLogprob;
    export type ChatCompletionTool = wire.ChatCompletionTool;
    export type ChatCompletionToolChoiceOption = wire.ChatCompletionToolChoiceOption;
    export type ChatCompletionToolMessageParam = wire.ChatCompletionToolMessageParam;
    export type ChatCompletionUserMessageParam = wire.ChatCompletionUserMessageParam;
    export type ParsedChatCompletion<Parsed> = parse.ParsedChatCompletion<Parsed>;
    export type ParsedChatCompletionMessage<Parsed> = parse.ParsedChatCompletionMessage<Parsed>;
  }
  export import ChatCompletion = Completions.ChatCompletion;
  export import ChatCompletionChunk = Completions.ChatCompletionChunk;
  export import ChatCompletionContentPart = Completions.ChatCompletionContentPart;
  export import ChatCompletionCreateParams = Completions.ChatCompletionCreateParams;
  export import ChatCompletionCreateParamsNonStreaming = Completions.ChatCompletionCreateParamsNonStreaming;
  export import ChatCompletionCreateParamsStreaming = Completions.ChatCompletionCreateParamsStreaming;
  export import ChatCompletionMessage = Completions.ChatCompletionMessage;
  export import ChatCompletionMessageParam = Completions.ChatCompletionMessageParam;
  export import ChatCompletionMessageToolCall = Completions.ChatCompletionMessageToolCall;
  export import ChatCompletionTool = Completions.ChatCompletionTool;
  export import ChatCompletionToolChoiceOption = Completions.ChatCompletionToolChoiceOption;
}

export namespace Responses {
  export type ParsedResponse<Parsed> = responses.ParsedResponse<Parsed>;
  export type Response = responses.Response;
  export type ResponseCreateParams = wire.ResponseCreateParams;
  export type ResponseCreateParamsNonStreaming = wire.ResponseCreateParamsNonStreaming;
  export type ResponseCreateParamsStreaming = wire.ResponseCreateParamsStreaming;
  export type ResponseFunctionToolCall = wire.ResponseFunctionToolCall;
  export type ResponseIncludable = wire.ResponseIncludable;
  export type ResponseInput = wire.ResponseInput;
  export type ResponseInputItem = wire.ResponseInputItem;
  export type ResponseOutputItem = wire.ResponseOutputItem;
  export type ResponseOutputMessage = wire.ResponseOutputMessage;
  export type ResponseOutputText = wire.ResponseOutputText;
  export type ResponseReasoningItem = wire.ResponseReasoningItem;
  export type ResponseStreamEvent = wire.ResponseStreamEvent;
  export type ResponseTextDeltaEvent = wire.ResponseTextDeltaEvent;
  export type ResponseUsage = wire.ResponseUsage;
  export type Tool = wire.ResponseTool;
}

export namespace Conversations {
  export type Conversation = wire.Conversation;
  export type ConversationCreateParams = wire.ConversationCreateParams;
}

export namespace Completions {
  export type Completion = wire.Completion;
  export type CompletionCreateParams = wire.CompletionCreateParams;
  export type CompletionUsage = wire.CompletionUsage;
}

export namespace Embeddings {
  export type CreateEmbeddingResponse = wire.CreateEmbeddingResponse;
  export type EmbeddingCreateParams = wire.EmbeddingCreateParams;
}

export namespace Files {
  export type FileCreateParams = wire.FileCreateParams;
  export type FileDeleted = wire.FileDeleted;
  export type FileObject = wire.FileObject;
}

export namespace Images {
  export type ImageGenerateParams = wire.ImageGenerateParams;
  export type ImagesResponse = wire.ImagesResponse;
}

export namespace Audio {
  export type Transcription = wire.Transcription;
  export type TranscriptionCreateParams = wire.TranscriptionCreateParams;
  export type TranslationCreateParams = wire.TranslationCreateParams;
  export namespace Speech {
    export type SpeechCreateParams = wire.SpeechCreateParams;
  }
}

export namespace Moderations {
  export type ModerationCreateParams = wire.ModerationCreateParams;
  export type ModerationCreateResponse = wire.ModerationCreateResponse;
}

export namespace Models {
  export type Model = wire.Model;
  export type ModelDeleted = wire.ModelDeleted;
}

export namespace Batches {
  export type Batch = more.Batch;
  export type BatchCreateParams = more.BatchCreateParams;
}

export namespace FineTuning {
  export namespace Jobs {
    export type FineTuningJob = more.FineTuningJob;
    export type FineTuningJobEvent = more.FineTuningJobEvent;
  }
}

export namespace Uploads {
  export type Upload = more.Upload;
}

export namespace VectorStores {
  export type VectorStore = more.VectorStore;
  export type VectorStoreFile = more.VectorStoreFile;
  export type VectorStoreFileBatch = more.VectorStoreFileBatch;
}

export type Batch = more.Batch;
export type ChatModel = string;
export type Completion = wire.Completion;
export type CompletionCreateParams = wire.CompletionCreateParams;
export type CompletionUsage = wire.CompletionUsage;
export type CreateEmbeddingResponse = wire.CreateEmbeddingResponse;
export type EmbeddingCreateParams = wire.EmbeddingCreateParams;
export type FileCreateParams = wire.FileCreateParams;
export type FileDeleted = wire.FileDeleted;
export type FileListParams = wire.FileListParams;
export type FileObject = wire.FileObject;
export type FunctionDefinition = wire.FunctionDefinition;
export type FunctionParameters = wire.FunctionParameters;
export type ImageGenerateParams = wire.ImageGenerateParams;
export type ImagesResponse = wire.ImagesResponse;
export type Model = wire.Model;
export type ModelDeleted = wire.ModelDeleted;
export type ModerationCreateParams = wire.ModerationCreateParams;
export type ModerationCreateResponse = wire.ModerationCreateResponse;
export type PagePromise<Item> = Pages<Item>;
export type RequestOptions = Options;
export type ResponseFormatJSONObject = wire.ResponseFormatJSONObject;
export type ResponseFormatJSONSchema = wire.ResponseFormatJSONSchema;
export type ResponseFormatText = wire.ResponseFormatText;
export type Upload = more.Upload;
export type VectorStore = more.VectorStore;

// biome-ignore lint/complexity/noUselessEmptyExport: without it all that stands here is exported.
export {};
