import { folded, pausesAt, unsold, type PauseLike } from "@yizhimai/kit";

import type { Menu, Pause, PauseEnd, PauseTarget } from "../../data/types";

/** Something that can be paused, as the list shows it. */
export interface PauseRow {
  key: string;
  tab: PauseTab;
  target: PauseTarget;
  name: string;
  /** Category of a product, group of an option, how many products of a station or print tag. */
  detail: string;
  /** Variants that can be paused alone. */
  variants: readonly { id: string; name: string }[];
  /** Units whose restocking can end the pause: categories, methods and the branch have none. */
  units: readonly string[];
}

export type PauseTab = "product" | "option" | "category" | "station" | "tag" | "shop";

/** Names of what the menu has no name for. */
export interface ShopNames {
  branch: string;
  methods: readonly { method: "pickup" | "on_site"; name: string }[];
  products: (count: number) => string;
}

function row(tab: PauseTab, target: PauseTarget, name: string, detail: string, more: Partial<PauseRow> = {}): PauseRow {
  return { key: keyOf(target), tab, target, name, detail, variants: [], units: [], ...more };
}

/** One thing, one key, however it is written. */
export function keyOf({ kind, id, method, name }: PauseTarget): string {
  return `${kind} ${id ?? method ?? name ?? ""}`;
}

/** How many products each station or print tag has, in the menu's order. */
function counted(labels: readonly (string | null | undefined)[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const label of labels) if (label) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** Everything of a menu that can be paused: products in the menu's order, options, categories, stations, print tags, and the shop as a whole. */
export function pauseRows(menu: Menu, names: ShopNames): PauseRow[] {
  const inOrder = [...new Set([...menu.categories.flatMap((category) => category.product_ids), ...menu.products.map((one) => one.product_id)])];
  const products = new Map(menu.products.map((product) => [product.product_id, product]));
  const inMenu = inOrder.flatMap((id) => products.get(id) ?? []);
  const stations = [...counted(inMenu.map((product) => product.station))];
  const tags = [...counted(inMenu.map((product) => product.print_tag))];
  return [
    ...inMenu.map((product) => {
      const id = product.product_id;
      const detail = menu.categories.find((category) => category.product_ids.includes(id))?.name ?? "";
      const variants = product.variants.length > 1 ? product.variants.map(({ variant_id, name }) => ({ id: variant_id, name })) : [];
      return row("product", { kind: "product", id }, product.name, detail, { variants, units: product.variants.map((one) => one.variant_id) });
    }),
    ...menu.option_groups.flatMap((group) =>
      group.options.map((option) => row("option", { kind: "option", id: option.option_id }, option.name, group.name, { units: [option.option_id] })),
    ),
    ...menu.categories.map((category) => row("category", { kind: "category", id: category.category_id }, category.name, "")),
    ...stations.map(([name, count]) => row("station", { kind: "station", name }, name, names.products(count))),
    ...tags.map(([name, count]) => row("tag", { kind: "tag", name }, name, names.products(count))),
    row("shop", { kind: "branch" }, names.branch, ""),
    ...names.methods.map(({ method, name }) => row("shop", { kind: "method", method }, name, "")),
  ];
}

/** What the list shows for a tab and a search; a search looks everywhere. */
export function shownRows(rows: readonly PauseRow[], tab: PauseTab, text: string): PauseRow[] {
  const wanted = folded(text);
  if (!wanted) return rows.filter((one) => one.tab === tab);
  return rows.filter((one) => folded(`${one.name} ${one.detail}`).includes(wanted));
}

/** Names of the products that can no longer be had once `target` is paused as well, itself left out. */
export function fallsWith(menu: Menu, pauses: readonly Pause[], target: PauseTarget, now: Date): string[] {
  const before: PauseLike[] = pauses.map(({ target: paused, reason, ends_at, channels }) => ({ target: paused, reason, ends_at, channels }));
  const after: PauseLike[] = [...before, { target, reason: "other", ends_at: null }];
  const groups = new Map(menu.option_groups.map((group) => [group.option_group_id, group]));
  const gone = (all: PauseLike[]) => {
    const paused = pausesAt(all, now.getTime());
    return menu.products.filter((product) => {
      const categories = menu.categories.filter((category) => category.product_ids.includes(product.product_id)).map((category) => category.category_id);
      const required = product.option_group_ids.flatMap((id) => groups.get(id) ?? []);
      return unsold(product, categories, required, paused, () => undefined) !== undefined;
    });
  };
  const already = new Set(gone(before).map((product) => product.product_id));
  const own = target.kind === "product" ? target.id : undefined;
  return gone(after).filter(({ product_id }) => !already.has(product_id) && product_id !== own).map(({ name }) => name);
}

/** The choices of an end, as chips. */
export const endChoices = ["today", "m30", "m60", "m120", "at", "restocked", "manual"] as const;
export type EndChoice = (typeof endChoices)[number];

const minutes: Partial<Record<EndChoice, number>> = { m30: 30, m60: 60, m120: 120 };

/** The end a choice stands for; undefined while the time is still to be chosen. */
export function endOf(choice: EndChoice, at: Date | undefined): PauseEnd | undefined {
  const after = minutes[choice];
  if (after !== undefined) return { kind: "minutes", minutes: after };
  if (choice === "at") return at ? { kind: "at", at: at.toISOString() } : undefined;
  return { kind: choice as "today" | "restocked" | "manual" };
}

const LONG_MS = 7 * 24 * 60 * 60_000;

/** So long that the product had better be taken off the menu. */
export function isLong(choice: EndChoice, at: Date | undefined, now: Date): boolean {
  return choice === "at" && at !== undefined && at.getTime() - now.getTime() > LONG_MS;
}

/** What is left of a pause: `1:05:09`, `04:59`; empty when its end is not known or over. */
export function countdown(endsAt: string | null | undefined, now: Date): string {
  const seconds = endsAt ? Math.ceil((Date.parse(endsAt) - now.getTime()) / 1000) : 0;
  if (seconds <= 0) return "";
  const two = (n: number) => String(n).padStart(2, "0");
  const [hours, rest] = [Math.floor(seconds / 3600), seconds % 3600];
  const clock = `${two(Math.floor(rest / 60))}:${two(rest % 60)}`;
  return hours > 0 ? `${String(hours)}:${clock}` : clock;
}
