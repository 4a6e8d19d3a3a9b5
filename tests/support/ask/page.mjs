// Asks through the proxy that the address names, in a page or in a worker, and reports there what came.

import * as openai from "openai-wasm";

import { askAll, said } from "./all.mjs";

/** @param search what stands after `?` in the page's address: `proxy`, `token`, `report` */
export async function askInPage(search = location.search) {
  const { proxy, token, report } = Object.fromEntries(new URLSearchParams(search));
  let answers;
  try {
    answers = await askAll(openai, { proxyUrl: proxy, token });
  } catch (error) {
    answers = { failed: said(error) };
  }
  await fetch(report, { method: "POST", body: JSON.stringify(answers) });
}
