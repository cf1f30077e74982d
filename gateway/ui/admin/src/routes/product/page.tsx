import { useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams, type NavigateOptions } from "@tanstack/react-router";
import { Button, Form } from "antd";
import { useState } from "react";

import { call, newIdempotencyKey } from "../../data/gateway";
import { keys } from "../../data/keys";
import { allProductsQuery, categoriesQuery, optionGroupsQuery } from "../../data/shared-queries";
import type { Product, ProductInput } from "../../data/types";
import { useMe } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { FormPage } from "../../patterns/form-page";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { QueryView } from "../../patterns/states";
import { useDanger } from "../../patterns/use-danger";
import { useRefusalToast } from "../../patterns/use-toast";
import { may } from "../../session/may";
import { archiveProduct, productInput, updateProduct } from "../products/queries";
import { ProductSections } from "./form";
import { productQuery } from "./queries";
import { texts } from "./texts";

const blank: ProductInput = {
  code: "", name: "", name_en: "", description: "", category_ids: [], variants: [{ name: "", price: 0 }], option_group_ids: [],
  tax_type: "taxable", display: "listed", min_per_order: 1, max_per_order: 99, make_seconds: 60, position: 0, allergens: "", station: "", print_tag: "",
};

/** 新增商品. */
export function NewProductPage() {
  const t = useT();
  const { brandId = "" } = useParams({ strict: false });
  const navigate = useNavigate();
  const client = useQueryClient();
  // One key for this page: pressing twice, or again after silence, makes one product.
  const [key] = useState(() => newIdempotencyKey());

  async function create(body: ProductInput) {
    await call("POST", "/api/admin/brands/{brand_id}/products", { path: { brand_id: brandId }, body, key });
    await client.invalidateQueries({ queryKey: keys.products(brandId) });
    setTimeout(() => void navigate({ to: paths.products(brandId) } as NavigateOptions));
  }

  return (
    <Page narrow>
      <PageHeader title={t(texts.new)} back={paths.products(brandId)} />
      <ProductForm brandId={brandId} initial={blank} onSave={create} />
    </Page>
  );
}

/** A product's form. */
export function ProductPage() {
  const { productId = "" } = useParams({ strict: false });
  const query = useQuery(productQuery(productId));
  return <QueryView query={query}>{(product) => <EditProduct product={product} onReload={() => void query.refetch()} />}</QueryView>;
}

function EditProduct({ product, onReload }: { product: Product; onReload: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const navigate = useNavigate();
  const danger = useDanger();
  const toast = useRefusalToast();
  const manages = may(useMe(), "store.catalog", "manage");
  const back = paths.products(product.brand_id);

  async function save(values: ProductInput) {
    const answer = await updateProduct(product.product_id, { ...productInput(product), ...values, version: product.version });
    client.setQueryData(keys.product(product.product_id), answer.product);
    await client.invalidateQueries({ queryKey: keys.products(product.brand_id) });
  }

  async function archive() {
    try {
      await archiveProduct(product);
      await client.invalidateQueries({ queryKey: keys.products(product.brand_id) });
      await navigate({ to: back } as NavigateOptions);
    } catch (thrown) {
      toast(thrown);
    }
  }

  return (
    <Page narrow>
      <PageHeader
        title={product.name}
        hint={t(texts.editHint)}
        back={back}
        actions={
          manages ? (
            <Button
              danger
              onClick={() =>
                danger({ title: t(texts.archiveOne, { name: product.name }), text: t(texts.archiveText, { names: product.name }), deed: t(common.archive), act: archive })
              }
            >
              {t(common.archive)}
            </Button>
          ) : null
        }
      />
      <ProductForm brandId={product.brand_id} initial={productInput(product)} onSave={save} onReload={onReload} readOnly={!manages} />
    </Page>
  );
}

interface ProductFormProps {
  brandId: string;
  initial: ProductInput;
  onSave: (values: ProductInput) => Promise<void>;
  onReload?: () => void;
  readOnly?: boolean;
}

function ProductForm({ brandId, ...rest }: ProductFormProps) {
  const [form] = Form.useForm<ProductInput>();
  const { data: categories } = useSuspenseQuery(categoriesQuery(brandId));
  const { data: groups } = useSuspenseQuery(optionGroupsQuery(brandId));
  // What is suggested may come later than the form.
  const { data: products } = useQuery(allProductsQuery(brandId));
  return (
    <FormPage<ProductInput> form={form} {...rest} onSave={(values) => rest.onSave({ ...blank, ...values, category_ids: values.category_ids ?? [] })}>
      <ProductSections categories={categories} groups={groups} products={products ?? []} />
    </FormPage>
  );
}
