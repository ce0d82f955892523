import { defineConfig } from "vite";

const pages = ["index", "office", "plan", "login", "report", "work", "cases"];

// What every page begins with is one file: many small ones pack worse, and residents wait for them.
const BASE = new RegExp(
  [
    "node_modules/@?preact",
    "vite/preload",
    "src/panels/shell/(settings|size|district|later|toggle)",
    "src/text/(language|shell)\\.ts",
    "src/api/(asked|client|public)\\.ts",
    "src/style/base\\.css",
  ].join("|"),
);

// The build is served from the origin of the API itself: /static/app/ is where its files lie.
export default defineConfig({
  base: "/static/app/",
  oxc: { jsx: { importSource: "preact" } },
  build: {
    outDir: "../api/onegrid_api/static/app",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200, // kB: the map library, loaded when a map is asked for
    assetsInlineLimit: 0, // data: addresses are not in the content policy
    rolldownOptions: {
      input: pages.map((name) => `${name}.html`),
      output: { codeSplitting: { groups: [{ name: "base", test: BASE }] } },
    },
  },
  worker: { format: "es" },
});
