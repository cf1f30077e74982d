import type { Level, Me, Plan } from "../data/types";

/** A key of docs/rules.md, Permissions, that a screen asks for. */
export type Permission = "store.catalog" | "store.hours" | "ops.orders" | "ops.stock" | "ops.pause" | "ops.capacity" | "ops.future" | "report.transactions" | "pay.settings" | "device.printers" | "member.list" | "member.promotions" | "member.codes" | "member.point_rules" | "member.profiles" | "member.vip" | "member.tags" | "member.coupons" | "member.ledger" | "staff.accounts" | "system.settings";

const levels = ["view", "operate", "manage"] as const satisfies readonly Level[];

/** What the account may: each level includes the ones before it. The server checks again; this only decides what is shown. */
export function may(me: Me, permission: Permission, level: Level = "view"): boolean {
  const held = me.account.permissions[permission];
  return held !== undefined && levels.indexOf(held) >= levels.indexOf(level);
}

const plans = ["basic", "advanced", "max"] as const;

/** Whether the organisation's plan has what a plan brings. */
export function hasPlan(me: Me, plan: Plan): boolean {
  return plans.indexOf(me.organisation.plan) >= plans.indexOf(plan);
}

/** Whether the account works for the brand as a whole, not only in some of its branches. */
export function holdsBrand(me: Me, brandId: string): boolean {
  const { organisation, brand_ids } = me.account.scope;
  return organisation || brand_ids.includes(brandId);
}

/** Whether the account may change what belongs to the organisation as a whole, such as members and rules of points. */
export function holdsShared(me: Me): boolean {
  const { organisation, brand_ids } = me.account.scope;
  return organisation || brand_ids.length > 0;
}

/** A sensitive action (docs/rules.md, Sensitive actions) that a screen asks for. */
export type Action = "order.cancel_late" | "order.reopen" | "order.refund" | "member.unmask" | "member.export" | "member.erase" | "member.merge" | "points.adjust" | "coupon.void" | "test.order" | "audit.view" | "payment.credentials";

/** Whether the account was given a sensitive action. */
export function mayDo(me: Me, action: Action): boolean {
  return me.account.actions.includes(action);
}
