import { defineConfig } from "vite";
import { mockGateway } from "./mock/plugin";

export default defineConfig(({ command, isPreview }) => ({
  base: command === "build" || isPreview ? "/assets/store/" : "/",
  plugins: process.env.GATEWAY_URL ? [] : [mockGateway()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: { target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  server: process.env.GATEWAY_URL ? { proxy: { "/api": process.env.GATEWAY_URL } } : {},
}));
