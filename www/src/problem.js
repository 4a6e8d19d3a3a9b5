// An error as the client words it: its message, what can be done, and in small print the name of its class
// and the server's request id.

/** Fills and shows `box`; `actions` are `{ label, run }`, a button each. */
export function showProblem(box, error, actions = []) {
  const message = paragraph("problem-message", error?.message || String(error));
  const buttons = document.createElement("div");
  buttons.className = "problem-actions";
  const name = error?.name || "Error";
  const id = error?.requestID ? ` · request id ${error.requestID}` : "";
  box.replaceChildren(message, buttons, paragraph("problem-id", `${name}${id}`));
  showActions(box, actions);
  box.hidden = false;
}

export function showActions(box, actions) {
  box.querySelector(".problem-actions").replaceChildren(...actions.map(button));
}

export function hideProblem(box) {
  box.hidden = true;
  box.replaceChildren();
}

function button({ label, run }) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: "quiet", textContent: label });
  made.addEventListener("click", run);
  return made;
}

function paragraph(className, textContent) {
  return Object.assign(document.createElement("p"), { className, textContent });
}
