// What a framework's hook keeps of a chat, for the AI SDK's AbstractChat.

export function chatState(messages) {
  const state = {
    status: "ready",
    error: undefined,
    messages,
    pushMessage: (message) => state.messages.push(message),
    popMessage: () => state.messages.pop(),
    replaceMessage: (at, message) => (state.messages[at] = structuredClone(message)),
    snapshot: (value) => structuredClone(value),
  };
  return state;
}
