import { ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Form, Input, InputNumber, Radio, Select } from "antd";

import type { Category, Display, OptionGroup, Product, TaxType } from "../../data/types";
import { useT } from "../../i18n";
import { FormSection } from "../../patterns/form-page";
import { Suggest } from "../../patterns/suggest";

const displays: readonly Display[] = ["listed", "hidden", "delisted"];
const taxes: readonly TaxType[] = ["taxable", "zero_rated", "exempt"];

interface SectionsProps {
  categories: Category[];
  groups: OptionGroup[];
  /** All of the brand, whose stations and print tags are offered. */
  products: readonly Product[];
}

/** The parts of a product's form; the same for a new one and for one that exists. */
export function ProductSections({ categories, groups, products }: SectionsProps) {
  const t = useT();
  return (
    <>
      <FormSection title={t("product.basics")}>
        <Form.Item name="name" label={t("product.name")} rules={[{ required: true, message: t("product.nameNeeded") }, { max: 60 }]}>
          <Input showCount maxLength={60} />
        </Form.Item>
        <Form.Item name="name_en" label={t("product.nameEn")}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item
          name="category_ids"
          label={t("product.category")}
          extra={t("product.categoryHint")}
          rules={[{ required: true, type: "array", min: 1, max: 5, message: t("product.categoryNeeded") }]}
        >
          <Select mode="multiple" maxCount={5} options={categories.map(({ category_id, name }) => ({ value: category_id, label: name }))} optionFilterProp="label" />
        </Form.Item>
        <Form.Item name="description" label={t("product.description")}>
          <Input.TextArea autoSize={{ minRows: 2, maxRows: 8 }} maxLength={2000} />
        </Form.Item>
        <Form.Item name="allergens" label={t("product.allergens")} extra={t("product.allergensHint")}>
          <Input maxLength={200} />
        </Form.Item>
      </FormSection>
      <FormSection title={t("product.variants")} hint={t("product.variantsHint")}>
        <Form.List name="variants">
          {(fields, { add, remove, move }) => (
            <>
              {fields.map(({ key, name }) => (
                <Flex key={key} gap={8} align="start">
                  <Form.Item name={[name, "variant_id"]} hidden>
                    <Input />
                  </Form.Item>
                  <Form.Item
                    name={[name, "name"]}
                    style={{ flex: "1 1 0" }}
                    label={name === 0 ? t("variant.name") : undefined}
                    rules={[{ required: fields.length > 1, message: t("variant.nameNeeded") }]}
                  >
                    <Input placeholder={fields.length > 1 ? t("variant.namePlaceholder") : t("variant.only")} maxLength={60} aria-label={t("variant.name")} />
                  </Form.Item>
                  <Form.Item name={[name, "price"]} style={{ flex: "0 1 150px" }} label={name === 0 ? t("product.price") : undefined} rules={[{ required: true, message: t("variant.priceNeeded") }]}>
                    <InputNumber prefix="NT$" min={0} max={999_999} precision={0} style={{ width: "100%" }} aria-label={t("product.price")} />
                  </Form.Item>
                  <Flex style={{ paddingTop: name === 0 ? 34 : 0 }}>
                    <Button type="text" icon={<ArrowUpOutlined />} disabled={name === 0} aria-label={t("action.up")} onClick={() => move(name, name - 1)} />
                    <Button type="text" icon={<DeleteOutlined />} disabled={fields.length === 1} aria-label={t("variant.remove")} onClick={() => remove(name)} />
                  </Flex>
                </Flex>
              ))}
              <Button icon={<PlusOutlined />} disabled={fields.length >= 12} onClick={() => add({ name: "", price: 0 })}>
                {t("variant.add")}
              </Button>
            </>
          )}
        </Form.List>
      </FormSection>
      <FormSection title={t("product.groups")} hint={t("product.groupsHint")}>
        <Form.Item name="option_group_ids" label={t("product.groups")}>
          <Select
            mode="multiple"
            optionFilterProp="label"
            options={groups.map((group) => ({ value: group.option_group_id, label: group.name, group }))}
            optionRender={({ data }) => (
              <Flex vertical>
                <span>{data.group.name}</span>
                <small style={{ color: "var(--ink-2)" }}>{data.group.options.slice(0, 8).map((option) => option.name).join("、")}</small>
              </Flex>
            )}
          />
        </Form.Item>
      </FormSection>
      <FormSection title={t("product.selling")} hint={t("product.sellingHint")}>
        <Form.Item name="display" required label={t("product.display")}>
          <Radio.Group optionType="button" options={displays.map((display) => ({ value: display, label: t(`display.${display}`) }))} />
        </Form.Item>
        <Flex gap={16} wrap>
          <Form.Item name="min_per_order" required label={t("product.min")}>
            <InputNumber min={1} max={99} precision={0} />
          </Form.Item>
          <Form.Item name="max_per_order" required label={t("product.max")}>
            <InputNumber min={1} max={99} precision={0} />
          </Form.Item>
          <Form.Item name="make_seconds" required label={t("product.makeSeconds")}>
            <InputNumber min={0} max={86_400} precision={0} suffix={t("unit.seconds")} style={{ width: 140 }} />
          </Form.Item>
        </Flex>
        <Flex gap={16} wrap>
          <Form.Item name="station" label={t("product.station")} style={{ flex: "1 1 180px" }} extra={t("product.stationHint")}>
            <Suggest maxLength={20} known={products.map((product) => product.station)} />
          </Form.Item>
          <Form.Item name="print_tag" label={t("product.printTag")} style={{ flex: "1 1 180px" }} extra={t("product.printTagHint")}>
            <Suggest maxLength={20} known={products.map((product) => product.print_tag)} />
          </Form.Item>
        </Flex>
        <Flex gap={16} wrap>
          <Form.Item name="tax_type" label={t("product.tax")} style={{ flex: "1 1 180px" }} rules={[{ required: true, message: t("product.taxNeeded") }]}>
            <Select options={taxes.map((tax) => ({ value: tax, label: t(`tax.${tax}`) }))} />
          </Form.Item>
          <Form.Item name="code" label={t("product.code")} style={{ flex: "1 1 180px" }} extra={t("product.codeHint")}>
            <Input maxLength={32} />
          </Form.Item>
        </Flex>
      </FormSection>
    </>
  );
}
