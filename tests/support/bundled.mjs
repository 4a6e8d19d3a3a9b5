// The rows of the suite `bundlers`: a project is built or served by a tool, and asks.

import { after } from "node:test";
import { fileURLToPath } from "node:url";

import { answersAll, cases, failsForDamage } from "./cases.mjs";
import { BROWSERS } from "./browsers.mjs";
import { secrets, startFront } from "./front.mjs";
import { workshop } from "./installed.mjs";
import { freePort } from "./program.mjs";
import { startUpstream } from "./upstream.mjs";

/** A page that asks as soon as it is there, and one that leaves it to a worker. */
export const PAGE = {
  "index.html":
    '<!doctype html><title>page</title><script type="module" src="./src/main.js"></script>\n',
  "src/main.js": 'import { askInPage } from "../ask/page.mjs";\naskInPage();\n',
};
export const WORKER = {
  "index.html": PAGE["index.html"],
  "src/main.js":
    'const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });\nworker.onerror = ({ message }) => {\n  throw new Error(message || "the worker cannot be loaded");\n};\nworker.postMessage(location.search);\n',
  "src/worker.js":
    'import { askInPage } from "../ask/page.mjs";\nonmessage = ({ data }) => askInPage(data);\n',
};

/**
 * Tests of one folder of tools. A row has a `name`, what `project` of installed.mjs takes, and of these:
 *
 * - `build`: commands that run in turn, `[tool, ...arguments]`
 * - `dist`: the folder of a built page, which is then served as files
 * - `serve`: the command of a server, with `$PORT` (and the variable PORT) for a free port; `ready` as for
 *   `start` of program.mjs, if it does not print its address
 * - `routes`: the paths under which the server has `ask/server.mjs`
 * - `page`: where the page is, `/` by default; false where there is none
 * - `reports`: a command that asks and reports by itself; `REPORT` and `PROXY` tell it where
 * - `tells`: false where the tool's server does not tell a route that its caller has left
 * - `control`: nothing may be answered
 */
export function bundlers(folder, rows) {
  const tools = fileURLToPath(new URL(`../bundlers/${folder}/`, import.meta.url));
  const once = {};
  const shared = (name, make) => (once[name] ??= make());
  after(async () => {
    await (await once.browser)?.close();
    await Promise.all([(await once.shop)?.remove(), (await once.upstream)?.stop()]);
  });

  cases(rows, async (row) => {
    const upstream = await shared("upstream", startUpstream);
    const shop = await shared("shop", () => workshop(tools));
    const env = secrets(upstream);
    const port = await freePort();
    const files = typeof row.files === "function" ? row.files({ env, upstream }) : row.files;
    const project = await shop.project({
      ...row,
      files,
      env: { ...env, ...row.env, PORT: String(port) },
    });
    const check = row.control
      ? failsForDamage
      : (one, ask, options) => answersAll(one, ask, { ...options, entry: row.entry });
    try {
      for (const command of row.build ?? []) await project.run(command[0], command.slice(1));
      if (row.dist) {
        const front = await startFront({ upstream, folder: project.path(row.dist) });
        await during(front, () => inBrowser(front, front.url, {}, check));
      }
      if (row.reports) {
        const front = await startFront({ upstream });
        await during(front, () =>
          check(upstream, async () => {
            const [ran] = await Promise.all([
              front.report(),
              project.run(row.reports[0], row.reports.slice(1), { QUERY: await front.query() }),
            ]);
            return ran;
          }),
        );
      }
      if (row.serve) {
        const server = await serving(project, port, row);
        try {
          await askServer(server, row, check);
        } catch (error) {
          console.log(server.output);
          throw error;
        } finally {
          await server.stop();
        }
      }
    } finally {
      await project.release();
    }

    async function askServer({ url }, { routes = [], page = "/", tells = true }, check) {
      const get = async (path) => {
        const response = await fetch(url + path);
        const text = await response.text();
        if (!response.ok)
          throw new Error(`${path} answered ${response.status}: ${text.slice(0, 2000)}`);
        return text;
      };
      for (const base of routes) {
        await check(upstream, async () => JSON.parse(await get(`${base}/ask/edge`)));
        await check(upstream, async () => JSON.parse(await get(`${base}/ask/keyless`)), { tells });
      }
      if (page === false) return;
      const front = await startFront({ upstream, origins: [url] });
      const own =
        routes.length > 0
          ? { proxy: `${url}${routes[0]}/v1`, token: await get(`${routes[0]}/ask/token`) }
          : {};
      await during(front, () =>
        inBrowser(front, url + page, own, (...given) => check(...given, { tells })),
      );
    }

    async function inBrowser(front, url, own, check) {
      const browser = await shared("browser", BROWSERS.Chromium);
      await check(upstream, async () => {
        const page = await browser.open(`${url}?${await front.query(own)}`);
        try {
          return await Promise.race([front.report(), page.failed]);
        } finally {
          await page.close();
        }
      });
    }
  });
}

async function serving(project, port, { serve, ready }) {
  const [tool, ...args] = serve.map((word) => word.replace("$PORT", port));
  const server = await project.start(tool === "node" ? undefined : tool, args, { ready });
  return {
    url: typeof server.found === "string" ? server.found : `http://localhost:${port}`,
    stop: server.stop,
    get output() {
      return server.output;
    },
  };
}

async function during(front, work) {
  try {
    await work();
  } finally {
    await front.close();
  }
}
