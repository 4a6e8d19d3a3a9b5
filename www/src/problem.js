// An error as the client words it: the name of its class, its message, the server's request id.

/** Fills and shows `box`. */
export function showProblem(box, error) {
  const name = document.createElement("strong");
  name.className = "problem-name";
  name.textContent = error?.name || "Error";
  const message = document.createElement("p");
  message.className = "problem-message";
  message.textContent = error?.message || String(error);
  box.replaceChildren(name, message);
  if (error?.requestID) {
    const id = document.createElement("p");
    id.className = "problem-id";
    id.textContent = `request id ${error.requestID}`;
    box.append(id);
  }
  box.hidden = false;
}

export function hideProblem(box) {
  box.hidden = true;
  box.replaceChildren();
}
