import { SearchOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { formatBusinessDay } from "@yizhimai/kit";
import { Button, Flex, Input, Tag } from "antd";
import { useState } from "react";

import { keys } from "../../data/keys";
import type { StockItem, StockList } from "../../data/types";
import { texts as frameTexts } from "../../frame/texts";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { useLine } from "../../live/line";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { EmptyState, ErrorState, QueryView } from "../../patterns/states";
import { may } from "../../session/may";
import { ComponentsDrawer } from "./components";
import { Count } from "./count";
import { StockDrawer } from "./drawer";
import { FileDrawer } from "./file";
import { stockNamesQuery, stockQuery } from "./queries";
import { isLow, isOut, isTracked, leftOf, nextExpected, passes, shortOf, shownRows, stockFilters, stockRows, type StockFilter, type StockRow } from "./rows";
import styles from "./stock.module.css";
import { texts } from "./texts";

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
  const names = useQuery(stockNamesQuery(branchId));
  const [filter, setFilter] = useState<StockFilter>("tracked");
  const [text, setText] = useState("");
  const [openId, setOpenId] = useState<string>();
  const [aside, setAside] = useState<"file" | "components">();
  const [counting, setCounting] = useState<readonly StockRow[]>();
  const refresh = () => void client.invalidateQueries({ queryKey: keys.stock(branchId) });
  useLine(branchId, (event) => event.type === "availability" && refresh(), refresh);

  function put(item: StockItem) {
    client.setQueryData<StockList>(keys.stock(branchId), (all) => all && { ...all, items: [...all.items.filter((one) => one.sku_id !== item.sku_id), item] });
    void client.invalidateQueries({ queryKey: keys.movements(branchId, item.sku_id) });
    // What is made of it can be sold as far as it suffices: only the server knows all recipes.
    refresh();
  }

  return (
    <Page narrow>
      <PageHeader title={t(frameTexts.functionNames.stock)} hint={t(manages ? texts.hint : texts.hintView)} />
      <QueryView query={items}>
        {(stock) => {
          const rows = stockRows(names.data ?? { variants: [], options: [] }, stock);
          const shown = shownRows(rows, filter, text);
          const toCount = shown.filter(isTracked);
          // It neither jumps nor fades in while the names are on their way: a colour in between is hard to read.
          const tracked = names.data ? toCount.length : stock.items.filter((item) => item.mode !== "untracked").length;
          const open = rows.find((row) => row.sku_id === openId);
          return (
            <>
              <Flex gap={8} wrap className={styles.tools ?? ""}>
                <Input
                  allowClear
                  size="large"
                  style={{ flex: "1 1 200px" }}
                  prefix={<SearchOutlined aria-hidden />}
                  aria-label={t(texts.find)}
                  placeholder={t(texts.find)}
                  value={text}
                  onChange={({ target }) => setText(target.value)}
                />
                {manages ? (
                  <Flex gap={8} style={{ flex: "1 0 auto" }}>
                    <Button size="large" type="primary" style={{ flex: 1 }} disabled={tracked === 0} onClick={() => names.data && setCounting(toCount)}>{t(texts.countBegin, { count: tracked })}</Button>
                    <Button size="large" onClick={() => setAside("components")}>{t(texts.componentTitle)}</Button>
                    <Button size="large" onClick={() => setAside("file")}>{t(texts.file)}</Button>
                  </Flex>
                ) : null}
                <div className={styles.filters} role="group" aria-label={t(texts.filterLabel)}>
                  {stockFilters.map((one) => (
                    <button key={one} type="button" aria-pressed={filter === one} onClick={() => setFilter(one)}>
                      {t(texts.filter[one])} <b>{rows.filter((row) => passes(row, one)).length}</b>
                    </button>
                  ))}
                </div>
              </Flex>
              {names.isError && !names.data ? (
                <ErrorState thrown={names.error} onRetry={() => void names.refetch()} />
              ) : names.data && shown.length === 0 ? (
                <EmptyState
                  title={text ? t(texts.noneFound) : t(texts.none[filter])}
                  hint={filter === "tracked" && !text ? t(texts.noneHint) : undefined}
                  action={filter === "tracked" && !text ? <Button type="primary" onClick={() => setFilter("all")}>{t(texts.showAll)}</Button> : null}
                />
              ) : (
                <ul className={styles.list} aria-busy={!names.data}>
                  {shown.slice(0, MOST_SHOWN).map((row) => (
                    <StockLine key={row.sku_id} row={row} onOpen={() => setOpenId(row.sku_id)} />
                  ))}
                </ul>
              )}
              {shown.length > MOST_SHOWN ? <p style={{ padding: 12, color: "var(--ink-2)" }}>{t(texts.more, { count: shown.length - MOST_SHOWN })}</p> : null}
              <StockDrawer key={openId} branchId={branchId} row={open} components={stock.components} manages={manages} onClose={() => setOpenId(undefined)} onChanged={put} onRefresh={refresh} />
              <FileDrawer key={`file ${String(aside === "file")}`} branchId={branchId} open={aside === "file"} onClose={() => setAside(undefined)} onImported={refresh} />
              <ComponentsDrawer brandId={brandId} components={stock.components} open={aside === "components"} onClose={() => setAside(undefined)} onChanged={refresh} />
              {counting ? <Count branchId={branchId} rows={counting} onChanged={put} onClose={() => setCounting(undefined)} /> : null}
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
  const left = leftOf(row);
  const short = shortOf(row);
  const coming = nextExpected(row);
  const parts = [
    row.detail || (row.kind === "component" ? t(texts.kind.component) : ""),
    item && isTracked(row) ? t(texts.stockMode[item.mode]) : "",
    row.recipe?.sellable === undefined || row.recipe.sellable === null ? "" : t(texts.byRecipe, { count: row.recipe.sellable }),
    coming ? t(texts.dayNext, { day: formatBusinessDay(coming.business_day, t.locale), count: coming.planned }) : "",
    item && item.held > 0 ? t(texts.heldShort, { count: item.held }) : "",
  ];
  return (
    <li className={styles.line} data-low={isLow(row) || isOut(row) || undefined}>
      <button type="button" onClick={onOpen}>
        <span className={styles.what}>
          <strong>{row.name}</strong>
          <span>{parts.filter(Boolean).join(" · ")}</span>
          {isLow(row) || short > 0 ? (
            <span>
              {isLow(row) ? <Tag color="warning">{t(texts.filter.low)}</Tag> : null}
              {short > 0 ? <Tag color="error">{t(texts.shortTag, { count: short })}</Tag> : null}
            </span>
          ) : null}
        </span>
        {left === undefined ? (
          <span className={styles.untracked}>{t(texts.stockMode.untracked)}</span>
        ) : (
          <span className={styles.left}>
            <b>{left}</b>
            <small>{left === 0 ? t(texts.soldOut) : t(texts.available)}</small>
          </span>
        )}
      </button>
    </li>
  );
}
