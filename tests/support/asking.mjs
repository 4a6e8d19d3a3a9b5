// Asks on the page of an example, as a visitor does: each has a field `question`, and shows its answer in `.answer`,
// which says that it is busy until the answer has ended.

/** Types a question, and resolves once the page is busy with it. */
export async function begin({ page, failed }, question) {
  const work = async () => {
    await page.waitForSelector("[name=question]", { timeout: 0 });
    await page.evaluate(() => {
      const seen = { taken: false, busy: false, lengths: [] };
      window.seen = seen;
      const look = () => {
        const answer = document.querySelector(".answer");
        if (answer?.ariaBusy === "true") seen.busy = true;
        const { length } = answer?.textContent ?? "";
        if (length > (seen.lengths.at(-1) ?? 0)) seen.lengths.push(length);
      };
      addEventListener("submit", (event) => {
        seen.taken ||= event.defaultPrevented;
        event.preventDefault();
      });
      new MutationObserver(look).observe(document.body, {
        attributes: true,
        characterData: true,
        childList: true,
        subtree: true,
      });
    });
    await page.type("[name=question]", question);
    // Until the page's script listens, a click would send the form and load the page anew.
    while (!(await page.evaluate(() => window.seen.taken))) await page.click("button[type=submit]");
    await page.waitForFunction(() => window.seen.busy, { timeout: 0 });
  };
  return Promise.race([work(), failed]);
}

/** The answer once it has ended, what the page says of it, and one length for each time that it grew. */
export async function ended({ page, failed }) {
  const work = async () => {
    await page.waitForSelector(".answer:not([aria-busy=true])", { timeout: 0 });
    return page.evaluate(() => ({
      answer: document.querySelector(".answer").textContent,
      notice: document.querySelector("[role=alert]")?.textContent ?? "",
      lengths: window.seen.lengths,
    }));
  };
  return Promise.race([work(), failed]);
}
