// Asks on the page of an example, as a visitor does: each has a field `question`, and shows its answer in `.answer`.

/** The answer, and how it grew: one length for each time that the page changed it. */
export async function askOn({ page, failed }, question) {
  const work = async () => {
    await page.waitForSelector("[name=question]");
    await page.evaluate(() => {
      window.lengths = [];
      new MutationObserver(() => {
        const { length } = document.querySelector(".answer")?.textContent ?? "";
        if (length > (window.lengths.at(-1) ?? 0)) window.lengths.push(length);
      }).observe(document.body, { childList: true, characterData: true, subtree: true });
    });
    await page.type("[name=question]", question);
    await page.click("button[type=submit]");
    // The page says that it is busy until the answer has ended.
    await page.waitForSelector(".answer[aria-busy=true]", { timeout: 0 });
    await page.waitForSelector(".answer:not([aria-busy=true])", { timeout: 0 });
    return page.evaluate(() => ({
      answer: document.querySelector(".answer").textContent,
      notice: document.querySelector("[role=alert]")?.textContent ?? "",
      lengths: window.lengths,
    }));
  };
  return Promise.race([work(), failed]);
}
