// Finds texts nobody shows: every key of <app>/src/text/zh-TW*.ts must stand, quoted, somewhere else in <app>/src.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const KEY = /^\s{2,4}["']?([A-Za-z][\w.]*)["']?:\s/gmu;

function sources(folder) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/u.test(path) && !path.startsWith("text/") && !/\.test\.tsx?$/u.test(path))
    .map((path) => readFileSync(join(folder, path), "utf8"))
    .join("\n");
}

let unused = 0;
for (const app of process.argv.slice(2)) {
  const texts = join(app, "src/text");
  if (!existsSync(texts)) continue;
  const code = sources(join(app, "src"));
  for (const file of readdirSync(texts).filter((name) => name.startsWith("zh-TW"))) {
    for (const [, key] of readFileSync(join(texts, file), "utf8").matchAll(KEY)) {
      if (code.includes(`"${key}"`) || code.includes(`'${key}'`)) continue;
      process.stderr.write(`${app}: text "${key}" in ${file} is used nowhere: remove it or use it\n`);
      unused += 1;
    }
  }
}
process.exit(unused > 0 ? 1 : 0);
