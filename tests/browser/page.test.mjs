import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { findCanary } from "../support/canary.mjs";
import { answerWith, ask, ended, startDemo } from "./demo.mjs";

let demo;
before(async () => (demo = await startDemo()));
after(() => demo?.close());

test("a model's HTML is text, its Markdown is structure, and the policy has nothing to block", async () => {
  const { page, complaints, close } = await demo.open();
  await answerWith(
    page,
    "**bold** <img src=x onerror=document.title='broken'> and [a](javascript:alert(1)), [b](https://b.example) `code`\n\n" +
      "<script>document.title='broken'</script>\n\n" +
      "| number | name |\n|--:|---|\n| 1 | one |\n\n```rust\nfn main() {}\n```\n\n![picture](https://c.example/?leak)",
  );
  await ask(page, "Write some Markdown");
  await ended(page);
  const found = await page.$eval(".prose", (prose) => ({
    bold: prose.querySelector("strong")?.textContent,
    cell: prose.querySelector("td[align=right]")?.textContent,
    code: [...prose.querySelectorAll("code")].map((code) => code.textContent),
    language: prose.querySelector("figcaption span")?.textContent,
    alien: prose.querySelectorAll("img, script, iframe, style").length,
    links: [...prose.querySelectorAll("a")].map((link) => link.getAttribute("href")),
    text: prose.textContent,
  }));
  assert.equal(found.bold, "bold");
  assert.equal(found.cell, "1");
  assert.deepEqual(found.code, ["code", "fn main() {}"]);
  assert.equal(found.language, "rust");
  assert.equal(found.alien, 0);
  assert.deepEqual(found.links, [null, "https://b.example", "https://c.example/?leak"]);
  assert.match(found.text, /<img src=x onerror/);
  assert.match(found.text, /<script>/);
  assert.notEqual(await page.title(), "broken");
  assert.deepEqual(complaints, []);
  await close();
});

test("the page's policy refuses other origins, inline styles and raw HTML", async () => {
  const { page, close } = await demo.open();
  const response = await page.goto(demo.url);
  const header = response.headers()["content-security-policy"];
  const meta = await page.$eval("meta[http-equiv]", (element) => element.content);
  assert.equal(header, `${meta}; frame-ancestors 'none'`);
  assert.match(meta, /script-src 'self' 'wasm-unsafe-eval'(;|$)/);
  assert.match(meta, /connect-src 'self'(;|$)/);
  assert.doesNotMatch(meta, /unsafe-inline|'unsafe-eval'|\*|https?:/);
  // Each attempt is refused by both copies of the policy, so a directive may be reported twice.
  const attempts = ["connect-src", "style-src-attr", "require-trusted-types-for", "img-src"];
  const blocked = await page.evaluate(
    (attempts) =>
      new Promise((resolve) => {
        const seen = new Set();
        document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
          seen.add(effectiveDirective);
          if (seen.size === attempts.length) resolve([...seen]);
        });
        fetch("https://example.invalid/").catch(() => {});
        document.body.setAttribute("style", "color: red");
        document.body.append(Object.assign(new Image(), { src: "https://example.invalid/" }));
        try {
          document.body.innerHTML += "<b>raw</b>";
        } catch {
          // A TypeError, besides the report.
        }
      }),
    attempts,
  );
  assert.deepEqual(blocked.sort(), [...attempts].sort());
  await close();
});

test("the session token is in memory alone", async () => {
  const { page, close } = await demo.open();
  let token;
  page.on("response", async (response) => {
    if (response.url().endsWith("/session")) token = (await response.json()).token;
  });
  await page.reload();
  await page.waitForFunction(() => document.querySelector("#model").value !== "");
  await ask(page, "Say this is a test");
  await ended(page);
  assert.match(token, /^[\w-]+\.[\w-]+\.[\w-]+$/, "a session was made");

  const stores = await page.evaluate(async () => ({
    local: { ...localStorage },
    session: { ...sessionStorage },
    cookie: document.cookie,
    databases: await indexedDB.databases(),
    caches: await caches.keys(),
    history: history.state,
  }));
  const { session, ...others } = stores;
  assert.deepEqual(others, { local: {}, cookie: "", databases: [], caches: [], history: null });
  assert.deepEqual(Object.keys(session), ["chat"], "the conversation, for a reload");
  assert.ok(session.chat.includes("This is a test!"));
  const [header, claims, signature] = token.split(".");
  for (const part of [header, claims, signature]) assert.ok(!session.chat.includes(part));
  assert.deepEqual(await page.browserContext().cookies(), []);
  assert.equal(new URL(page.url()).href, new URL(demo.url).href);
  assert.ok(!(await page.content()).includes(token));
  await close();
});

