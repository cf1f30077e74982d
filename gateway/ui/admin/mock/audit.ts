import type { AuditEntry } from "../src/data/types";
import type { Call, Route } from "./routes";

function entry(call: Call, seq: number): AuditEntry {
  const branch = call.world.state.branches[seq % call.world.state.branches.length];
  const at = (part: Partial<AuditEntry>): AuditEntry => ({
    seq, recorded_at: new Date(Date.now() - (200 - seq) * 700_000).toISOString(), action: "catalog.UpdateProduct", outcome: "OK",
    actor_kind: "staff", actor_id: "account", account_name: "陳老闆", session_id: "01890a5d-ac96-774b-bcce-b302099a8057", on_behalf_of: null,
    brand_id: branch?.brand_id ?? null, branch_id: null, object_type: "product", object_id: "01890a5d-ac96-774b-bcce-b302099a8058",
    request_json: '{"product":{"name":"冬瓜茶"}}', changes: [], omitted_changes: 0, reason: "", trace_id: "4bf92f3577b34da6a3ce929d0e0e4736", network: "203.0.113.*", user_agent: "Mozilla/5.0 (iPad) Safari", ...part,
  });
  const inBranch = { branch_id: branch?.branch_id ?? null };
  switch (seq % 6) {
    case 0:
      return at({ changes: [{ field: "name", before: "紅茶", after: "冬瓜茶" }, { field: "variants[0].price", before: "25", after: "30" }, { field: "station", before: null, after: "吧台" }] });
    case 1:
      return at({ ...inBranch, action: "ordering.TransitionOrder", object_type: "order", changes: [{ field: "state", before: "placed", after: "accepted" }], account_name: "阿明" });
    case 2:
      return at({ ...inBranch, action: "ordering.UnmaskContact", object_type: "order", reason: "通知缺貨" });
    case 3:
      return at({ ...inBranch, action: "capacity.RecordStockMovement", object_type: "stock_item", changes: [{ field: "on_hand", before: "12", after: "40" }] });
    case 4:
      return at({ brand_id: null, action: "staff.SignIn", actor_kind: "nobody", actor_id: "", session_id: null, outcome: "LOGIN_FAILED", object_type: "", object_id: "" });
    default:
      return at({ ...inBranch, action: "capacity.SetHours", outcome: "PERMISSION_DENIED", object_type: "hours", account_name: "阿明" });
  }
}

function list(call: Call): { body: unknown } {
  const { query } = call;
  const before = Number(query.get("page_token") ?? 200);
  const kept = (one: AuditEntry) =>
    (!query.get("action") || one.action === query.get("action")) && (!query.get("branch_id") || one.branch_id === query.get("branch_id"));
  const all = Array.from({ length: before - 1 }, (_, index) => entry(call, before - 1 - index)).filter(kept);
  const records = all.slice(0, 50);
  return { body: { records, next_page_token: all.length > 50 ? String(records.at(-1)?.seq) : null } };
}

export const auditRoutes: readonly Route[] = [
  ["GET", /^\/audit-records$/u, list],
  ["GET", /^\/accounts$/u, () => ({ body: { accounts: [{ account_id: "account", name: "陳老闆" }], next_page_token: null } })],
];
