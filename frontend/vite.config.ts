import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds the Earpiece server (which serves the built page itself). */
const server = "http://127.0.0.1:8000";

/** More than this must not have to cross a slow wire before the first page works. */
const scriptKilobytes = 200;

export default defineConfig({
  plugins: [react(), tailwindcss(), budget()],
  server: {
    proxy: {
      "/api": server,
      "/samples": server,
      "/policies": server,
      "/sign-in/local": server,
      "/ws": { target: server, ws: true },
    },
  },
  test: { include: ["src/**/*.test.{ts,tsx}"], setupFiles: "src/testing/setup.ts" },
});

/** Fails the build when the pages' JavaScript, compressed, outgrows `scriptKilobytes`. */
function budget(): Plugin {
  return {
    name: "budget",
    async generateBundle(_options, bundle) {
      const scripts = Object.values(bundle).flatMap((file) => (file.type === "chunk" ? [file.code] : []));
      const sizes = await Promise.all(scripts.map(gzippedBytes));
      const built = Math.ceil(sizes.reduce((total, size) => total + size, 0) / 1_000);
      if (built > scriptKilobytes)
        this.error(`${built} KB of compressed JavaScript are more than the ${scriptKilobytes} KB allowed`);
    },
  };
}

async function gzippedBytes(code: string): Promise<number> {
  const stream = new Blob([code]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).arrayBuffer()).byteLength;
}
