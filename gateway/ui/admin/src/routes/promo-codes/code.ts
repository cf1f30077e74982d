/** Characters a code may have. */
const CODE = /^[A-Z0-9-]{4,20}$/u;
const PREFIX = /^[A-Z0-9]{0,6}$/u;

export const MOST_BATCH = 100_000;

/** A code as it is compared: full-width letters, case and blanks do not matter. */
export function normalCode(text: string): string {
  return text.normalize("NFKC").toUpperCase().replace(/\s/gu, "");
}

export function isCode(text: string): boolean {
  return CODE.test(normalCode(text));
}

export function isPrefix(text: string): boolean {
  return PREFIX.test(normalCode(text));
}

/** How the codes of a batch come to be. */
export type CodeKind = "single" | "random" | "file";

/** Codes as the form holds them. */
export interface CodesDraft {
  kind: CodeKind;
  code: string;
  count: number;
  prefix: string;
  uses_per_code: number;
  csv: string;
}

export const newCodes: CodesDraft = { kind: "single", code: "", count: 100, prefix: "", uses_per_code: 1, csv: "" };

/** The lines of a file of codes: the first column, without a header and empty lines. */
export function codesOf(csv: string): string[] {
  const cells = csv.split(/\r?\n/u).map((line) => normalCode(line.split(",")[0]?.replace(/^["'\uFEFF]+|"+$/gu, "") ?? ""));
  return cells.filter((cell, index) => cell !== "" && !(index === 0 && ["CODE", "優惠碼"].includes(cell)));
}

/** What is sent of the codes. */
export function codesInput({ kind, code, count, prefix, uses_per_code, csv }: CodesDraft) {
  if (kind === "single") return { code: normalCode(code) };
  if (kind === "file") return { batch: { csv: codesOf(csv).join("\n"), uses_per_code } };
  return { batch: { count, prefix: normalCode(prefix), uses_per_code } };
}

/** Places in the codes that are wrong before they are sent. */
export function codesFaults({ kind, code, count, prefix, csv }: CodesDraft): ("code" | "count" | "prefix" | "csv" | "csv_size")[] {
  if (kind === "single") return isCode(code) ? [] : ["code"];
  if (kind === "random") return [...(count >= 1 && count <= MOST_BATCH ? [] : ["count" as const]), ...(isPrefix(prefix) ? [] : ["prefix" as const])];
  const codes = codesOf(csv);
  if (codes.length > MOST_BATCH) return ["csv_size"];
  return codes.length > 0 && codes.every(isCode) ? [] : ["csv"];
}
