import type { ChatCompletionCreateParams, ChatCompletionTool } from "../types.d.ts";

/** A client of `openai-wasm`, or one that has this of it. */
export interface ChatClient {
  readonly chat: { readonly completions: { create(params: never, options?: never): unknown } };
}

/** A tool that runs in the page. */
export interface ChatTransportTool {
  description?: string | undefined;
  /** A schema of a library that follows Standard Schema, which the arguments are held to, or a JSON Schema. */
  inputSchema?: object | undefined;
  /**
   * Without it the call is the page's to answer: `onToolCall` and `addToolOutput` of the hook. What it throws
   * is shown in the message and told to the model.
   */
  execute?:
    | ((input: any, options: { toolCallId: string; abortSignal: AbortSignal }) => unknown)
    | undefined;
}

export type ChatTransportOptions = Omit<
  ChatCompletionCreateParams,
  "messages" | "stream" | "tools" | "n"
> & {
  model: string;
  /** A system message before the conversation. */
  instructions?: string | undefined;
  tools?: Record<string, ChatTransportTool> | ChatCompletionTool[] | undefined;
  /** How many answers a turn may take whose tools run by themselves. Default: 10. */
  maxSteps?: number | undefined;
  /**
   * Whether an answer is asked for that can be resumed, from a proxy with the option `resumable`: one whose
   * connection breaks off goes on by itself, and `useChat({ resume: true })` shows the rest after a reload.
   * Needs a client of `openai-wasm`. Default: false.
   */
  resumable?: boolean | undefined;
  /**
   * Where a turn that has not ended is kept, with its messages: `sessionStorage`, so that it is there after a
   * reload. Default: the transport's memory, which is enough for a hook that is mounted again.
   */
  storage?: Pick<Storage, "getItem" | "setItem" | "removeItem"> | undefined;
};

/** What a message's stream is made of: the AI SDK's `UIMessageChunk`. */
export interface ChatTransport<Message, Chunk> {
  sendMessages(options: {
    trigger: "submit-message" | "regenerate-message";
    chatId: string;
    messageId: string | undefined;
    messages: Message[];
    abortSignal: AbortSignal | undefined;
    headers?: Record<string, string> | Headers | undefined;
    /** Parameters of this call, over those of the transport. */
    body?: object | undefined;
    metadata?: unknown;
  }): Promise<ReadableStream<Chunk>>;
  /** The answer that came when the page was left, from its start; null if it is missing. */
  reconnectToStream(options: {
    chatId: string;
    abortSignal?: AbortSignal | undefined;
    headers?: Record<string, string> | Headers | undefined;
    body?: object | undefined;
    metadata?: unknown;
  }): Promise<ReadableStream<Chunk> | null>;
}

/**
 * A transport for the AI SDK's `useChat({ transport })`: text, reasoning, tools and files, from the client's proxy
 * and no route of your own. An answer that breaks off is the hook's `error`, of this package's classes, and the
 * text until then stays.
 *
 * ```js
 * const transport = chatTransport(client, { model: "gpt-5-mini" });
 * const { messages, sendMessage } = useChat({ transport });
 * ```
 */
export function chatTransport(
  client: ChatClient,
  options: ChatTransportOptions,
): ChatTransport<any, any>;
