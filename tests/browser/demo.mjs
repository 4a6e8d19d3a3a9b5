// The demo as a person meets it: the stand-in upstream, the Worker in workerd, the page in Chromium.

import { randomBytes } from "node:crypto";
import puppeteer from "puppeteer-core";
import { newCanary } from "../support/canary.mjs";
import { startUpstream } from "../support/upstream.mjs";
import { startSite } from "./site.mjs";

const CHROMIUM_ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Starts all three; `close()` ends them. `usdADay` is the budget, and `graceMs` for how long an answer goes on that
 * no page reads: the Worker's own by default.
 */
export async function startDemo({ usdADay, graceMs } = {}) {
  const apiKey = newCanary();
  const upstream = await startUpstream({ apiKey });
  const site = await startSite({
    OPENAI_API_KEY: apiKey,
    OPENAI_BASE_URL: upstream.baseUrl,
    STAND_IN_URL: upstream.url,
    SESSION_SECRET: randomBytes(32).toString("base64url"),
    ...(usdADay !== undefined && { USD_A_DAY: String(usdADay) }),
    ...(graceMs !== undefined && { GRACE_MS: String(graceMs) }),
  });
  const browser = await puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: CHROMIUM_ARGUMENTS,
  });
  return {
    apiKey,
    upstream,
    site,
    url: site.url,
    open: (options) => open(browser, site.url, options),
    /** What reached the upstream's chat endpoint, oldest first. */
    chats: async () =>
      (await upstream.requests()).filter(({ path }) => path === "/v1/chat/completions"),
    async close() {
      await browser.close();
      await site.stop();
      await upstream.stop();
    },
  };
}

/** A page in a fresh profile, with the demo open and its models listed. `complaints` gathers console errors. */
async function open(
  browser,
  url,
  { width = 1280, height = 860, touch = false, ready = true } = {},
) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warn") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.setViewport({ width, height, hasTouch: touch, isMobile: touch });
  await page.goto(url);
  if (ready) await page.waitForFunction(() => document.querySelector("#model").value !== "");
  return { page, complaints, close: () => context.close() };
}

/** Opens the settings sheet and writes `values` into its fields, by name. */
export async function set(page, values) {
  await page.click("#settings-toggle");
  await page.$eval("#settings details", (more) => (more.open = true));
  for (const [name, value] of Object.entries(values)) await page.type(`#${name}`, String(value));
  await page.click(".settings-close");
}

/** Types a question and sends it with Enter. */
export async function ask(page, question) {
  await page.type("#question", question);
  await page.keyboard.press("Enter");
}

/** Waits until the last answer has ended and returns what it says about itself. */
export async function ended(page) {
  await page.waitForFunction(() => {
    const outcome = document.querySelector(".turn:last-child")?.dataset.outcome;
    return outcome !== undefined && outcome !== "running";
  });
  return page.evaluate(() => {
    const turn = document.querySelector(".turn:last-child");
    const problem = turn.querySelector(".problem");
    const figures = [...turn.querySelectorAll("[data-figure]:not([hidden])")];
    return {
      outcome: turn.dataset.outcome,
      text: turn.querySelector(".prose").textContent.trim(),
      problem: problem.hidden ? undefined : problem.innerText,
      figures: Object.fromEntries(
        figures.map((row) => [row.dataset.figure, row.lastChild.textContent]),
      ),
    };
  });
}

/** Lets the next questions of `page` be answered by `text`, one event a word, without a server. */
export async function answerWith(page, text) {
  const chunk = (choices) =>
    `data: ${JSON.stringify({ object: "chat.completion.chunk", choices })}\n\n`;
  const words = text
    .match(/\s*\S+\s*/g)
    .map((content) => chunk([{ index: 0, delta: { content } }]));
  const body = `${words.join("")}${chunk([{ index: 0, delta: {}, finish_reason: "stop" }])}data: [DONE]\n\n`;
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    if (!request.url().endsWith("/chat/completions")) return request.continue();
    return request.respond({ status: 200, contentType: "text/event-stream", body });
  });
}

/** Waits until the last answer shows some text. */
export const speaking = (page) =>
  page.waitForFunction(() => document.querySelector(".turn:last-child .prose")?.textContent.trim());
