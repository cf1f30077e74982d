import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Button } from "antd";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { Order, OrderState } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { useLine } from "../../live/line";
import { paths } from "../../paths";
import { EmptyState, ErrorState } from "../../patterns/states";
import { may, mayDo } from "../../session/may";
import { isOfPrinting, refreshPrinting } from "../print-jobs/live";
import { Bar } from "./bar";
import { Banners } from "./banners";
import { Board, columns, type Column } from "./board";
import styles from "./board.module.css";
import { ClosedDrawer } from "./closed-drawer";
import { OrderDrawer } from "./detail";
import { CancelDialog, CashDialog } from "./dialogs";
import { isDue, orderCan, type OrderAction } from "./order-can";
import { openOrdersQuery } from "./queries";
import { RescheduleDialog } from "./reschedule-dialog";
import { texts } from "./texts";
import { useSteps } from "./use-steps";
import { UndoBar } from "./undo-bar";
import { useUnseen } from "./use-unseen";

const REFETCH_AFTER_MS = 250;
const route = getRouteApi("/signed-in/branches/$branchId/orders");

type Asking = { kind: "cancel"; order: Order; to: "rejected" | "cancelled" } | { kind: "cash"; order: Order } | { kind: "reschedule"; order: Order };

/** 訂單處理: the board one works on all day. */
export function OrdersPage() {
  const { branchId } = route.useParams();
  return <BoardOfBranch key={branchId} branchId={branchId} />;
}

function BoardOfBranch({ branchId }: { branchId: string }) {
  const me = useMe();
  const { brand, branch, timeZone } = useScope();
  const client = useQueryClient();
  const navigate = route.useNavigate();
  const { text = "", order: openId, tests = false } = route.useSearch();
  const orders = useQuery(openOrdersQuery(branchId, tests));
  const [asking, setAsking] = useState<Asking>();
  const [closedOpen, setClosedOpen] = useState(false);
  const [shown, setShown] = useState<Column>("placed");

  const refetchSoon = useDebounced(() => void client.invalidateQueries({ queryKey: keys.orders(branchId) }), REFETCH_AFTER_MS);
  const { up } = useLine(
    branchId,
    (event) => {
      if (event.type === "availability") {
        void client.invalidateQueries({ queryKey: keys.availability(branchId) });
        return;
      }
      if (isOfPrinting(event)) {
        refreshPrinting(client, branchId);
        if (openId) void client.invalidateQueries({ queryKey: keys.orderPrints(openId) });
        return;
      }
      refetchSoon();
      if (openId) void client.invalidateQueries({ queryKey: keys.order(openId) });
    },
    refetchSoon,
    "keep", // A hidden board still rings.
  );
  const { pending, take, undoable, undo } = useSteps(branchId, up);
  const { unseen, see } = useUnseen(orders.data);

  const shownOrders = useMemo(() => {
    const wanted = new Map(pending.map((step) => [step.order_id, step.body.to]));
    return orders.data
      ?.map((order) => withState(order, wanted.get(order.order_id)))
      .filter((order) => columns.includes(order.state as Column) || order.state === "delivering");
  }, [orders.data, pending]);

  const onAct = useCallback(
    (order: Order, action: OrderAction) => {
      see([order.order_id]);
      const verdict = orderCan[action](order, me);
      if (!verdict.ok) return;
      if (verdict.to === "rejected" || verdict.to === "cancelled") setAsking({ kind: "cancel", order, to: verdict.to });
      else if (verdict.to === "completed" && isDue(order)) setAsking({ kind: "cash", order });
      else take(order, { to: verdict.to });
    },
    [me, see, take],
  );
  const onOpen = useCallback(
    (order: Order) => {
      see([order.order_id]);
      void navigate({ search: (now) => ({ ...now, order: order.order_id }) });
    },
    [navigate, see],
  );
  const close = () => void navigate({ search: ({ order: _, ...rest }) => rest });

  if (orders.isError && !orders.data && problemFrom(orders.error).reason === "NOT_FOUND") return <Menuless />;
  if (orders.isError && !orders.data) return <ErrorState thrown={orders.error} onRetry={() => void orders.refetch()} />;
  return (
    <div className={styles.screen}>
      <Bar
        branchId={branchId}
        text={text}
        onText={(next) => void navigate({ search: ({ text: _, ...rest }) => (next ? { ...rest, text: next } : rest), replace: true })}
        updatedAt={orders.dataUpdatedAt}
        onClosed={() => setClosedOpen(true)}
        tests={tests}
        onTests={(next) => void navigate({ search: ({ tests: _, ...rest }) => (next ? { ...rest, tests: true } : rest), replace: true })}
        testShop={brand && branch && mayDo(me, "test.order") ? paths.testShop(brand.slug, branch.slug) : undefined}
      />
      <Banners
        up={up}
        updatedAt={orders.dataUpdatedAt}
        waiting={pending.length}
        unseen={unseen.size}
        onSeen={() => see(unseen)}
        onRetry={() => void orders.refetch()}
      />
      <Board
        orders={shownOrders}
        me={me}
        text={text}
        timeZone={timeZone}
        unseen={unseen}
        pending={pending}
        shown={shown}
        onShow={setShown}
        onAct={onAct}
        onOpen={onOpen}
      />
      <UndoBar undoable={undoable} onUndo={undo} />
      {asking?.kind === "cancel" ? <CancelDialog order={asking.order} to={asking.to} onClose={() => setAsking(undefined)} onStep={take} /> : null}
      {asking?.kind === "cash" ? <CashDialog order={asking.order} onClose={() => setAsking(undefined)} onStep={take} /> : null}
      {asking?.kind === "reschedule" ? <RescheduleDialog order={asking.order} onClose={() => setAsking(undefined)} /> : null}
      <OrderDrawer orderId={openId} onClose={close} onAct={onAct} onReschedule={(order) => setAsking({ kind: "reschedule", order })} />
      <ClosedDrawer branchId={branchId} withTests={tests} open={closedOpen} onClose={() => setClosedOpen(false)} onOpen={onOpen} />
    </div>
  );
}

const shownStates = new Map<string, Order>();

/** A step already taken is shown at once; the same object is given again so that its card need not be drawn anew. */
function withState(order: Order, state: OrderState | undefined): Order {
  if (!state) return order;
  const key = `${order.order_id} ${String(order.version)} ${state}`;
  const known = shownStates.get(key) ?? { ...order, state, next_states: [] };
  if (shownStates.size > 500) shownStates.clear();
  shownStates.set(key, known);
  return known;
}

function useDebounced(act: () => void, ms: number): () => void {
  const latest = useRef(act);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  latest.current = act;
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => latest.current(), ms);
  }, [ms]);
}

/** Before the first menu nobody can have ordered. */
function Menuless() {
  const t = useT();
  const { brand } = useScope();
  const publishes = may(useMe(), "store.catalog", "manage");
  const action = brand && publishes ? (
    <Link to={paths.publish(brand.brand_id)}>
      <Button type="primary">{t(texts.menulessDeed)}</Button>
    </Link>
  ) : undefined;
  return <EmptyState title={t(texts.menuless)} hint={t(publishes ? texts.menulessHint : texts.menulessWait)} action={action} />;
}
