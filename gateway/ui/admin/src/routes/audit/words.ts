import type { AuditEntry, OrderState } from "../../data/types";
import type { T } from "../../i18n";

/** The audited actions: package and RPC, as the protos declare them. */
export const actions = [
  "capacity.CopyLimits", "capacity.CreatePause", "capacity.DeleteLimitTemplate", "capacity.ImportStock", "capacity.RecordStockMovement", "capacity.RemoveSpecialDay",
  "capacity.ResumePause", "capacity.SaveComponent", "capacity.SaveLimitTemplate", "capacity.SaveSpecialDay", "capacity.SetHours", "capacity.SetLimits",
  "capacity.SetRecipe", "capacity.SetStockItem", "capacity.TransferStock", "capacity.WithdrawHours",
  "catalog.ArchiveCategory", "catalog.ArchiveOptionGroup", "catalog.ArchiveProduct", "catalog.CreateBranch", "catalog.CreateBrand", "catalog.CreateProduct",
  "catalog.ImportProducts", "catalog.Publish", "catalog.SaveCategory", "catalog.SaveOptionGroup", "catalog.UpdateBranch", "catalog.UpdateBrand", "catalog.UpdateProduct",
  "ordering.MoveOrder", "ordering.PlaceTestOrder", "ordering.TransitionOrder", "ordering.UndoTransition", "ordering.UnmaskContact",
  "payments.CreateAccount", "payments.OrderPaymentMethods", "payments.ReplaceCredentials", "payments.RequestRefund", "payments.SavePaymentMethod", "payments.UpdateAccount",
  "payments.VerifyAccount",
  "staff.ChangeMyPassword", "staff.CreateAccount", "staff.CreateOrganisation", "staff.EndMySession", "staff.SetAccountState", "staff.SignIn", "staff.SignOut",
] as const;

const objects = [
  "account", "branch", "brand", "category", "component", "hours", "limit_template", "limits", "option_group", "order", "organisation", "pause", "product", "recipe", "session",
  "sku", "special_day", "stock_item", "template",
] as const;

const fields = [
  "account", "address", "code", "currency", "cutoff_minutes", "display", "enabled", "lead_minutes", "name", "on_hand", "phone", "position", "price", "role",
  "slot_minutes", "state", "station", "wanted_at",
] as const;

const orderStates: readonly OrderState[] = [
  "pending_payment", "placed", "accepted", "preparing", "ready", "delivering", "completed", "cancelled", "rejected", "expired", "no_show",
];

const known = <W extends string>(words: readonly W[], word: string): word is W => (words as readonly string[]).includes(word);

/** What was done, in the words of the shop. */
export function actionWord(t: T, action: string): string {
  return known(actions, action) ? t(`audit.action.${action}`) : action;
}

/** What it was done to. */
export function objectWord(t: T, kind: string): string {
  return known(objects, kind) ? t(`audit.object.${kind}`) : kind;
}

/** The last part of a field's path in words, behind the rest of the path. */
export function fieldWord(t: T, path: string): string {
  const [, above = "", last = path] = /^(.*\.)?([^.]+)$/u.exec(path) ?? [];
  return known(fields, last) ? above + t(`audit.field.${last}`) : path;
}

/** A value as it is shown: an order's state as the board calls it, what is not there as a dash. */
export function valueWord(t: T, record: Pick<AuditEntry, "object_type">, value: string | null | undefined): string {
  if (!value) return "—";
  return record.object_type === "order" && known(orderStates, value) ? t(`order.state.${value}`) : value;
}
