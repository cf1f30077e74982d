import { pausesAt } from "../../kit/src/pauses";

import type { Menu, Pause, PauseEnd, PauseInput, PausePreviewInput, PauseTarget } from "../src/data/types";
import type { Call, Route } from "./routes";
import { found, Refusal, type World } from "./world";

const held = new WeakMap<World, Map<string, Pause[]>>();

function pausesOf(world: World, branchId: string): Pause[] {
  const all = held.get(world) ?? new Map<string, Pause[]>();
  held.set(world, all);
  const pauses = all.get(branchId) ?? [];
  all.set(branchId, pauses);
  return pauses;
}

/** The menu that customers of a branch would load. */
export function menuOf(world: World, brandSlug: string, branchSlug: string): Menu {
  const { state } = world;
  const brand = found(state.brands.find((one) => one.slug === brandSlug));
  const branch = found(state.branches.find((one) => one.slug === branchSlug));
  const products = [...state.products.values()].filter((one) => one.brand_id === brand.brand_id);
  const categories = state.categories.get(brand.brand_id) ?? [];
  return {
    menu_version_id: "menu", number: 1, published_at: new Date().toISOString(), brand, branch, products, option_groups: state.groups.get(brand.brand_id) ?? [],
    categories: categories.map((one) => ({ ...one, product_ids: products.filter((product) => product.category_ids.includes(one.category_id)).map((product) => product.product_id) })),
  } as unknown as Menu;
}

const whole = ({ kind, id = null, method = null, name = null }: PauseTarget): Pause["target"] => ({ kind, id, method, name });
const wholeEnd = ({ kind, minutes = null, at = null }: PauseEnd): Pause["end"] => ({ kind, minutes, at });

/** What the catalogue calls a target. */
function nameOf({ state }: World, { id, name }: PauseTarget): string {
  const products = [...state.products.values()].flatMap((product) => [
    { id: product.product_id, name: product.name },
    ...product.variants.map((variant) => ({ id: variant.variant_id, name: `${product.name} ${variant.name}`.trim() })),
  ]);
  const options = [...state.groups.values()].flat().flatMap((group) => group.options.map((option) => ({ id: option.option_id, name: option.name })));
  const categories = [...state.categories.values()].flat().map((category) => ({ id: category.category_id, name: category.name }));
  return [...products, ...options, ...categories].find((one) => one.id === id)?.name ?? name ?? "";
}

function create({ world, body }: Call): { status: number; body: unknown } {
  const input = body as unknown as PauseInput;
  const [branchId = world.state.branches[0]?.branch_id ?? ""] = input.branch_ids ?? [];
  const now = new Date();
  const midnight = new Date(now.getTime() + 6 * 3_600_000);
  const ends = { today: midnight, minutes: new Date(now.getTime() + (input.end?.minutes ?? 0) * 60_000), at: new Date(input.end?.at ?? now), restocked: null, manual: null }[input.end?.kind ?? "today"];
  if (input.end?.kind === "at" && ends && ends <= now) throw new Refusal(400, "IN_THE_PAST", {}, [{ field: "end.at", reason: "IN_THE_PAST", params: {} }]);
  const pause: Pause = {
    pause_id: world.fresh(), brand_id: world.state.branches.find((one) => one.branch_id === branchId)?.brand_id ?? "",
    target: whole(input.target), target_name: nameOf(world, input.target), scope: input.scope, branch_count: Math.max(1, input.branch_ids?.length ?? 0),
    channels: input.channels ?? [], reason: input.reason, note: input.note ?? "", end: wholeEnd(input.end ?? { kind: "today" }), ends_at: ends?.toISOString() ?? null, locked: input.locked ?? false,
    started_at: now.toISOString(), started_by: "陳老闆", ended_at: null, ending: null, ended_by: "", version: 1,
  };
  pausesOf(world, branchId).push(pause);
  world.emit(branchId, "availability", { sku_ids: [] });
  return { status: 201, body: { pause } };
}

function list({ world, ids, query }: Call): { body: unknown } {
  const now = Date.now();
  const over = (pause: Pause) => pause.ended_at !== null || (pause.ends_at !== null && pause.ends_at !== undefined && Date.parse(pause.ends_at) <= now);
  const ended = query.get("ended") === "true";
  return { body: { pauses: pausesOf(world, ids[0] ?? "").filter((pause) => over(pause) === ended), next_page_token: null } };
}

function resume({ world, ids }: Call): { body: unknown } {
  const branchId = world.state.branches.find((branch) => pausesOf(world, branch.branch_id).some((one) => one.pause_id === ids[0]))?.branch_id ?? "";
  const pause = found(pausesOf(world, branchId).find((one) => one.pause_id === ids[0]));
  Object.assign(pause, { ended_at: new Date().toISOString(), ending: "resumed", ended_by: "陳老闆" });
  world.emit(branchId, "availability", { sku_ids: [] });
  return { body: { pause } };
}

function preview({ world, body }: Call): { body: unknown } {
  const { target, branch_ids = [] } = body as unknown as PausePreviewInput;
  const paused = pausesAt([{ target, reason: "other", ends_at: null }], 0);
  const orders = [...world.state.orders.values()].filter(
    (order) => (branch_ids.length === 0 || branch_ids.includes(order.branch_id)) && order.lines.some((line) => paused.of("product", line.product_id) ?? paused.of("variant", line.variant_id) ?? line.options.some((one) => paused.of("option", one.option_id)) ?? paused.of("branch")),
  );
  return { body: { orders: orders.map(({ order_id, branch_id, promised_at }) => ({ order_id, branch_id, promised_at })), order_count: orders.length } };
}

/** Endpoints of 暫停銷售. */
export const pauseRoutes: readonly Route[] = [
  ["GET", /^\/branches\/([^/]+)\/pauses$/u, list],
  ["POST", /^\/pauses$/u, create],
  ["POST", /^\/pauses\/preview$/u, preview],
  ["POST", /^\/pauses\/([^/]+)\/resume$/u, resume],
];
