import type { AuditEntry } from "../../data/types";
import type { T } from "../../i18n";
import { common } from "../../i18n/common";
import { texts } from "./texts";

const known = <Table extends object>(table: Table, word: string): word is keyof Table & string => Object.hasOwn(table, word);

/** The audited actions: package and RPC, as the protos declare them. */
export const actions = Object.keys(texts.action);

/** What was done, in the words of the shop. */
export function actionWord(t: T, action: string): string {
  return known(texts.action, action) ? t(texts.action[action]) : action;
}

/** What it was done to. */
export function objectWord(t: T, kind: string): string {
  return known(texts.object, kind) ? t(texts.object[kind]) : kind;
}

/** A field's path, with the parts of it in words that have one. */
export function fieldWord(t: T, path: string): string {
  const words = path.split(".").map((part) => (known(texts.field, part) ? t(texts.field[part]) : part));
  return words.join(".");
}

/** A value as it is shown: an order's state as the board calls it, what is not there as a dash. */
export function valueWord(t: T, record: Pick<AuditEntry, "object_type">, value: string | null | undefined): string {
  if (!value) return "—";
  return record.object_type === "order" && known(common.orderState, value) ? t(common.orderState[value]) : value;
}
