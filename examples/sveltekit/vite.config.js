import adapter from "@sveltejs/adapter-node";
import { sveltekit } from "@sveltejs/kit/vite";

// The address that the page will have. With another one than this the server takes the page for another site's.
const origin = process.env.ORIGIN ?? "http://localhost:3000";

export default { plugins: [sveltekit({ adapter: adapter(), paths: { origin } })] };
