import type { LimitTarget, Menu, Method } from "../../data/types";
import type { T } from "../../i18n";
import { everything } from "./rule";
import { targetText } from "./sentence";
import { texts } from "./texts";

export interface TargetOption {
  value: string;
  label: string;
  target: LimitTarget;
}

export interface TargetGroup {
  label: string;
  options: TargetOption[];
}

const methods: readonly Method[] = ["pickup", "delivery", "on_site"];
const MOST_NAME = 20;
const MOST_SHOWN_NAME = 60;

/** What a target is called in a list of choices. */
export function valueOf({ kind, id, method, name }: LimitTarget): string {
  return `${kind}:${id ?? method ?? (kind === "station" || kind === "tag" ? name : "") ?? ""}`;
}

function option(target: LimitTarget, t: T): TargetOption {
  return { value: valueOf(target), label: targetText({ target }, t), target };
}

const named = (kind: LimitTarget["kind"], name: string): LimitTarget => ({ ...everything, kind, name });
const known = (kind: LimitTarget["kind"], id: string, name: string): LimitTarget => ({ ...everything, kind, id, name: name.slice(0, MOST_SHOWN_NAME) });
const distinct = (names: (string | null | undefined)[]) => [...new Set(names.filter((name): name is string => Boolean(name)))].toSorted();

/** What a limit can be about, in groups; what is typed and is nowhere may be a station or a tag. */
export function targetGroups(menu: Menu | undefined, current: LimitTarget, typed: string, t: T): TargetGroup[] {
  const products = menu?.products ?? [];
  const groups: (readonly [string, LimitTarget[]])[] = [
    [t(texts.kindAll), [everything, ...methods.map((method) => ({ ...everything, kind: "method" as const, method }))]],
    [t(texts.kindCategory), (menu?.categories ?? []).map((one) => known("category", one.category_id, one.name))],
    [t(texts.kindStation), distinct(products.map((one) => one.station)).map((name) => named("station", name))],
    [t(texts.kindTag), distinct(products.map((one) => one.print_tag)).map((name) => named("tag", name))],
    [t(texts.kindProduct), products.map((one) => known("product", one.product_id, one.name))],
    [
      t(texts.kindVariant),
      products.filter((one) => one.variants.length > 1).flatMap((one) => one.variants.map((variant) => known("variant", variant.variant_id, `${one.name}（${variant.name}）`))),
    ],
  ];
  const all = groups.map(([label, targets]) => ({ label, options: targets.map((target) => option(target, t)) })).filter((group) => group.options.length > 0);
  const has = (value: string) => all.some((group) => group.options.some((one) => one.value === value));
  const isOff = current.kind !== "all" && !has(valueOf(current)) && (current.id ?? current.name ?? "") !== "";
  const text = typed.trim();
  const isExact = all.some((group) => group.options.some((one) => one.label === text));
  const made = text && !isExact && text.length <= MOST_NAME ? [named("station", text), named("tag", text)].filter((target) => !has(valueOf(target))) : [];
  return [
    ...all,
    ...(isOff ? [{ label: t(texts.kindOff), options: [option(current, t)] }] : []),
    ...(made.length > 0 ? [{ label: t(texts.kindTyped), options: made.map((target) => option(target, t)) }] : []),
  ];
}
