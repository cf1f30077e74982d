import { useInfiniteQuery } from "@tanstack/react-query";
import { formatDateTime } from "@yizhimai/kit";
import { App, Alert, Button, Flex, Input, InputNumber, Segmented, Skeleton, Timeline } from "antd";
import { useState } from "react";

import { newIdempotencyKey, problemFrom } from "../../data/gateway";
import type { CountedMovement, StockItem, StockMode } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { EmptyState, ErrorState } from "../../patterns/states";
import { moveStock, movementsQuery, setStock } from "./queries";
import { isTracked, type StockRow } from "./rows";
import { Stepper } from "./stepper";
import styles from "./stock.module.css";

interface StockDrawerProps {
  branchId: string;
  row: StockRow | undefined;
  manages: boolean;
  onClose: () => void;
  onChanged: (item: StockItem) => void;
  onConflict: () => void;
}

/** One unit: how much there is, counting it, how it is counted, and its journal. */
export function StockDrawer({ branchId, row, manages, onClose, onChanged, onConflict }: StockDrawerProps) {
  const t = useT();
  return (
    <DetailDrawer open={row !== undefined} title={row ? `${row.name}${row.detail ? `（${row.detail}）` : ""}` : ""} onClose={onClose}>
      {row ? (
        <>
          {row.item && isTracked(row) ? <Figures item={row.item} /> : null}
          {row.item && isTracked(row) && manages ? <Move branchId={branchId} item={row.item} onChanged={onChanged} /> : null}
          {manages ? <Settings key={row.item?.version} branchId={branchId} row={row} onChanged={onChanged} onConflict={onConflict} /> : null}
          {row.item ? <Journal branchId={branchId} skuId={row.sku_id} /> : null}
        </>
      ) : null}
      {row && !row.item && !manages ? <EmptyState title={t("stockMode.untracked")} /> : null}
    </DetailDrawer>
  );
}

