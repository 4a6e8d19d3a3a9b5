// The conversation and the draft over a reload, in this tab's session storage: another tab begins anew, and
// what was asked is gone with the tab. No token is ever here.

const NAME = "chat";

/** What was kept: `{ turns, draft }`. */
export function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME)) ?? {};
  } catch {
    return {};
  }
}

export function keep({ turns, draft }) {
  try {
    if (turns.length === 0 && !draft) sessionStorage.removeItem(NAME);
    else sessionStorage.setItem(NAME, JSON.stringify({ turns, draft }));
  } catch {
    // Without storage, or room in it, a reload begins anew.
  }
}
