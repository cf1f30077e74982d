import type { ImportChange, ImportRemoval } from "../../data/types";
import type { T } from "../../i18n";
import { common } from "../../i18n/common";
import { texts as productTexts } from "../product/texts";
import { texts } from "./texts";

/** The columns of the product file by what the screens call them. */
const names = {
  code: productTexts.code,
  category: productTexts.category,
  more_categories: texts.moreCategories,
  name: common.productName,
  name_en: productTexts.nameEn,
  price_cold: texts.priceCold,
  price_hot: texts.priceHot,
  variants: texts.otherVariants,
  option_groups: productTexts.groups,
  description: productTexts.description,
  allergens: productTexts.allergens,
  tax_type: productTexts.taxLabel,
  display: productTexts.displayLabel,
  min_per_order: productTexts.min,
  max_per_order: productTexts.max,
  make_seconds: productTexts.makeSeconds,
  station: productTexts.station,
  print_tag: productTexts.printTag,
} as const;

const words = {
  taxable: productTexts.tax.taxable,
  zero_rated: productTexts.tax.zero_rated,
  exempt: productTexts.tax.exempt,
  listed: productTexts.display.listed,
  hidden: productTexts.display.hidden,
  delisted: productTexts.display.delisted,
} as const;

function has<O extends object>(object: O, key: string): key is keyof O & string {
  return Object.hasOwn(object, key);
}

/** What a column is called on the screens; a header that is none of ours is named as it was typed. */
export function columnName(t: T, column: string): string {
  return has(names, column) ? t(names[column]) : column;
}

/** A change in words: 「冷飲價格 30 → 35」, or what is taken away. */
export function changeText(t: T, { column, before, after, removed }: ImportChange): string {
  const name = columnName(t, column);
  const shown = (value: string) => {
    if (value === "") return t(texts.nothingThere);
    const isWord = column === "tax_type" || column === "display";
    return isWord && has(words, value) ? t(words[value]) : value.replaceAll("|", "、");
  };
  const change = `${name} ${shown(before)} → ${shown(after)}`;
  if (removed.length === 0 || after === "") return change;
  return t(texts.changeRemoving, { change, removed: removed.join("、") });
}

/** What is taken away from how many products. */
export function removalText(t: T, { column, item, products }: ImportRemoval): string {
  const name = columnName(t, column);
  return item ? t(texts.removesItem, { name, item, count: products }) : t(texts.removes, { name, count: products });
}
