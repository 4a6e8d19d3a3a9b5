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
    stream?: false | null | undefined;
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

/** The request for a completion, whole or in pieces. */
export type CompletionCreateParams =
    | CompletionCreateParamsNonStreaming
    | CompletionCreateParamsStreaming;

/** The request for a whole completion. */
export interface CompletionCreateParamsNonStreaming extends CompletionCreateParamsBase {
    /** Whether the completion comes in pieces: not. */
    stream?: false | null | undefined;
}

/** The request for a completion in pieces. */
export interface CompletionCreateParamsStreaming extends CompletionCreateParamsBase {
    /** Whether the completion comes in pieces: yes. */
    stream: true;
}

export namespace CompletionChoice {
    export type Logprobs = CompletionLogprobs;
}

/**
 * A file to upload: a `File`, a `Blob` with a name, a `Response`, or a stream or async iterable
 * of bytes. `toFile` makes one of anything else.
 */
export type Uploadable =
    | File
    | Response
    | (Blob & { readonly name?: string | undefined })
    | AsyncIterable<string | ArrayBuffer | ArrayBufferView | Blob>
    | ReadableStream<string | ArrayBuffer | ArrayBufferView | Blob>
    | { readonly data: AsyncIterable<unknown> | ReadableStream<unknown>; readonly name: string };

/** The request for images from words, whole or in stages. */
export type ImageGenerateParams = ImageGenerateParamsNonStreaming | ImageGenerateParamsStreaming;

/** The request for whole images from words. */
export interface ImageGenerateParamsNonStreaming extends ImageGenerateParamsBase {
    /** Whether images come in stages: not. */
    stream?: false | null | undefined;
}

/** The request for images from words in stages. */
export interface ImageGenerateParamsStreaming extends ImageGenerateParamsBase {
    /** Whether images come in stages: yes. */
    stream: true;
}

/** The request to edit an image, whole or in stages. */
export type ImageEditParams = ImageEditParamsNonStreaming | ImageEditParamsStreaming;

/** The request for whole edited images. */
export interface ImageEditParamsNonStreaming extends ImageEditParamsBase {
    /** Whether images come in stages: not. */
    stream?: false | null | undefined;
}

/** The request for edited images in stages. */
export interface ImageEditParamsStreaming extends ImageEditParamsBase {
    /** Whether images come in stages: yes. */
    stream: true;
}

/** An event of a stream of new images. */
export type ImageGenStreamEvent = ImageStreamEvent;

/** An event of a stream of edited images. */
export type ImageEditStreamEvent = ImageStreamEvent;

export namespace ImagesResponse {
    export type Usage = ImageUsage;
}

export namespace CreateEmbeddingResponse {
    export type Usage = EmbeddingUsage;
}

/** The request for a transcription, whole or in pieces. */
export type TranscriptionCreateParams<
    ResponseFormat extends AudioResponseFormat | undefined = AudioResponseFormat | undefined,
> = TranscriptionCreateParamsNonStreaming<ResponseFormat> | TranscriptionCreateParamsStreaming;

/** The request for a whole transcription. */
export interface TranscriptionCreateParamsNonStreaming<
    ResponseFormat extends AudioResponseFormat | undefined = AudioResponseFormat | undefined,
> extends Omit<TranscriptionCreateParamsBase, "response_format" | "stream"> {
    /** The form of the answer; default `json`. `text`, `srt` and `vtt` come as bare text. */
    response_format?: ResponseFormat | undefined;
    /** Whether the text comes in pieces: not. */
    stream?: false | null | undefined;
}

/** The request for a transcription in pieces. */
export interface TranscriptionCreateParamsStreaming extends TranscriptionCreateParamsBase {
    /** Whether the text comes in pieces: yes. */
    stream: true;
}

export namespace TranscriptionCreateParams {
    export type VadConfig = VadConfigParam;
}

export namespace Transcription {
    export type Logprob = TranscriptionLogprob;
    export type Tokens = TranscriptionTokens;
    export type Duration = TranscriptionDuration;
}

