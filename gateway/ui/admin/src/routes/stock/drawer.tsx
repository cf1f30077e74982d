import { useQuery } from "@tanstack/react-query";
import { formatBusinessDay, formatDateTime } from "@yizhimai/kit";
import { Alert, Tabs } from "antd";

import type { StockComponent, StockItem } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { EmptyState } from "../../patterns/states";
import { Journal } from "./journal";
import { Move } from "./move";
import { shortOrdersQuery } from "./queries";
import { RecipeEditor } from "./recipe";
import { bookedOf, isTracked, shortOf, type StockRow } from "./rows";
import { Settings } from "./settings";
import styles from "./stock.module.css";
import { texts } from "./texts";
import { Transfer } from "./transfer";

interface StockDrawerProps {
  branchId: string;
  row: StockRow | undefined;
  components: readonly StockComponent[];
  manages: boolean;
  onClose: () => void;
  onChanged: (item: StockItem) => void;
  onRefresh: () => void;
}

/** One unit: how much there is, counting it, how it is counted, what it is made of, and its journal. */
export function StockDrawer({ branchId, row, components, manages, onClose, onChanged, onRefresh }: StockDrawerProps) {
  const t = useT();
  const title = row ? `${row.name}${row.detail ? `（${row.detail}）` : ""}` : "";
  return (
    <DetailDrawer open={row !== undefined} title={title} onClose={onClose}>
      {row ? <Content {...{ branchId, row, components, manages, onChanged, onRefresh }} /> : null}
      {row && !row.item && !manages ? <EmptyState title={t(texts.stockMode.untracked)} /> : null}
    </DetailDrawer>
  );
}

type ContentProps = Omit<StockDrawerProps, "row" | "onClose"> & { row: StockRow };

function Content({ branchId, row, components, manages, onChanged, onRefresh }: ContentProps) {
  const t = useT();
  const item = row.item && isTracked(row) ? row.item : undefined;
  const settings = (
    <>
      <Settings key={row.item?.version ?? 0} branchId={branchId} row={row} onChanged={onChanged} onConflict={onRefresh} />
      {row.kind === "component" ? null : <RecipeEditor key={`recipe ${String(row.recipe?.version ?? 0)}`} row={row} components={components} onSaved={onRefresh} />}
    </>
  );
  const tabs = [
    ...(item && manages ? [{ key: "move", label: t(texts.tabMove), children: <Move branchId={branchId} item={item} onChanged={onChanged} /> }] : []),
    ...(item && manages ? [{ key: "transfer", label: t(texts.tabTransfer), children: <Transfer branchId={branchId} item={item} onChanged={onChanged} /> }] : []),
    ...(manages ? [{ key: "settings", label: t(texts.tabSettings), children: <div className={styles.sections}>{settings}</div> }] : []),
    ...(row.item ? [{ key: "journal", label: t(texts.tabJournal), children: <Journal branchId={branchId} skuId={row.sku_id} /> }] : []),
  ];
  return (
    <>
      {item ? <Figures item={item} /> : null}
      {item && item.days.length > 0 ? <Days item={item} /> : null}
      {shortOf(row) > 0 ? <Short branchId={branchId} row={row} /> : null}
      {tabs.length > 0 ? <Tabs size="large" items={tabs} /> : null}
    </>
  );
}

function Figures({ item }: { item: StockItem }) {
  const t = useT();
  return (
    <dl className={styles.figures} aria-live="polite">
      {([[texts.available, item.available], [texts.held, item.held], [texts.onHand, item.on_hand]] as const).map(([name, value]) => (
        <div key={t(name)}>
          <dt>{t(name)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Coming days with units of their own: what is planned, what orders have of it, what can still be booked. */
function Days({ item }: { item: StockItem }) {
  const t = useT();
  const planned = item.mode === "daily" ? texts.dayLimit : texts.dayPlanned;
  const title = t(item.mode === "daily" ? texts.daysDaily : texts.daysRunning);
  return (
    <section className={styles.days} aria-label={title}>
      <h3>{title}</h3>
      <ul>
        {item.days.map((day) => (
          <li key={day.business_day}>
            <strong>{formatBusinessDay(day.business_day, t.locale)}</strong>
            <span>{t(planned, { count: day.planned })} · {t(texts.dayBooked, { count: bookedOf(day) })}</span>
            <b>{t(texts.dayLeft, { count: day.available })}</b>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** 超訂: by how much, on which day, and whose orders. */
function Short({ branchId, row }: { branchId: string; row: StockRow }) {
  const t = useT();
  const { timeZone } = useScope();
  const orders = useQuery(shortOrdersQuery(branchId, row.sku_id));
  const days = row.item?.days.filter((day) => day.shortfall > 0) ?? [];
  return (
    <Alert
      type="error"
      showIcon
      title={t(texts.short, { count: shortOf(row) })}
      description={
        <>
          {days.map((day) => (
            <div key={day.business_day}>{t(texts.shortDay, { day: day.business_day, count: day.shortfall })}</div>
          ))}
          <p>{t(texts.shortHint)}</p>
          <ul className={styles.orders} aria-label={t(texts.shortOrders)}>
            {orders.data?.map((order) => (
              <li key={order.order_id} className="tabular">
                {t(texts.shortOrder, { at: formatDateTime(order.promised_at, timeZone), count: order.quantity, id: order.order_id.slice(-6) })}
              </li>
            ))}
          </ul>
        </>
      }
    />
  );
}
