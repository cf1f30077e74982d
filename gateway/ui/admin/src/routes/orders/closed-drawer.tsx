import { useInfiniteQuery } from "@tanstack/react-query";
import { formatBusinessDay, formatMoney, formatTime } from "@yizhimai/kit";
import { Button, Skeleton, Table } from "antd";

import type { Order } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { EmptyState, ErrorState } from "../../patterns/states";
import { useBusinessDay } from "../../patterns/use-business-day";
import { closedOrdersQuery } from "./queries";
import { texts } from "./texts";

interface ClosedDrawerProps {
  branchId: string;
  withTests: boolean;
  open: boolean;
  onClose: () => void;
  onOpen: (order: Order) => void;
}

/** What was closed on the present business day. */
export function ClosedDrawer(props: ClosedDrawerProps) {
  const t = useT();
  const { branch, timeZone } = useScope();
  const day = useBusinessDay(timeZone, branch?.cutoff_minutes);
  return (
    <DetailDrawer open={props.open} title={t(texts.closedOn, { day: formatBusinessDay(day, t.locale) })} onClose={props.onClose}>
      <ClosedList {...props} day={day} />
    </DetailDrawer>
  );
}

function ClosedList({ branchId, day, withTests, onOpen }: ClosedDrawerProps & { day: string }) {
  const t = useT();
  const { timeZone } = useScope();
  const query = useInfiniteQuery(closedOrdersQuery(branchId, day, withTests));
  if (query.isError) return <ErrorState thrown={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton active />;
  const orders = query.data.pages.flatMap((page) => page.orders);
  return (
    <>
      <Table<Order>
        size="small"
        pagination={false}
        rowKey="order_id"
        dataSource={orders}
        locale={{ emptyText: <EmptyState title={t(texts.closedNone)} /> }}
        columns={[
          {
            title: t(texts.pickupNumber), key: "number",
            render: (_, order) => (
              <Button type="link" style={{ fontSize: 20, fontWeight: 700 }} onClick={() => onOpen(order)}>
                {order.pickup_number}
              </Button>
            ),
          },
          { title: t(texts.stateTitle), key: "state", render: (_, order) => t(common.orderState[order.state]) },
          { title: t(texts.closedAt), key: "at", render: (_, order) => formatTime(order.completed_at ?? order.created_at, timeZone) },
          { title: t(texts.total), key: "total", align: "right", render: (_, order) => <span className="tabular">{formatMoney(order.total, order.currency)}</span> },
        ]}
      />
      {query.hasNextPage ? (
        <Button block loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t(common.listMore)}
        </Button>
      ) : null}
    </>
  );
}