function Figures({ item }: { item: StockItem }) {
  const t = useT();
  return (
    <dl className={styles.figures} aria-live="polite">
      {([["stock.available", item.available], ["stock.held", item.held], ["stock.onHand", item.on_hand]] as const).map(([name, value]) => (
        <div key={name}>
          <dt>{t(name)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const kinds: readonly CountedMovement[] = ["counted", "received", "scrapped", "adjusted"];

/** What would be on hand after it. */
function after(item: StockItem, kind: CountedMovement, quantity: number): number {
  if (kind === "counted") return quantity;
  return item.on_hand + (kind === "scrapped" ? -quantity : quantity);
}

function Move({ branchId, item, onChanged }: { branchId: string; item: StockItem; onChanged: (item: StockItem) => void }) {
  const t = useT();
  const sentence = useReason();
  const { message } = App.useApp();
  const [kind, setKind] = useState<CountedMovement>("counted");
  const [quantity, setQuantity] = useState(item.on_hand);
  const [reason, setReason] = useState("");
  const [refused, setRefused] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [key, setKey] = useState(() => newIdempotencyKey());
  const result = after(item, kind, quantity);
  const needsReason = kind === "scrapped" || kind === "adjusted";
  const nothing = kind !== "counted" && quantity === 0;

  function choose(next: CountedMovement) {
    setKind(next);
    setQuantity(next === "counted" ? item.on_hand : 0);
    setRefused(undefined);
    setKey(newIdempotencyKey());
  }

  function change(next: number) {
    setQuantity(next);
    setKey(newIdempotencyKey());
  }

  async function send() {
    setBusy(true);
    setRefused(undefined);
    try {
      const answer = await moveStock(branchId, item.sku_id, { kind, quantity, reason: reason.trim() }, key);
      onChanged(answer.item);
      void message.success(t("stock.moved", { count: answer.item.on_hand }));
      setKind("counted");
      setQuantity(answer.item.on_hand);
      setReason("");
      setKey(newIdempotencyKey());
    } catch (thrown) {
      setRefused(sentence(problemFrom(thrown)));
    } finally {
      setBusy(false);
    }
  }

  return (
    <section aria-label={t("stock.record")}>
      <Flex vertical gap={12}>
        <Segmented<CountedMovement> block size="large" value={kind} onChange={choose} options={kinds.map((one) => ({ value: one, label: t(`movement.${one}`) }))} />
        <p style={{ color: "var(--ink-2)" }}>{t(`movement.hint.${kind}`)}</p>
        <Stepper label={t(`movement.${kind}`)} value={quantity} min={kind === "adjusted" ? -item.on_hand : 0} max={kind === "scrapped" ? item.on_hand : 999_999} onChange={change} />
        <div className={styles.quick}>
          {[5, 10, 50].map((step) => (
            <Button key={step} size="large" onClick={() => change(Math.min(kind === "scrapped" ? item.on_hand : 999_999, quantity + step))}>
              +{step}
            </Button>
          ))}
        </div>
        <Input
          size="large"
          maxLength={200}
          aria-label={t("stock.reason")}
          placeholder={needsReason ? t(`stock.reason.${kind === "scrapped" ? "scrapped" : "adjusted"}`) : t("stock.reason")}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
        {refused ? <Alert role="alert" type="error" showIcon title={refused} /> : null}
        <Button type="primary" style={{ height: 56, fontSize: 18 }} loading={busy} disabled={nothing || (needsReason && reason.trim() === "")} onClick={() => void send()}>
          {t("stock.do", { kind: t(`movement.${kind}`), before: item.on_hand, after: result })}
        </Button>
        {kind === "counted" && quantity < item.held ? <Alert type="warning" showIcon title={t("stock.belowHeld", { count: item.held - quantity })} /> : null}
      </Flex>
    </section>
  );
}

const modes: readonly StockMode[] = ["untracked", "running", "daily"];

function Settings({ branchId, row, onChanged, onConflict }: Pick<StockDrawerProps, "branchId" | "onChanged" | "onConflict"> & { row: StockRow }) {
  const t = useT();
  const sentence = useReason();
  const { item } = row;
  const [mode, setMode] = useState<StockMode>(item?.mode ?? "untracked");
  const [daily, setDaily] = useState(item?.daily_amount ?? 0);
  const [low, setLow] = useState(item?.low_threshold ?? 0);
  const [refused, setRefused] = useState<string>();
  const [busy, setBusy] = useState(false);
  const same = mode === (item?.mode ?? "untracked") && daily === (item?.daily_amount ?? 0) && low === (item?.low_threshold ?? 0);

  async function save() {
    setBusy(true);
    setRefused(undefined);
    try {
      const answer = await setStock(branchId, row.sku_id, { mode, daily_amount: daily, low_threshold: low, ...(item ? { version: item.version } : {}) });
      onChanged(answer.item);
    } catch (thrown) {
      const problem = problemFrom(thrown);
      setRefused(sentence(problem));
      if (problem.reason === "VERSION_CONFLICT") onConflict();
    } finally {
      setBusy(false);
    }
  }

  return (
    <section aria-label={t("stock.settings")}>
      <Flex vertical gap={12}>
        <h3>{t("stock.settings")}</h3>
        <Segmented<StockMode> block size="large" value={mode} onChange={setMode} options={modes.map((one) => ({ value: one, label: t(`stockMode.${one}`) }))} />
        <p style={{ color: "var(--ink-2)" }}>{t(`stockMode.hint.${mode}`)}</p>
        {mode === "untracked" ? null : (
          <Flex gap={16} wrap>
            {mode === "daily" ? (
              <label>
                {t("stock.daily")}
                <br />
                <InputNumber size="large" min={0} max={999_999} precision={0} value={daily} onChange={(value) => setDaily(value ?? 0)} />
              </label>
            ) : null}
            <label>
              {t("stock.low")}
              <br />
              <InputNumber size="large" min={0} max={999_999} precision={0} value={low} onChange={(value) => setLow(value ?? 0)} />
            </label>
          </Flex>
        )}
        {refused ? <Alert role="alert" type="error" showIcon title={refused} /> : null}
        {same ? null : (
          <Button size="large" type="primary" ghost loading={busy} onClick={() => void save()}>
            {t("stock.saveSettings")}
          </Button>
        )}
      </Flex>
    </section>
  );
}

function Journal({ branchId, skuId }: { branchId: string; skuId: string }) {
  const t = useT();
  const { timeZone } = useScope();
  const query = useInfiniteQuery(movementsQuery(branchId, skuId));
  const movements = query.data?.pages.flatMap((page) => page.movements);
  return (
    <section aria-label={t("stock.journal")}>
      <h3 style={{ marginBottom: 16 }}>{t("stock.journal")}</h3>
      {query.isError ? <ErrorState thrown={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isLoading ? <Skeleton active /> : null}
      {movements?.length === 0 ? <EmptyState title={t("stock.journalNone")} /> : null}
      <Timeline
        items={movements?.map((one) => ({
          key: one.movement_id,
          content: (
            <div className="tabular">
              <strong>
                {t(`movement.${one.kind}`)} {one.quantity > 0 ? `+${String(one.quantity)}` : one.quantity}
              </strong>{" "}
              → {t("stock.after", { count: one.on_hand_after })}
              <div style={{ color: "var(--ink-2)" }}>
                {formatDateTime(one.at, timeZone)} · {one.actor ?? t("actor.system")}
                {one.reason ? ` · ${one.reason}` : ""}
              </div>
            </div>
          ),
        }))}
      />
      {query.hasNextPage ? (
        <Button block loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("list.more")}
        </Button>
      ) : null}
    </section>
  );
}
