import { folded } from "@yizhimai/kit";

import type { ProductTarget } from "../../data/benefit-types";
import type { Menu } from "../../data/types";
import type { T } from "../../i18n";
import { texts } from "./texts";

/** Something of a menu that can be chosen. */
export interface ProductOption {
  value: string;
  label: string;
}

export interface ProductGroup {
  label: string;
  options: ProductOption[];
}

type Kind = "category" | "product" | "variant";

const valueOf = (kind: Kind, id: string) => `${kind}:${id}`;

const variantName = (product: string, variant: string) => (variant ? `${product}（${variant}）` : product);

/** Names of what is on a menu. */
export function menuNames(menu: Menu | undefined): { category: Map<string, string>; product: Map<string, string>; variant: Map<string, string> } {
  const products = menu?.products ?? [];
  return {
    category: new Map((menu?.categories ?? []).map(({ category_id, name }) => [category_id, name])),
    product: new Map(products.map(({ product_id, name }) => [product_id, name])),
    variant: new Map(products.flatMap(({ name, variants }) => variants.map((one) => [one.variant_id, variantName(name, one.name)] as const))),
  };
}

/** What is chosen and on no menu any more stays in the list, so that it can be taken out. */
function withGone(groups: ProductGroup[], chosen: readonly string[], t: T): ProductGroup[] {
  const known = new Set(groups.flatMap(({ options }) => options.map(({ value }) => value)));
  const gone = chosen.filter((value) => !known.has(value)).map((value, index) => ({ value, label: `${t(texts.kindGone)} ${String(index + 1)}` }));
  return [...groups, ...(gone.length > 0 ? [{ label: t(texts.kindGone), options: gone }] : [])].filter(({ options }) => options.length > 0);
}

/** Categories, products and sizes of a menu to choose from; sizes only where a product has several. */
export function targetGroups(menu: Menu | undefined, chosen: readonly string[], withVariants: boolean, t: T): ProductGroup[] {
  const products = menu?.products ?? [];
  const sized = withVariants ? products.filter(({ variants }) => variants.length > 1) : [];
  return withGone(
    [
      { label: t(texts.kindCategory), options: (menu?.categories ?? []).map(({ category_id, name }) => ({ value: valueOf("category", category_id), label: name })) },
      { label: t(texts.kindProduct), options: products.map(({ product_id, name }) => ({ value: valueOf("product", product_id), label: name })) },
      { label: t(texts.kindVariant), options: sized.flatMap(({ name, variants }) => variants.map((one) => ({ value: valueOf("variant", one.variant_id), label: variantName(name, one.name) }))) },
    ],
    chosen,
    t,
  );
}

/** Everything that can be bought, size by size. */
export function variantOptions(menu: Menu | undefined): (ProductOption & { productId: string; price: number })[] {
  return (menu?.products ?? []).flatMap(({ product_id, name, variants }) =>
    variants.map((one) => ({ value: one.variant_id, label: variantName(name, one.name), productId: product_id, price: one.price })),
  );
}

/** What a target takes, as it is chosen in a list. */
export function chosenIn({ category_ids, product_ids, variant_ids }: ProductTarget): string[] {
  return [...category_ids.map((id) => valueOf("category", id)), ...product_ids.map((id) => valueOf("product", id)), ...variant_ids.map((id) => valueOf("variant", id))];
}

/** What a target leaves out, as it is chosen in a list. */
export function chosenOut({ excluded_category_ids, excluded_product_ids }: ProductTarget): string[] {
  return [...excluded_category_ids.map((id) => valueOf("category", id)), ...excluded_product_ids.map((id) => valueOf("product", id))];
}

const idsOf = (values: readonly string[], kind: Kind) => values.filter((value) => value.startsWith(`${kind}:`)).map((value) => value.slice(kind.length + 1));

/** The target with other choices of what it takes. */
export function withIn(target: ProductTarget, values: readonly string[]): ProductTarget {
  return { ...target, category_ids: idsOf(values, "category"), product_ids: idsOf(values, "product"), variant_ids: idsOf(values, "variant") };
}

/** The target with other choices of what it leaves out. */
export function withOut(target: ProductTarget, values: readonly string[]): ProductTarget {
  return { ...target, excluded_category_ids: idsOf(values, "category"), excluded_product_ids: idsOf(values, "product") };
}

/** Finds a choice by any part of its name, case and width aside. */
export function isNamed(text: string, option: { label?: unknown } | undefined): boolean {
  return folded(String(option?.label ?? "")).includes(folded(text));
}
