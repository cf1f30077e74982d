import type { ImportChange, ImportRemoval } from "../../data/types";
import type { T } from "../../i18n";

/** The columns of the product file by what the screens call them. */
const names = {
  code: "product.code",
  category: "product.category",
  more_categories: "import.moreCategories",
  name: "product.name",
  name_en: "product.nameEn",
  price_cold: "import.priceCold",
  price_hot: "import.priceHot",
  variants: "import.otherVariants",
  option_groups: "product.groups",
  description: "product.description",
  allergens: "product.allergens",
  tax_type: "product.tax",
  display: "product.display",
  min_per_order: "product.min",
  max_per_order: "product.max",
  make_seconds: "product.makeSeconds",
  station: "product.station",
  print_tag: "product.printTag",
} as const;

const words = {
  taxable: "tax.taxable",
  zero_rated: "tax.zero_rated",
  exempt: "tax.exempt",
  listed: "display.listed",
  hidden: "display.hidden",
  delisted: "display.delisted",
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
    if (value === "") return t("import.nothingThere");
    const isWord = column === "tax_type" || column === "display";
    return isWord && has(words, value) ? t(words[value]) : value.replaceAll("|", "、");
  };
  const change = `${name} ${shown(before)} → ${shown(after)}`;
  if (removed.length === 0 || after === "") return change;
  return t("import.changeRemoving", { change, removed: removed.join("、") });
}

/** What is taken away from how many products. */
export function removalText(t: T, { column, item, products }: ImportRemoval): string {
  const name = columnName(t, column);
  return item ? t("import.removesItem", { name, item, count: products }) : t("import.removes", { name, count: products });
}
