import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { Order, Transition } from "../../data/types";
import { useReason, useT } from "../../i18n";
import { useRefusalToast } from "../../patterns/use-toast";
import { StepQueue, type PendingStep } from "./step-queue";
import { texts } from "./texts";

const UNDO_MS = 10_000;
const RETRY_MS = 3_000;

interface Undoable {
  order: Order;
  /** The bar starts anew with each step. */
  key: string;
}

export interface Steps {
  pending: readonly PendingStep[];
  take: (order: Order, body: Omit<Transition, "version">) => void;
  undoable: Undoable | undefined;
  undo: () => void;
}

/** Steps taken on a branch's board: sent at once or when the line is back, shown at once, taken back within ten seconds. */
export function useSteps(branchId: string, lineUp: boolean): Steps {
  const t = useT();
  const sentence = useReason();
  const toast = useRefusalToast();
  const client = useQueryClient();
  const { message } = App.useApp();
  const [undoable, setUndoable] = useState<Undoable>();
  const latest = useRef({ t, sentence, message });
  latest.current = { t, sentence, message };

  const put = useCallback(
    (order: Order) => {
      client.setQueriesData<Order[]>({ queryKey: keys.openOrders(order.branch_id) }, (orders) =>
        orders?.map((one) => (one.order_id === order.order_id && one.version < order.version ? order : one)),
      );
      void client.invalidateQueries({ queryKey: keys.order(order.order_id) });
      void client.invalidateQueries({ queryKey: keys.orders(order.branch_id) });
    },
    [client],
  );

  const queue = useMemo(
    () =>
      new StepQueue({
        onDone: (step, order) => {
          put(order);
          if (order.undo_until) setUndoable({ order, key: step.key });
        },
        onRefused: (step, problem) => {
          const { t, sentence, message } = latest.current;
          void message.error(t(texts.refused, { number: step.pickup_number, why: sentence(problem) }), 6);
          void client.invalidateQueries({ queryKey: keys.orders(step.branch_id) });
        },
      }),
    [client, put],
  );
  const pending = useSyncExternalStore(queue.subscribe, queue.steps);

  useEffect(() => {
    if (pending.length === 0) return;
    if (lineUp) void queue.flush();
    const timer = setInterval(() => void queue.flush(), RETRY_MS);
    return () => clearInterval(timer);
  }, [pending.length, lineUp, queue]);

  useEffect(() => {
    if (!undoable) return;
    const timer = setTimeout(() => setUndoable(undefined), UNDO_MS);
    return () => clearTimeout(timer);
  }, [undoable]);

  const take = useCallback((order: Order, body: Omit<Transition, "version">) => queue.add(order, body), [queue]);

  const undo = useCallback(() => {
    if (!undoable) return;
    setUndoable(undefined);
    const { order_id, version } = undoable.order;
    call("POST", "/api/admin/orders/{order_id}/undo", { path: { order_id }, body: { version } })
      .then(({ order }) => {
        put(order);
        void client.invalidateQueries({ queryKey: keys.orders(branchId) });
      })
      .catch(toast);
  }, [undoable, put, client, branchId, toast]);

  return { pending, take, undoable, undo };
}