test("the key is nowhere in what the page gets", async () => {
  const { page, complaints, close } = await demo.open();
  const seen = [];
  page.on("response", (response) => {
    const body = response.text().catch(() => "");
    seen.push(
      body.then((text) => `${response.url()}\n${JSON.stringify(response.headers())}\n${text}`),
    );
  });
  await page.reload();
  await page.waitForFunction(() => document.querySelector("#model").value !== "");
  await ask(page, "Say this is a test");
  await ended(page);
  // An upstream that throws the key back must not get it through either.
  await demo.upstream.arm("status=401,echo-key", { path: "/v1/chat" });
  await ask(page, "Say this is a test");
  await ended(page);

  const all = [
    ...(await Promise.all(seen)),
    ...complaints,
    await page.content(),
    demo.site.output,
  ].join("\n");
  assert.ok(seen.length >= 7, "page, style, script, wasm, session, models, answers");
  assert.deepEqual(findCanary(demo.apiKey, all), []);
  // The control: the upstream did get it.
  assert.ok(findCanary(demo.apiKey, JSON.stringify(await demo.chats())).includes("raw"));
  await close();
});

test("a session is for this machine's own page", async () => {
  const post = (headers) => fetch(new URL("/session", demo.url), { method: "POST", headers });
  assert.equal((await post({})).status, 200);
  assert.equal((await post({ origin: new URL(demo.url).origin })).status, 200);
  assert.equal((await post({ origin: "https://elsewhere.example" })).status, 403);
  assert.equal((await post({ origin: "null" })).status, 403);
  const got = await fetch(new URL("/session", demo.url));
  assert.equal(got.status, 405);
  assert.equal(got.headers.get("allow"), "POST");
});

test("hashed files are kept for a year and the page itself is asked for anew", async () => {
  const page = await fetch(demo.url);
  assert.equal(page.headers.get("cache-control"), "no-cache");
  assert.equal(page.headers.get("x-content-type-options"), "nosniff");
  const asset = /\/assets\/[\w.-]+\.js/.exec(await page.text())[0];
  const script = await fetch(new URL(asset, demo.url));
  assert.match(script.headers.get("cache-control"), /immutable/);
  assert.match(script.headers.get("content-type"), /^text\/javascript/);
  await script.body.cancel();
});

test("every control has a name, and the page its landmarks", async () => {
  const { page, close } = await demo.open();
  await ask(page, "Say this is a test");
  await ended(page);
  await page.click("#settings-toggle");
  await page.click("summary");
  const tree = await page.accessibility.snapshot({ interestingOnly: false });
  const nodes = [];
  (function walk(node) {
    nodes.push(node);
    node.children?.forEach(walk);
  })(tree);
  const controls = nodes.filter(({ role }) =>
    /^(button|textbox|combobox|spinbutton|checkbox|slider|link)$/.test(role),
  );
  assert.ok(controls.length >= 15, `only ${controls.length} controls were found`);
  assert.deepEqual(
    controls.filter(({ name }) => !name),
    [],
  );
  const roles = new Set(nodes.map(({ role }) => role));
  for (const role of ["banner", "main", "complementary", "heading", "status", "region"]) {
    assert.ok(roles.has(role), `no ${role}`);
  }
  await close();
});

test("a screen reader hears the finished answer, not each token", async () => {
  const { page, close } = await demo.open();
  await page.evaluate(() => {
    window.said = [];
    new MutationObserver(() =>
      window.said.push(document.querySelector("#announcer").textContent),
    ).observe(document.querySelector("#announcer"), { childList: true });
  });
  await ask(page, "Say this is a test");
  await ended(page);
  assert.deepEqual(await page.evaluate(() => window.said), ["Answering.", "This is a test!"]);
  const live = await page.$$eval("[aria-live]", (elements) => elements.map(({ id }) => id));
  assert.deepEqual(live, ["announcer"]);
  await close();
});

for (const width of [360, 390, 768, 1280]) {
  test(`nothing is wider than a page of ${width} px`, async () => {
    const { page, close } = await demo.open({ width });
    const long = "long".repeat(60);
    const row = `|${" cell |".repeat(20)}\n`;
    await answerWith(
      page,
      `${long}\n\n${row}|${"---|".repeat(20)}\n${row}\n\`\`\`\n${long} ${long}\n\`\`\``,
    );
    await ask(page, `What is ${long}?`);
    await ended(page);
    const { scroll, client } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      client: document.documentElement.clientWidth,
    }));
    assert.equal(scroll, client);
    await close();
  });
}

test("the theme button turns light into dark and a reload keeps it", async () => {
  const { page, close } = await demo.open();
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
  const background = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await page.click("#settings-toggle");
  await page.click("#theme");
  const dark = await background();
  assert.notEqual(dark, light);
  assert.equal(await page.$eval("#theme", (button) => button.getAttribute("aria-pressed")), "true");
  await page.reload();
  assert.equal(await background(), dark);
  await close();
});
