import { ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Form, Input, InputNumber, Radio, Select } from "antd";

import type { Category, Display, OptionGroup, Product, TaxType } from "../../data/types";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { FormSection } from "../../patterns/form-page";
import { Suggest } from "../../patterns/suggest";
import { texts } from "./texts";

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
      <FormSection title={t(texts.basics)}>
        <Form.Item name="name" label={t(common.productName)} rules={[{ required: true, message: t(texts.nameNeeded) }, { max: 60 }]}>
          <Input showCount maxLength={60} />
        </Form.Item>
        <Form.Item name="name_en" label={t(texts.nameEn)}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item
          name="category_ids"
          label={t(texts.category)}
          extra={t(texts.categoryHint)}
          rules={[{ required: true, type: "array", min: 1, max: 5, message: t(texts.categoryNeeded) }]}
        >
          <Select mode="multiple" maxCount={5} options={categories.map(({ category_id, name }) => ({ value: category_id, label: name }))} optionFilterProp="label" />
        </Form.Item>
        <Form.Item name="description" label={t(texts.description)}>
          <Input.TextArea autoSize={{ minRows: 2, maxRows: 8 }} maxLength={2000} />
        </Form.Item>
        <Form.Item name="allergens" label={t(texts.allergens)} extra={t(texts.allergensHint)}>
          <Input maxLength={200} />
        </Form.Item>
      </FormSection>
      <FormSection title={t(texts.variants)} hint={t(texts.variantsHint)}>
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
                    label={name === 0 ? t(texts.variantName) : undefined}
                    rules={[{ required: fields.length > 1, message: t(texts.variantNameNeeded) }]}
                  >
                    <Input placeholder={fields.length > 1 ? t(texts.variantNamePlaceholder) : t(texts.variantOnly)} maxLength={60} aria-label={t(texts.variantName)} />
                  </Form.Item>
                  <Form.Item name={[name, "price"]} style={{ flex: "0 1 150px" }} label={name === 0 ? t(texts.price) : undefined} rules={[{ required: true, message: t(texts.variantPriceNeeded) }]}>
                    <InputNumber prefix="NT$" min={0} max={999_999} precision={0} style={{ width: "100%" }} aria-label={t(texts.price)} />
                  </Form.Item>
                  <Flex style={{ paddingTop: name === 0 ? 34 : 0 }}>
                    <Button type="text" icon={<ArrowUpOutlined />} disabled={name === 0} aria-label={t(common.actionUp)} onClick={() => move(name, name - 1)} />
                    <Button type="text" icon={<DeleteOutlined />} disabled={fields.length === 1} aria-label={t(texts.variantRemove)} onClick={() => remove(name)} />
                  </Flex>
                </Flex>
              ))}
              <Button icon={<PlusOutlined />} disabled={fields.length >= 12} onClick={() => add({ name: "", price: 0 })}>
                {t(texts.variantAdd)}
              </Button>
            </>
          )}
        </Form.List>
      </FormSection>
      <FormSection title={t(texts.groups)} hint={t(texts.groupsHint)}>
        <Form.Item name="option_group_ids" label={t(texts.groups)}>
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
      <FormSection title={t(texts.selling)} hint={t(texts.sellingHint)}>
        <Form.Item name="display" required label={t(texts.displayLabel)}>
          <Radio.Group optionType="button" options={displays.map((display) => ({ value: display, label: t(texts.display[display]) }))} />
        </Form.Item>
        <Flex gap={16} wrap>
          <Form.Item name="min_per_order" required label={t(texts.min)}>
            <InputNumber min={1} max={99} precision={0} />
          </Form.Item>
          <Form.Item name="max_per_order" required label={t(texts.max)}>
            <InputNumber min={1} max={99} precision={0} />
          </Form.Item>
          <Form.Item name="make_seconds" required label={t(texts.makeSeconds)}>
            <InputNumber min={0} max={86_400} precision={0} suffix={t(common.unitSeconds)} style={{ width: 140 }} />
          </Form.Item>
        </Flex>
        <Flex gap={16} wrap>
          <Form.Item name="station" label={t(texts.station)} style={{ flex: "1 1 180px" }} extra={t(texts.stationHint)}>
            <Suggest maxLength={20} known={products.map((product) => product.station)} />
          </Form.Item>
          <Form.Item name="print_tag" label={t(texts.printTag)} style={{ flex: "1 1 180px" }} extra={t(texts.printTagHint)}>
            <Suggest maxLength={20} known={products.map((product) => product.print_tag)} />
          </Form.Item>
        </Flex>
        <Flex gap={16} wrap>
          <Form.Item name="tax_type" label={t(texts.taxLabel)} style={{ flex: "1 1 180px" }} rules={[{ required: true, message: t(texts.taxNeeded) }]}>
            <Select options={taxes.map((tax) => ({ value: tax, label: t(texts.tax[tax]) }))} />
          </Form.Item>
          <Form.Item name="code" label={t(texts.code)} style={{ flex: "1 1 180px" }} extra={t(texts.codeHint)}>
            <Input maxLength={32} />
          </Form.Item>
        </Flex>
      </FormSection>
    </>
  );
}
