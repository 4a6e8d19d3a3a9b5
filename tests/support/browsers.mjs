// Chromium, Firefox and WebKit on this machine, each with nobody looking: `open(url)` shows a page.

import { existsSync, readdirSync } from "node:fs";

import puppeteer from "puppeteer-core";

import { freePort, start } from "./program.mjs";

const CHROMIUM_ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
];
/** What a page cannot do without: documents and scripts, as a tool serves them. */
const NEEDED = /(\/|\.html|\.[cm]?[jt]sx?|\.vue|\.svelte)$/;
const LIBRARIES = ["/usr/lib", "/usr/libexec"];

/** Each resolves with `{ open(url) → { failed, close }, close }`, of those that puppeteer drives with its `page`, too; `failed` rejects with what the page's console says of errors. */
export const BROWSERS = {
  Chromium: () =>
    byPuppeteer({
      executablePath: program("CHROMIUM", "chromium", "chromium"),
      args: CHROMIUM_ARGS,
    }),
  Firefox: () =>
    byPuppeteer({
      browser: "firefox",
      executablePath: program("FIREFOX", "firefox-esr", "firefox-esr"),
      headless: true,
    }),
  WebKit: byWebDriver,
};

async function byPuppeteer(options) {
  // A busy machine takes its time: the test has a limit of its own.
  const browser = await puppeteer.launch({ timeout: 0, protocolTimeout: 0, ...options });
  return {
    async open(url) {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      const said = [];
      let refuse;
      // Vite answers 504 for a package that it has bundled again since the page loaded, and then reloads the page.
      let reloading = false;
      page.on("domcontentloaded", () => (reloading = false));
      const failed = new Promise((_, reject) => {
        refuse = reject;
        page.on("response", (response) => {
          const { pathname } = new URL(response.url());
          if (response.status() === 504 && pathname.includes("/.vite/deps")) reloading = true;
          if (reloading || response.status() < 400 || !NEEDED.test(pathname)) return;
          reject(new Error(`the page failed: ${response.status()} for ${response.url()}`));
        });
        page.on("pageerror", ({ message }) => {
          said.push(message);
          if (reloading) return;
          // Firefox also reports here what a policy blocks, an icon for example, which fails no script.
          if (!message.startsWith("Content-Security-Policy:"))
            reject(new Error(`the page failed:\n${said.join("\n")}`));
        });
      });
      failed.catch(() => {});
      page.on("console", (message) => said.push(message.text()));
      page.goto(url, { timeout: 0 }).catch(refuse);
      return { page, failed, said, close: () => context.close() };
    },
    close: () => browser.close(),
  };
}

/** WebKitGTK's MiniBrowser by its WebDriver, on a display of its own. */
async function byWebDriver() {
  const driverFile = program("WEBKIT_DRIVER", "WebKitWebDriver", "webkit2gtk-driver");
  const screen = await start(
    program("XVFB", "Xvfb", "xvfb"),
    ["-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
    {
      from: 3,
      ready: (text) => /^(\d+)\n/.exec(text)?.[1],
    },
  );
  const port = await freePort();
  const env = {
    ...process.env,
    DISPLAY: `:${screen.found}`,
    WEBKIT_DISABLE_COMPOSITING_MODE: "1",
    WEBKIT_FORCE_SANDBOX: "0",
  };
  const driver = await start(driverFile, [`--port=${port}`, "--host=127.0.0.1"], {
    probe: (ended) => answers(port, ended),
    env,
  });
  const call = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      body: body && JSON.stringify(body),
    });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`WebDriver, ${path}: ${JSON.stringify(value)}`);
    return value;
  };
  const browserOptions = { binary: miniBrowser(), args: ["--automation"] };
  return {
    async open(url) {
      const { sessionId } = await call("POST", "/session", {
        capabilities: { alwaysMatch: { "webkitgtk:browserOptions": browserOptions } },
      });
      await call("POST", `/session/${sessionId}/url`, { url });
      return {
        failed: new Promise(() => {}),
        said: [],
        close: () => call("DELETE", `/session/${sessionId}`),
      };
    },
    async close() {
      await driver.stop();
      await screen.stop();
    },
  };
}

/** Resolves once something listens there, or its program has ended. */
async function answers(port, ended) {
  while (!ended()) {
    try {
      return await fetch(`http://127.0.0.1:${port}/status`);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function miniBrowser() {
  const named = process.env.MINIBROWSER;
  if (named) return named;
  for (const library of LIBRARIES.filter(existsSync)) {
    for (const folder of ["", ...readdirSync(library).map((name) => `/${name}`)]) {
      const file = `${library}${folder}/webkit2gtk-4.1/MiniBrowser`;
      if (existsSync(file)) return file;
    }
  }
  throw new Error(
    "WebKit's MiniBrowser is missing: apt-get install webkit2gtk-driver, or set MINIBROWSER",
  );
}

/** Where a program stands: by a variable, or on PATH. */
export function program(variable, name, packageName) {
  const named = process.env[variable];
  const files = named
    ? [named]
    : (process.env.PATH ?? "").split(":").map((folder) => `${folder}/${name}`);
  const file = files.find(existsSync);
  if (!file)
    throw new Error(
      `${named || name} is missing: apt-get install ${packageName}, or set ${variable} to its path`,
    );
  return file;
}
