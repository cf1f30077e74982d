import { useQueries } from "@tanstack/react-query";
import { Form, Select, type SelectProps } from "antd";

import { allProductsQuery, categoriesQuery } from "../../data/shared-queries";
import type { Brand } from "../../data/types";
import { useT } from "../../i18n";
import styles from "./membership.module.css";
import { texts } from "./texts";

const MOST_PRODUCTS = 500;
const MOST_CATEGORIES = 100;

interface ExcludedFieldsProps {
  /** Where the target of products stands in the form. */
  name: (string | number)[];
  /** The same within a list, where the form knows a shorter one. */
  itemName?: (string | number)[];
  /** Brands whose menus they are of. */
  brands: readonly Brand[];
}

/** Categories and products that a rule leaves out. */
export function ExcludedFields({ name, itemName = name, brands }: ExcludedFieldsProps) {
  const t = useT();
  const categories = useQueries({ queries: brands.map(({ brand_id }) => categoriesQuery(brand_id)) });
  const products = useQueries({ queries: brands.map(({ brand_id }) => allProductsQuery(brand_id)) });
  const grouped = (options: readonly { value: string; label: string }[][]): SelectProps<string[]>["options"] =>
    brands.length === 1 ? (options[0] ?? []) : brands.map(({ name: label }, index) => ({ label, title: label, options: options[index] ?? [] }));
  return (
    <div className={styles.pair}>
      <Form.Item name={[...itemName, "excluded_category_ids"]} label={t(texts.excludedCategories)}>
        <Select<string[]>
          mode="multiple"
          allowClear
          maxCount={MOST_CATEGORIES}
          showSearch={{ optionFilterProp: "label" }}
          placeholder={t(texts.excludedNone)}
          loading={categories.some(({ isPending }) => isPending)}
          options={grouped(categories.map(({ data }) => data?.map((one) => ({ value: one.category_id, label: one.name })) ?? []))}
        />
      </Form.Item>
      <Form.Item name={[...itemName, "excluded_product_ids"]} label={t(texts.excludedProducts)}>
        <Select<string[]>
          mode="multiple"
          allowClear
          maxCount={MOST_PRODUCTS}
          showSearch={{ optionFilterProp: "label" }}
          placeholder={t(texts.excludedNone)}
          loading={products.some(({ isPending }) => isPending)}
          options={grouped(products.map(({ data }) => data?.map((one) => ({ value: one.product_id, label: one.name })) ?? []))}
        />
      </Form.Item>
    </div>
  );
}
