// Runs in workerd, where clocks stand still while code runs: it decodes what the request says and
// is timed from outside.

import * as ours from "openai-wasm";

import { engines } from "./engines.mjs";
import { plan, verify } from "./measure.mjs";
import * as peers from "./peers.mjs";
import { drip, shapes } from "./shapes.mjs";

let prepared;

export default {
  async fetch(request) {
    const ask = Object.fromEntries(new URL(request.url).searchParams);
    prepared ??= engines({ ...ours, ...peers }).then((list) => ({
      list,
      cases: plan(shapes(Number(ask.events)), drip(Number(ask.events))),
    }));
    const { list, cases } = await prepared;
    if (ask.engine === undefined) {
      if (ask.case === undefined) return Response.json(list.map(({ name }) => name));
      await verify(cases[ask.case], list);
      return new Response("right");
    }
    for (let stream = 0; stream < Number(ask.count); stream += 1) {
      await list[ask.engine].run(cases[ask.case].pieces);
    }
    return new Response("done");
  },
};
