// Messages of the AI SDK's chat hooks as messages of chat completions.

const textOf = (parts, type = "text") =>
  parts
    .filter((part) => part.type === type)
    .map(({ text }) => text)
    .join("");

/** A file as a part of a user's message: its URL is a data URL, or one that the server may fetch. */
function fileOf({ mediaType = "", url, filename }) {
  if (mediaType.startsWith("image")) return { type: "image_url", image_url: { url } };
  const [, format] = /^audio\/(?:x-)?(wav|mp3|mpeg)/.exec(mediaType) ?? [];
  const [, data] = /^data:[^,]*;base64,(.*)$/s.exec(url) ?? [];
  if (format && data !== undefined)
    return { type: "input_audio", input_audio: { data, format: format === "wav" ? "wav" : "mp3" } };
  return { type: "file", file: { filename: filename ?? "file", file_data: url } };
}

function userOf({ parts }) {
  const content = parts.flatMap((part) => {
    if (part.type === "text") return [{ type: "text", text: part.text }];
    return part.type === "file" ? [fileOf(part)] : [];
  });
  const plain = content.every(({ type }) => type === "text");
  return { role: "user", content: plain ? content.map(({ text }) => text).join("") : content };
}

/** The name of the tool that a part is a call of. */
const toolOf = (part) =>
  part.type === "dynamic-tool"
    ? part.toolName
    : part.type.startsWith("tool-")
      ? part.type.slice("tool-".length)
      : undefined;

const jsonOf = (value) => (typeof value === "string" ? value : (JSON.stringify(value) ?? "null"));

/** One step of an assistant: what it said and called, and what the tools gave. Calls without a result are left out. */
function stepOf(parts) {
  const content = textOf(parts);
  const calls = parts.filter(
    (part) => toolOf(part) && /^output-(available|error|denied)$/.test(part.state),
  );
  if (!content && calls.length === 0) return [];
  const message = { role: "assistant", content: content || null };
  if (calls.length > 0)
    message.tool_calls = calls.map((part) => ({
      id: part.toolCallId,
      type: "function",
      function: {
        name: toolOf(part),
        arguments: jsonOf(part.input ?? part.rawInput ?? {}),
      },
    }));
  const results = calls.map(({ toolCallId, state, output, errorText }) => ({
    role: "tool",
    tool_call_id: toolCallId,
    content: state === "output-available" ? jsonOf(output) : (errorText ?? "The call was denied."),
  }));
  return [message, ...results];
}

function assistantOf({ parts }) {
  const steps = [[]];
  for (const part of parts) part.type === "step-start" ? steps.push([]) : steps.at(-1).push(part);
  return steps.flatMap(stepOf);
}

/** `messages` of a chat completion. */
export const chatMessages = (messages) =>
  messages.flatMap((message) => {
    if (message.role === "assistant") return assistantOf(message);
    if (message.role === "user") return [userOf(message)];
    return [{ role: "system", content: textOf(message.parts) }];
  });
