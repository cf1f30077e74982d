import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { listen, problemFrom, unwrap, type Order, type Problem } from "@yizhimai/api";
import { awaitsRefund } from "../../domain/payment";
import { api, cachedAt } from "../../lib/api";
import { noteServerTime } from "../../lib/server-clock";
import { isClosed, remember } from "../../shop/orders-seen";
import type { Shop } from "../../shop/shop";

/** Intervals of refreshing with and without a live event stream. */
const CALM_MS = 60_000;
const EAGER_MS = 8_000;

export interface OrderView {
  order?: Order;
  mayCancel: boolean;
  problem?: Problem;
  /** Time of the state on the screen, while it can't be refreshed. */
  staleSince?: string;
  refresh: () => void;
  cancel: () => Promise<Problem | undefined>;
}

/** The order of a secret link, refreshed by events and by polling. */
export function useOrder(shop: Shop, token: string): OrderView {
  const [view, setView] = useState<{ order?: Order; mayCancel: boolean; problem?: Problem; staleSince?: string }>({ mayCancel: false });
  const [live, setLive] = useState(false);
  const freshAt = useRef(new Date().toISOString());
  const path = { brand: shop.brand, branch: shop.branch, token };

  const show = useCallback((order: Order, mayCancel: boolean, staleSince?: string) => {
    remember(shop.brand, shop.branch, token, order);
    setView((before) => (before.order && before.order.version > order.version ? before : { order, mayCancel, staleSince }));
  }, [shop, token]);

  const refresh = useCallback(async () => {
    try {
      const call = api.GET("/api/shop/{brand}/{branch}/orders/{token}", { params: { path } });
      const page = await unwrap(call);
      const { response } = await call;
      const stored = cachedAt(response);
      if (!stored) {
        freshAt.current = new Date().toISOString();
        noteServerTime(response);
      }
      show(page.order, page.may_cancel && !stored, stored);
    } catch (error) {
      const problem = problemFrom(error);
      setView((before) => (before.order ? { ...before, staleSince: freshAt.current } : { ...before, problem }));
    }
  }, [shop, token]);

  const look = useCallback(() => void refresh(), [refresh]);
  const over = view.order !== undefined && isClosed(view.order.state) && !awaitsRefund(view.order);
  useEffect(() => {
    void refresh();
  }, [refresh]);
  useEffect(() => {
    if (over) return undefined;
    const stream = listen(`/api/shop/${[shop.brand, shop.branch, "orders", token].map((part) => encodeURIComponent(part)).join("/")}/events`, {
      onEvent: ({ type }) => {
        if (type === "order" || type === "reload") void refresh();
      },
      onState: (state) => {
        setLive(state === "open");
        if (state === "open") void refresh();
      },
    });
    return stream.close;
  }, [refresh, over]);
  useEffect(() => {
    if (over) return undefined;
    const timer = setInterval(() => void refresh(), live ? CALM_MS : EAGER_MS);
    return () => clearInterval(timer);
  }, [refresh, live, over]);

  return {
    ...view,
    refresh: look,
    cancel: async () => {
      try {
        const { order } = await unwrap(api.POST("/api/shop/{brand}/{branch}/orders/{token}/cancel", { params: { path } }));
        show(order, false);
        return undefined;
      } catch (error) {
        void refresh();
        return problemFrom(error);
      }
    },
  };
}
