// One answer of a chat completion's stream as chunks of the AI SDK's UI messages.

const listOf = (value) => (Array.isArray(value) ? value : []);

/** What a stream says of its model's thoughts, whatever the server calls it. */
const thoughtOf = (delta) =>
  [delta.reasoning_content, delta.reasoning].find((text) => typeof text === "string") ?? "";

/** The reasons to stop, by the AI SDK's names. */
const REASONS = {
  stop: "stop",
  length: "length",
  content_filter: "content-filter",
  tool_calls: "tool-calls",
  function_call: "tool-calls",
};

/**
 * Reads one answer, and writes its chunks. Gives `{ text, calls, reason }`: what was said, the calls, each
 * `{ id, name, text, input, error }`, and why it stopped.
 *
 * @param names gives an identifier for each part of the message
 */
export async function readStep(chunks, write, names) {
  let open;
  let text = "";
  let reason = "unknown";
  const calls = [];
  const close = () => {
    if (open) write({ type: `${open.kind}-end`, id: open.id });
    open = undefined;
  };
  const say = (kind, delta) => {
    if (!delta) return;
    if (open?.kind !== kind) {
      close();
      open = { kind, id: names(kind) };
      write({ type: `${kind}-start`, id: open.id });
    }
    write({ type: `${kind}-delta`, id: open.id, delta });
  };
  const take = (piece) => {
    const { index, id, function: called = {} } = piece;
    // A new identifier is a new call, also under an index that is known; servers leave out either.
    let call = calls.findLast((each) => (id ? each.id === id : each.index === index)) ?? undefined;
    if (!call && !id && index === undefined) call = calls.at(-1);
    if (!call || (called.name && call.name && id && call.id !== id)) {
      close();
      call = { index, id: id || names("call"), name: called.name ?? "", text: "" };
      calls.push(call);
      write({ type: "tool-input-start", toolCallId: call.id, toolName: call.name });
    }
    const more = called.arguments;
    const words = typeof more === "string" ? more : more ? JSON.stringify(more) : "";
    if (!words) return;
    call.text += words;
    write({ type: "tool-input-delta", toolCallId: call.id, inputTextDelta: words });
  };
  for await (const { choices } of chunks) {
    const choice = listOf(choices).find((each) => !each?.index);
    if (!choice) continue;
    const delta = choice.delta ?? {};
    say("reasoning", thoughtOf(delta));
    const said = typeof delta.content === "string" ? delta.content : "";
    text += said;
    say("text", said);
    for (const piece of listOf(delta.tool_calls)) take(piece);
    if (choice.finish_reason) reason = REASONS[choice.finish_reason] ?? "other";
  }
  close();
  for (const call of calls) {
    const { id: toolCallId, name: toolName } = call;
    try {
      call.input = JSON.parse(call.text || "{}");
      write({ type: "tool-input-available", toolCallId, toolName, input: call.input });
    } catch (error) {
      call.error = `The arguments are not JSON: ${error.message}`;
      const input = call.text;
      write({ type: "tool-input-error", toolCallId, toolName, input, errorText: call.error });
    }
  }
  return { text, calls, reason };
}
