import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, type LinkProps } from "@tanstack/react-router";
import { App, Button, Input, Select, Tag } from "antd";
import { formatMoney } from "@yizhimai/kit";

import { problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import { categoriesQuery } from "../../data/shared-queries";
import type { Display, Product } from "../../data/types";
import { texts as frameTexts } from "../../frame/texts";
import { useMe } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { ListPage, type ListColumn } from "../../patterns/list-page";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { EmptyState } from "../../patterns/states";
import { useDanger } from "../../patterns/use-danger";
import { may } from "../../session/may";
import { texts as productTexts } from "../product/texts";
import { DisplayTag } from "./display-tag";
import { archiveProduct, productInput, productsQuery, updateProduct } from "./queries";
import { texts } from "./texts";

const route = getRouteApi("/signed-in/brands/$brandId/products");
const displays: readonly Display[] = ["listed", "hidden", "delisted"];

type Row = Product & { categories: string };

function prices(product: Product): string {
  return product.variants.map(({ name, price }) => `${name ? `${name} ` : ""}${formatMoney(price)}`).join(" ／ ");
}

const columns: readonly ListColumn<Row>[] = [
  {
    key: "name", title: common.productName, fixed: true,
    render: (row) => (
      <Link to={paths.product(row.brand_id, row.product_id) as LinkProps["to"]} style={{ display: "inline-block", padding: "6px 0", fontWeight: 600 }}>
        {row.name}
      </Link>
    ),
  },
  { key: "code", title: productTexts.code, hidden: true, render: (row) => row.code || "—" },
  { key: "category", title: productTexts.category, render: (row) => row.categories },
  { key: "price", title: productTexts.price, render: (row) => <span className="tabular">{prices(row)}</span> },
  { key: "groups", title: productTexts.groups, align: "right", render: (row) => row.option_group_ids.length || "—" },
  { key: "display", title: productTexts.displayLabel, render: (row) => <DisplayTag display={row.display} /> },
  { key: "station", title: productTexts.station, hidden: true, render: (row) => row.station || "—" },
  { key: "printTag", title: productTexts.printTag, hidden: true, render: (row) => row.print_tag || "—" },
  { key: "allergens", title: productTexts.allergens, hidden: true, render: (row) => (row.allergens ? <Tag>{row.allergens}</Tag> : "—") },
];

/** 店家／產品設定 › 商品. */
export function ProductsPage() {
  const t = useT();
  const { brandId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(productsQuery(brandId, search));
  const categories = useQuery(categoriesQuery(brandId));
  const manages = may(useMe(), "store.catalog", "manage");
  const names = new Map(categories.data?.map((category) => [category.category_id, category.name]));
  const rows = query.data?.products.map((product) => ({
    ...product,
    categories: product.category_ids.map((id) => names.get(id) ?? "…").join("、"),
  }));
  const filter = (next: Partial<typeof search>) => void navigate({ search: ({ pages: _, ...now }) => dropEmpty({ ...now, ...next }), replace: true });
  const filtered = Boolean(search.text ?? search.category_id ?? search.display);
  const newProduct = (
    <Link to={paths.newProduct(brandId) as LinkProps["to"]}>
      <Button type="primary">{t(productTexts.new)}</Button>
    </Link>
  );
  const fromFile = (
    <Link to={paths.importProducts(brandId) as LinkProps["to"]}>
      <Button>{t(productTexts.import)}</Button>
    </Link>
  );

  return (
    <Page>
      <PageHeader title={t(frameTexts.functionNames.products)} hint={t(texts.listHint)} actions={manages ? <>{fromFile}{newProduct}</> : null} />
      <ListPage<Row>
        name="products"
        columns={columns}
        rowKey={(row) => row.product_id}
        rows={rows}
        total={query.data?.total}
        error={query.error}
        updatedAt={query.dataUpdatedAt}
        refetch={() => void query.refetch()}
        pages={search.pages ?? []}
        nextToken={query.data?.next_page_token}
        onPages={(pages) => void navigate({ search: ({ pages: _, ...now }) => (pages.length > 0 ? { ...now, pages } : now) })}
        onOpen={(row) => void navigate({ to: paths.product(brandId, row.product_id) as "/" })}
        onExport={() => location.assign(`/api/admin/brands/${brandId}/products/export`)}
        bulk={manages ? (chosen, clear) => <BulkActions rows={chosen} brandId={brandId} onDone={clear} /> : undefined}
        filters={
          <>
            <Input.Search
              allowClear
              style={{ flex: "1 1 220px", maxWidth: 360 }}
              placeholder={t(texts.find)}
              aria-label={t(texts.find)}
              defaultValue={search.text}
              onSearch={(text) => filter({ text })}
            />
            <Select
              allowClear
              style={{ minWidth: 160 }}
              aria-label={t(productTexts.category)}
              placeholder={t(texts.allCategories)}
              value={search.category_id}
              onChange={(category_id: string | undefined) => filter({ category_id })}
              options={categories.data?.map(({ category_id, name }) => ({ value: category_id, label: name }))}
            />
            <Select
              allowClear
              style={{ minWidth: 120 }}
              aria-label={t(productTexts.displayLabel)}
              placeholder={t(texts.allDisplays)}
              value={search.display}
              onChange={(display: Display | undefined) => filter({ display })}
              options={displays.map((display) => ({ value: display, label: t(productTexts.display[display]) }))}
            />
          </>
        }
        empty={
          filtered ? (
            <EmptyState title={t(texts.noneFound)} action={<Button onClick={() => void navigate({ search: {} })}>{t(common.listClearFilters)}</Button>} />
          ) : (
            <EmptyState title={t(texts.none)} hint={t(texts.noneHint)} action={manages ? fromFile : null} />
          )
        }
      />
    </Page>
  );
}

function BulkActions({ rows, brandId, onDone }: { rows: Row[]; brandId: string; onDone: () => void }) {
  const t = useT();
  const sentence = useReason();
  const client = useQueryClient();
  const danger = useDanger();
  const { message, modal } = App.useApp();

  /** One after another with a result for each row: what failed is named with its reason. */
  async function each(act: (product: Product) => Promise<unknown>) {
    const failed: string[] = [];
    for (const { categories: _, ...product } of rows) {
      await act(product).catch((thrown: unknown) => failed.push(`${product.name}：${sentence(problemFrom(thrown))}`));
    }
    await client.invalidateQueries({ queryKey: keys.products(brandId) });
    onDone();
    if (failed.length === 0) void message.success(t(texts.bulkDone, { count: rows.length }));
    else modal.warning({ title: t(texts.bulkPartly, { done: rows.length - failed.length, failed: failed.length }), content: failed.map((line) => <p key={line}>{line}</p>) });
  }

  return (
    <>
      {displays.map((display) => (
        <Button key={display} onClick={() => void each((product) => updateProduct(product.product_id, { ...productInput(product), display }))}>
          {t(productTexts.displayMake[display])}
        </Button>
      ))}
      <Button
        danger
        onClick={() =>
          danger({
            title: t(texts.archiveTitle, { count: rows.length }),
            text: t(productTexts.archiveText, { names: rows.slice(0, 6).map((row) => row.name).join("、") }),
            deed: t(common.archive),
            act: () => each(archiveProduct),
          })
        }
      >
        {t(common.archive)}
      </Button>
    </>
  );
}

function dropEmpty<S extends object>(search: S): S {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== "")) as S;
}
