// Finds texts nobody shows: every key of <app>/src/{text,i18n}/zh-TW.ts must stand, quoted
// or as the beginning of a template, somewhere else in <app>/src.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const KEY = /^\s{2,4}["']?([A-Za-z][\w.]*)["']?:\s/gmu;
const PREFIX = /`([A-Za-z][\w.]*\.)\$\{/gu;

function sources(folder) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/u.test(path) && !/(?:^|\/)(?:zh-TW|en)\.ts$|\.(?:test|spec)\.tsx?$/u.test(path))
    .map((path) => readFileSync(join(folder, path), "utf8"))
    .join("\n");
}

let unused = 0;
for (const app of process.argv.slice(2)) {
  const texts = ["src/text", "src/i18n"].map((folder) => join(app, folder)).find((folder) => existsSync(folder));
  if (!texts) continue;
  const code = sources(join(app, "src"));
  const prefixes = Array.from(code.matchAll(PREFIX), ([, prefix]) => prefix);
  for (const file of readdirSync(texts).filter((name) => name.startsWith("zh-TW"))) {
    for (const [, key] of readFileSync(join(texts, file), "utf8").matchAll(KEY)) {
      if (code.includes(`"${key}"`) || code.includes(`'${key}'`) || prefixes.some((prefix) => key.startsWith(prefix))) continue;
      process.stderr.write(`${app}: text "${key}" in ${file} is used nowhere: remove it or use it\n`);
      unused += 1;
    }
  }
}
process.exit(unused > 0 ? 1 : 0);
