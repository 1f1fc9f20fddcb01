import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// One bundle for every server: it knows the picture only. Names carry a hash of their content.
export default defineConfig({
  root: here("."),
  base: "/static/",
  publicDir: false,
  build: {
    outDir: here("../src/northwatch/web/static"),
    emptyOutDir: true,
    assetsDir: ".",
    assetsInlineLimit: 0,
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    target: "es2022",
    rollupOptions: { input: ["page", "trends", "map", "vessel", "passkey", "review"].map((name) => here(`src/${name}.ts`)) },
  },
  worker: { format: "es" },
});
