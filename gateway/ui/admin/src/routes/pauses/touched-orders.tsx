import type { UseQueryResult } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { formatDayTime } from "@yizhimai/kit";
import { Alert, Skeleton } from "antd";

import type { PausePreview } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { problemFrom } from "../../data/gateway";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { useOrderSummaries } from "../../patterns/use-order-summaries";
import { may } from "../../session/may";
import styles from "./pauses.module.css";
import { texts } from "./texts";

const MOST_NAMED = 6;

/** Orders that contain what is to be paused: they stay as they are, and somebody has to look at them. */
export function TouchedOrders({ query }: { query: UseQueryResult<PausePreview> }) {
  const t = useT();
  const sentence = useReason();
  const { timeZone, branches } = useScope();
  const sees = may(useMe(), "ops.orders");
  const orders = query.data?.orders ?? [];
  const summaries = useOrderSummaries(orders.slice(0, MOST_NAMED).map((order) => order.order_id));
  if (query.isLoading) return <Skeleton active title={false} paragraph={{ rows: 2 }} aria-label={t(common.stateLoading)} />;
  if (query.isError) return <Alert type="warning" showIcon title={sentence(problemFrom(query.error))} />;
  if (!query.data || query.data.order_count === 0) return <p className={styles.soft}>{t(texts.noOrders)}</p>;
  const now = new Date();
  return (
    <Alert
      type="warning"
      showIcon
      title={t(texts.orders, { count: query.data.order_count })}
      description={
        <>
          <p>{t(texts.ordersHint)}</p>
          <ul className={styles.orders}>
            {orders.slice(0, MOST_NAMED).map((order) => {
              const known = summaries.get(order.order_id);
              const time = formatDayTime(order.promised_at, timeZone, now, t.locale);
              const branch = branches.find((one) => one.branch_id === order.branch_id)?.name ?? "";
              const text = known ? t(texts.order, { number: known.pickup_number, time, name: known.contact_name }) : t(texts.orderAt, { time, branch });
              return (
                <li key={order.order_id}>
                  {sees ? (
                    <Link to={`${paths.orders(order.branch_id)}` as LinkProps["to"]} search={{ order: order.order_id } as never} target="_blank">
                      {text}
                    </Link>
                  ) : (
                    text
                  )}
                </li>
              );
            })}
          </ul>
          {query.data.order_count > MOST_NAMED ? <p>{t(texts.ordersMore, { count: query.data.order_count - MOST_NAMED })}</p> : null}
        </>
      }
    />
  );
}
