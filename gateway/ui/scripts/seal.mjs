// Finishes a built app: fills the service worker's list of files, then writes .br and .gz beside everything worth it.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [dist = "dist", base = "/assets/store/"] = process.argv.slice(2);
const WORTH = /\.(?:html|js|css|svg|json|webmanifest|txt)$/u;

const files = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((path) => /\.\w+$/u.test(path));

const worker = join(dist, "sw.js");
if (existsSync(worker)) {
  const shell = files.filter((path) => /^assets\/.*\.(?:js|css)$/u.test(path)).map((path) => `${base}${path}`).sort();
  const version = createHash("sha256").update(readFileSync(join(dist, "index.html"))).update(shell.join()).digest("hex").slice(0, 12);
  const source = readFileSync(worker, "utf8").replace('"%SHELL%"', JSON.stringify(shell)).replace("%VERSION%", version);
  writeFileSync(worker, source);
}

for (const path of files.filter((name) => WORTH.test(name))) {
  const bytes = readFileSync(join(dist, path));
  const brotli = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  writeFileSync(join(dist, `${path}.br`), brotli);
  writeFileSync(join(dist, `${path}.gz`), gzipSync(bytes, { level: 9 }));
}
