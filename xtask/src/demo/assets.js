// The demo's ASSETS binding: what Cloudflare's own does for a folder, over workerd's disk service,
// which knows neither content types nor an index page.

const TYPES = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  map: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm",
  woff2: "font/woff2",
};

export default {
  async fetch(request, env) {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return new Response("Method Not Allowed\n", { status: 405, headers: { allow: "GET, HEAD" } });
    }
    const { pathname } = new URL(request.url);
    const path = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
    const type = TYPES[path.slice(path.lastIndexOf(".") + 1)];
    // Without a known ending it may be a folder, which the disk service would list.
    const found = type
      ? await env.SITE.fetch(`http://site${path}`, { method: request.method })
      : undefined;
    if (!found?.ok) return new Response("Not Found\n", { status: 404 });
    return new Response(found.body, {
      headers: {
        "content-type": type,
        "cache-control": "no-cache",
        "x-content-type-options": "nosniff",
      },
    });
  },
};