/** What a transcription comes as. */
export type TranscriptionCreateResponse =
    | Transcription
    | TranscriptionDiarized
    | TranscriptionVerbose;

/** The request for a translation into English. */
export interface TranslationCreateParams<
    ResponseFormat extends AudioResponseFormat | undefined = AudioResponseFormat | undefined,
> extends Omit<TranslationCreateParamsBase, "response_format"> {
    /** The form of the answer; default `json`. `text`, `srt` and `vtt` come as bare text. */
    response_format?: ResponseFormat | undefined;
}

/** What a translation comes as. */
export type TranslationCreateResponse = Translation | TranslationVerbose;

export namespace FileCreateParams {
    export type ExpiresAfter = FileExpiresAfter;
}

/** Which categories were found; a model before 2024 knows seven of them. */
export interface ModerationCategories {
    hate: boolean;
    "hate/threatening": boolean;
    harassment: boolean;
    "harassment/threatening": boolean;
    illicit: boolean | null;
    "illicit/violent": boolean | null;
    "self-harm": boolean;
    "self-harm/intent": boolean;
    "self-harm/instructions": boolean;
    sexual: boolean;
    "sexual/minors": boolean;
    violence: boolean;
    "violence/graphic": boolean;
}

/** A score for each category, 0 to 1. */
export interface ModerationCategoryScores {
    hate: number;
    "hate/threatening": number;
    harassment: number;
    "harassment/threatening": number;
    illicit: number;
    "illicit/violent": number;
    "self-harm": number;
    "self-harm/intent": number;
    "self-harm/instructions": number;
    sexual: number;
    "sexual/minors": number;
    violence: number;
    "violence/graphic": number;
}

/** Which kinds of input each score is about. */
export interface ModerationCategoryAppliedInputTypes {
    hate: Array<"text">;
    "hate/threatening": Array<"text">;
    harassment: Array<"text">;
    "harassment/threatening": Array<"text">;
    illicit: Array<"text">;
    "illicit/violent": Array<"text">;
    "self-harm": Array<"text" | "image">;
    "self-harm/intent": Array<"text" | "image">;
    "self-harm/instructions": Array<"text" | "image">;
    sexual: Array<"text" | "image">;
    "sexual/minors": Array<"text">;
    violence: Array<"text" | "image">;
    "violence/graphic": Array<"text" | "image">;
}

export namespace Moderation {
    export type Categories = ModerationCategories;
    export type CategoryScores = ModerationCategoryScores;
    export type CategoryAppliedInputTypes = ModerationCategoryAppliedInputTypes;
}

export namespace ModerationImageURLInput {
    export type ImageURL = ModerationImageURL;
}

/** What goes to the model: items. */
export type ResponseInput = Array<ResponseInputItem>;

/** A part of the content of a message that goes to the model. */
export type ResponseInputContent = ResponseInputText | ResponseInputImage | ResponseInputFile;

/** The request for a response, whole or in pieces. */
export type ResponseCreateParams =
    | ResponseCreateParamsNonStreaming
    | ResponseCreateParamsStreaming;

/** The request for a whole response. */
export interface ResponseCreateParamsNonStreaming extends ResponseCreateParamsBase {
    /** Whether the answer comes in pieces: not. */
    stream?: false | null | undefined;
}

/** The request for a response in pieces. */
export interface ResponseCreateParamsStreaming extends ResponseCreateParamsBase {
    /** Whether the answer comes in pieces: yes. */
    stream: true;
}

/** How to fetch a response. */
export interface ResponseRetrieveParams {
    /** What the answer holds besides. */
    include?: Array<ResponseIncludable> | undefined;
    /** Whether the events come, those that have been and those that will be. */
    stream?: boolean | undefined;
    /** After which event to begin, by its `sequence_number`. */
    starting_after?: number | undefined;
    /** Whether random characters even out the sizes of events. */
    include_obfuscation?: boolean | undefined;
}
