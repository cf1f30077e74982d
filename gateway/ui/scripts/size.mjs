// Fails when the first load of a built app outgrows its budget: size.mjs <dist> <KiB of JS> <KiB of CSS>, compressed with gzip, the worse of the two ways.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const [dist, scriptBudget, styleBudget] = process.argv.slice(2);
const html = readFileSync(join(dist, "index.html"), "utf8");
const first = Array.from(html.matchAll(/(?:src|href)="[^"]*?(assets\/[^"/]+\.(js|css))"/gu), ([, path, kind]) => ({ path, kind }));

let over = false;
for (const [kind, budget] of [["js", Number(scriptBudget)], ["css", Number(styleBudget)]]) {
  const bytes = first.filter((file) => file.kind === kind).reduce((sum, file) => sum + statSync(join(dist, `${file.path}.gz`)).size, 0);
  const kib = bytes / 1024;
  process.stdout.write(`${kind} first load ${kib.toFixed(1)} KiB gzip of ${budget} KiB\n`);
  if (bytes === 0 || kib > budget) over = true;
}
process.exit(over ? 1 : 0);
