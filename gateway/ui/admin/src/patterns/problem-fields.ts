import type { FieldProblem } from "@yizhimai/api";

export type FieldPath = (string | number)[];

/** `variants[0].price` → `["variants", 0, "price"]`, the way Ant Design names a field. */
export function fieldPath(field: string): FieldPath {
  return field
    .replace(/\[(\d+)\]/gu, ".$1")
    .split(".")
    .filter((part) => part !== "")
    .map((part) => (/^\d+$/u.test(part) ? Number(part) : part));
}

function startsWith(path: FieldPath, start: FieldPath): boolean {
  return start.length > 0 && start.every((part, index) => String(path[index]) === String(part));
}

/**
 * Gives each problem the form's field it belongs to: the field itself or the nearest one around
 * it. A leading name of the whole (`product.name`) is looked past. What has no place is left over.
 */
export function placeProblems(fields: readonly FieldProblem[], registered: readonly FieldPath[]) {
  const placed: { name: FieldPath; problem: FieldProblem }[] = [];
  const unplaced: FieldProblem[] = [];
  for (const problem of fields) {
    const path = fieldPath(problem.field);
    const name = [path, path.slice(1)]
      .flatMap((candidate) => registered.filter((one) => startsWith(candidate, one)))
      .toSorted((one, other) => other.length - one.length)[0];
    if (name) placed.push({ name, problem });
    else unplaced.push(problem);
  }
  return { placed, unplaced };
}
