// Checks the texts of an app: both languages of each name the same placeholders, and each is used.
// Texts stand in modules that end with `satisfies Texts`, those of a screen beside it as `texts.ts`.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const NAME = /^ {2}(?:(\w+)|"([^"]+)"): /gmu;
const PAIR = /\[("(?:[^"\\]|\\.)*"), ("(?:[^"\\]|\\.)*")\],?$/gmu;
const IMPORT = /^import \{ (?:texts|common)(?: as (\w+))? \} from "(\.[^"]+)";$/gmu;

let faults = 0;
function fault(message) {
  process.stderr.write(`${message}\n`);
  faults += 1;
}

const placeholders = (text) => [...new Set(Array.from(text.matchAll(/\{(\w+)/gu), ([, name]) => name))].toSorted().join();

for (const app of process.argv.slice(2)) {
  const sources = readdirSync(join(app, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/u.test(path) && !/\.(?:test|spec)\.tsx?$/u.test(path))
    .map((path) => join(app, "src", path))
    .map((path) => ({ path, code: readFileSync(path, "utf8") }));
  const texts = sources.filter(({ code }) => code.endsWith("satisfies Texts;\n"));
  const used = new Map(texts.map(({ path }) => [path, new Set()]));
  for (const { path, code } of sources) {
    for (const [, alias, from] of code.matchAll(IMPORT)) {
      const names = used.get(`${join(dirname(path), from)}.ts`);
      const local = alias ?? (from.endsWith("/common") ? "common" : "texts");
      for (const [, name] of code.matchAll(new RegExp(`\\b${local}\\.(\\w+)`, "gu"))) names?.add(name);
    }
  }
  for (const { path, code } of texts) {
    for (const [, name, quoted] of code.matchAll(NAME)) {
      if (!used.get(path)?.has(name ?? quoted)) fault(`${path}: "${name ?? quoted}" is not used: remove it or use it`);
    }
    for (const [, zhTW, en] of code.matchAll(PAIR)) {
      if (placeholders(zhTW) !== placeholders(en)) fault(`${path}: ${zhTW} and ${en} name different placeholders`);
    }
  }
}
process.exit(faults > 0 ? 1 : 0);
