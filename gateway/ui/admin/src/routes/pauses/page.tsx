import { SearchOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Alert, Button, Flex, Input, Segmented } from "antd";
import { useState } from "react";

import { problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { Pause } from "../../data/types";
import { texts as frameTexts } from "../../frame/texts";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { useLine } from "../../live/line";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { EmptyState, PageSkeleton, QueryView } from "../../patterns/states";
import { may } from "../../session/may";
import { CurrentPauses } from "./current";
import { PauseHistory } from "./history";
import styles from "./pauses.module.css";
import { branchMenuQuery, pausesQuery } from "./queries";
import { keyOf, pauseRows, shownRows, type PauseRow, type PauseTab } from "./rows";
import { PauseSheet } from "./sheet";
import { texts } from "./texts";

const MOST_SHOWN = 200;
const tabs: readonly PauseTab[] = ["product", "option", "category", "station", "tag", "shop"];

/** 暫停銷售管理: two taps to stop selling, one to sell again. */
export function PausesPage() {
  const t = useT();
  const { branchId = "" } = useParams({ strict: false });
  const { brand, branch } = useScope();
  const client = useQueryClient();
  const me = useMe();
  const manages = may(me, "ops.pause", "manage");
  const publishes = may(me, "store.catalog", "manage");
  const pauses = useQuery(pausesQuery(branchId));
  const menu = useQuery(branchMenuQuery(brand?.slug ?? "", branch?.slug ?? ""));
  const [tab, setTab] = useState<PauseTab>("product");
  const [text, setText] = useState("");
  const [open, setOpen] = useState<PauseRow>();
  const refresh = () => void client.invalidateQueries({ queryKey: keys.pauses(branchId) });
  useLine(branchId, (event) => event.type === "availability" && refresh(), refresh);

  const methods = [{ method: "pickup" as const, name: t(texts.pickup) }, { method: "on_site" as const, name: t(texts.onSite) }];
  const products = (count: number) => t(texts.products, { count });
  const rows = menu.data ? pauseRows(menu.data, { branch: t(texts.wholeBranch), methods, products }) : [];
  const shown = shownRows(rows, tab, text);
  // A menu without stations or print tags has nothing to say of them.
  const offered = tabs.filter((one) => (one !== "station" && one !== "tag") || rows.some((row) => row.tab === one));
  const unpublished = menu.isError && problemFrom(menu.error).status === 404;
  return (
    <Page narrow>
      <PageHeader title={t(frameTexts.functionNames.pauses)} hint={t(manages ? texts.hint : texts.hintView)} />
      <QueryView query={pauses}>
        {(lasting) => (
          <>
            <CurrentPauses branchId={branchId} brandId={branch?.brand_id ?? ""} pauses={lasting} manages={manages} onChanged={refresh} />
            <section aria-label={t(texts.what)}>
              <h2 className={styles.title}>{t(texts.what)}</h2>
              {unpublished ? <EmptyState title={t(texts.noMenu)} hint={t(publishes ? texts.noMenuHint : texts.noMenuWait)} /> : null}
              {menu.isError && !unpublished ? (
                <Alert type="error" showIcon title={t(common.stateFailed)} action={<Button onClick={() => void menu.refetch()}>{t(common.stateRetry)}</Button>} />
              ) : null}
              {menu.isLoading ? <PageSkeleton /> : null}
              {menu.data ? (
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
                    <Segmented<PauseTab>
                      size="large"
                      block
                      className={styles.kinds ?? ""}
                      aria-label={t(texts.kinds)}
                      value={tab}
                      onChange={(next) => {
                        setTab(next);
                        setText("");
                      }}
                      options={offered.map((one) => ({ value: one, label: t(texts.tab[one]) }))}
                    />
                  </Flex>
                  {shown.length === 0 ? <EmptyState title={text ? t(texts.noneFound) : t(texts.none)} /> : null}
                  <ul className={styles.list}>
                    {shown.slice(0, MOST_SHOWN).map((row) => (
                      <Line key={row.key} row={row} pauses={lasting} manages={manages} onPause={() => setOpen(row)} />
                    ))}
                  </ul>
                  {shown.length > MOST_SHOWN ? <p className={styles.soft}>{t(texts.more, { count: shown.length - MOST_SHOWN })}</p> : null}
                </>
              ) : null}
            </section>
            <PauseHistory branchId={branchId} />
            {open && menu.data ? (
              <PauseSheet key={open.key} branchId={branchId} row={open} menu={menu.data} pauses={lasting} onClose={() => setOpen(undefined)} onPaused={refresh} />
            ) : null}
          </>
        )}
      </QueryView>
    </Page>
  );
}

function Line({ row, pauses, manages, onPause }: { row: PauseRow; pauses: readonly Pause[]; manages: boolean; onPause: () => void }) {
  const t = useT();
  const paused = pauses.some((pause) => keyOf(pause.target) === row.key);
  const some = row.variants.filter((variant) => pauses.some((pause) => keyOf(pause.target) === keyOf({ kind: "variant", id: variant.id })));
  const state = paused ? t(texts.isPaused) : some.length > 0 ? t(texts.variantsPaused, { names: some.map((one) => one.name).join("、") }) : "";
  return (
    <li className={styles.line} data-paused={paused || undefined}>
      <span className={styles.what}>
        <strong>{row.name}</strong>
        <span>{[row.detail, state].filter(Boolean).join(" · ")}</span>
      </span>
      {manages ? (
        <Button size="large" danger={!paused} className={styles.stop ?? ""} onClick={onPause} aria-label={paused ? t(texts.longerOf, { name: row.name }) : t(texts.doOf, { name: row.name })}>
          {paused ? t(texts.longer) : t(texts.do)}
        </Button>
      ) : null}
    </li>
  );
}
