import { defineConfig } from "vite";

const pages = ["index", "office", "plan", "login", "report", "work", "cases"];

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
    rolldownOptions: { input: pages.map((name) => `${name}.html`) },
  },
  worker: { format: "es" },
});
