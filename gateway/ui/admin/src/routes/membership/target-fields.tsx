import { useQueries } from "@tanstack/react-query";
import { Form, Select, type SelectProps } from "antd";

import { allProductsQuery, categoriesQuery } from "../../data/shared-queries";
import type { Brand, ProductTarget } from "../../data/types";
import { useT } from "../../i18n";
import styles from "./membership.module.css";
import { texts } from "./texts";

const MOST_PRODUCTS = 500;
const MOST_CATEGORIES = 100;

type Ids = { [K in keyof ProductTarget]: ProductTarget[K] extends string[] ? K : never }[keyof ProductTarget];

const fields = {
  included: { categories: "category_ids", products: "product_ids" },
  excluded: { categories: "excluded_category_ids", products: "excluded_product_ids" },
} as const satisfies Record<string, Record<"categories" | "products", Ids>>;

interface TargetFieldsProps {
  /** Where the target of products stands in the form; within a list, as the list knows it. */
  name: (string | number)[];
  /** What a rule is about, or what it leaves out. */
  part: keyof typeof fields;
  /** Brands whose menus they are of. */
  brands: readonly Brand[];
}

/** Categories and products of a rule. */
export function TargetFields({ name, part, brands }: TargetFieldsProps) {
  const t = useT();
  const categories = useQueries({ queries: brands.map(({ brand_id }) => categoriesQuery(brand_id)) });
  const products = useQueries({ queries: brands.map(({ brand_id }) => allProductsQuery(brand_id)) });
  const grouped = (options: readonly { value: string; label: string }[][]): SelectProps<string[]>["options"] =>
    brands.length === 1 ? (options[0] ?? []) : brands.map(({ name: label }, index) => ({ label, title: label, options: options[index] ?? [] }));
  const { label, none } = texts.target[part];
  return (
    <div className={styles.pair}>
      <Form.Item name={[...name, fields[part].categories]} required label={t(label.categories)}>
        <Select<string[]>
          mode="multiple"
          allowClear
          maxCount={MOST_CATEGORIES}
          showSearch={{ optionFilterProp: "label" }}
          placeholder={t(none)}
          loading={categories.some(({ isPending }) => isPending)}
          options={grouped(categories.map(({ data }) => data?.map((one) => ({ value: one.category_id, label: one.name })) ?? []))}
        />
      </Form.Item>
      <Form.Item name={[...name, fields[part].products]} required label={t(label.products)}>
        <Select<string[]>
          mode="multiple"
          allowClear
          maxCount={MOST_PRODUCTS}
          showSearch={{ optionFilterProp: "label" }}
          placeholder={t(none)}
          loading={products.some(({ isPending }) => isPending)}
          options={grouped(products.map(({ data }) => data?.map((one) => ({ value: one.product_id, label: one.name })) ?? []))}
        />
      </Form.Item>
    </div>
  );
}
