import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { mockGateway } from "./mock/plugin";

// The gateway serves `dist/index.html` for every path under /admin and the hashed files under /assets/admin.
// `--mode mock` answers /api from memory, so that every screen can be built without a running platform.
export default defineConfig(({ mode }) => ({
  plugins: [react(), ...(mode === "mock" ? [mockGateway()] : [])],
  base: "/",
  build: {
    assetsDir: "assets/admin",
    target: "es2022",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: mode === "mock" ? {} : { proxy: { "/api": process.env.GATEWAY_URL ?? "http://127.0.0.1:8080" } },
  test: { environment: "node", include: ["src/**/*.spec.ts", "mock/**/*.spec.ts"] },
}));
