// In the place of Cloudflare's rate-limit binding, which workerd alone does not have: a Worker with the
// binding's one method, that lets each key pass so often.

const source = (most) => `import { WorkerEntrypoint } from "cloudflare:workers";
const counts = new Map();
export default class extends WorkerEntrypoint {
  limit({ key }) {
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return { success: counts.get(key) <= ${most} };
  }
  fetch() {
    return Response.json([...counts.keys()]);
  }
}`;

/** A service for `startProxy`, to be bound as `{ service: name }`. */
export const limiter = (most) => ({ modules: [{ name: "limiter.js", esModule: source(most) }] });

/** One whose method is the given text: what a broken binding does. */
export const brokenLimiter = (body) => ({
  modules: [
    {
      name: "limiter.js",
      esModule: `import { WorkerEntrypoint } from "cloudflare:workers";
export default class extends WorkerEntrypoint { async limit() { ${body} } }`,
    },
  ],
});
