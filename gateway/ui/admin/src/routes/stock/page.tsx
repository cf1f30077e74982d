import { SearchOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Button, Flex, Input, Segmented } from "antd";
import { useState } from "react";

import { keys } from "../../data/keys";
import { allProductsQuery, optionGroupsQuery } from "../../data/shared-queries";
import type { StockItem } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { useLine } from "../../live/line";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { EmptyState, QueryView } from "../../patterns/states";
import { may } from "../../session/may";
import { StockDrawer } from "./drawer";
import { stockQuery } from "./queries";
import { isLow, isTracked, shownRows, stockRows, type StockFilter, type StockRow } from "./rows";
import styles from "./stock.module.css";

const MOST_SHOWN = 200;

/** 庫存管理: counting on a phone between the shelves. */
export function StockPage() {
  const t = useT();
  const { branchId = "" } = useParams({ strict: false });
  const { branch } = useScope();
  const client = useQueryClient();
  const manages = may(useMe(), "ops.stock", "manage");
  const brandId = branch?.brand_id ?? "";
  const items = useQuery(stockQuery(branchId));
  const products = useQuery({ ...allProductsQuery(brandId), enabled: brandId !== "" });
  const groups = useQuery({ ...optionGroupsQuery(brandId), enabled: brandId !== "" });
  const [filter, setFilter] = useState<StockFilter>("tracked");
  const [text, setText] = useState("");
  const [openId, setOpenId] = useState<string>();
  const refresh = () => void client.invalidateQueries({ queryKey: keys.stock(branchId) });
  useLine(branchId, (event) => event.type === "availability" && refresh(), refresh);

  function put(item: StockItem) {
    client.setQueryData<StockItem[]>(keys.stock(branchId), (all = []) => [...all.filter((one) => one.sku_id !== item.sku_id), item]);
    void client.invalidateQueries({ queryKey: keys.movements(branchId, item.sku_id) });
  }

  const catalogue = products.data && groups.data ? { products: products.data, groups: groups.data } : undefined;
  return (
    <Page narrow>
      <PageHeader title={t("fn.stock")} hint={t("stock.hint")} />
      <QueryView query={items}>
        {(stock) => {
          const rows = stockRows(catalogue?.products ?? [], catalogue?.groups ?? [], stock);
          const shown = shownRows(rows, filter, text);
          const counts = { tracked: rows.filter(isTracked).length, low: rows.filter(isLow).length, all: rows.length };
          const open = rows.find((row) => row.sku_id === openId);
          return (
            <>
              <Flex gap={8} wrap className={styles.tools ?? ""}>
                <Input
                  allowClear
                  size="large"
                  style={{ flex: "1 1 200px" }}
                  prefix={<SearchOutlined aria-hidden />}
                  aria-label={t("stock.find")}
                  placeholder={t("stock.find")}
                  value={text}
                  onChange={({ target }) => setText(target.value)}
                />
                <Segmented<StockFilter>
                  size="large"
                  block
                  style={{ flex: "1 0 320px" }}
                  aria-label={t("stock.filter")}
                  value={filter}
                  onChange={setFilter}
                  options={(["tracked", "low", "all"] as const).map((one) => ({ value: one, label: `${t(`stock.filter.${one}`)} ${String(counts[one])}` }))}
                />
              </Flex>
              {catalogue && shown.length === 0 ? (
                <EmptyState
                  title={text ? t("stock.noneFound") : t(`stock.none.${filter}`)}
                  hint={filter === "tracked" && !text ? t("stock.noneHint") : undefined}
                  action={filter === "tracked" && !text ? <Button type="primary" onClick={() => setFilter("all")}>{t("stock.showAll")}</Button> : null}
                />
              ) : (
                <ul className={styles.list} aria-busy={!catalogue}>
                  {shown.slice(0, MOST_SHOWN).map((row) => (
                    <StockLine key={row.sku_id} row={row} onOpen={() => setOpenId(row.sku_id)} />
                  ))}
                </ul>
              )}
              {shown.length > MOST_SHOWN ? <p style={{ padding: 12, color: "var(--ink-2)" }}>{t("stock.more", { count: shown.length - MOST_SHOWN })}</p> : null}
              <StockDrawer key={openId} branchId={branchId} row={open} manages={manages} onClose={() => setOpenId(undefined)} onChanged={put} onConflict={refresh} />
            </>
          );
        }}
      </QueryView>
    </Page>
  );
}

function StockLine({ row, onOpen }: { row: StockRow; onOpen: () => void }) {
  const t = useT();
  const { item } = row;
  const tracked = isTracked(row);
  return (
    <li className={styles.line} data-low={isLow(row) || undefined}>
      <button type="button" onClick={onOpen}>
        <span className={styles.what}>
          <strong>{row.name}</strong>
          <span>
            {row.detail}
            {item && tracked ? ` · ${t(`stockMode.${item.mode}`)}` : ""}
            {item && item.held > 0 ? ` · ${t("stock.heldShort", { count: item.held })}` : ""}
          </span>
        </span>
        {item && tracked ? (
          <span className={styles.left}>
            <b>{item.available}</b>
            <small>{item.available === 0 ? t("stock.soldOut") : t("stock.available")}</small>
          </span>
        ) : (
          <span className={styles.untracked}>{t("stockMode.untracked")}</span>
        )}
      </button>
    </li>
  );
}
