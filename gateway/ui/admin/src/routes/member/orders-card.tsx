import { Link, type LinkProps } from "@tanstack/react-router";
import { formatDateTime, formatMoney } from "@yizhimai/kit";

import type { MemberOrder } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { may } from "../../session/may";
import membership from "../membership/membership.module.css";
import { Card } from "./card";
import { texts } from "./texts";

function isState(state: string): state is keyof typeof common.orderState {
  return Object.hasOwn(common.orderState, state);
}

/** The last orders of the member. */
export function OrdersCard({ orders }: { orders: readonly MemberOrder[] }) {
  const t = useT();
  const { timeZone, branches } = useScope();
  const seesOrders = may(useMe(), "ops.orders");
  return (
    <Card title={t(texts.orders)}>
      {orders.length === 0 ? (
        <p className={membership.soft}>{t(texts.ordersNone)}</p>
      ) : (
        <ul className={membership.list}>
          {orders.map((order) => {
            const branch = branches.find((one) => one.branch_id === order.branch_id);
            const title = t(texts.order, { number: order.order_number });
            return (
              <li key={order.order_id}>
                <span className={membership.grow}>
                  {seesOrders && branch ? (
                    <Link to={paths.orders(branch.branch_id) as LinkProps["to"]} search={{ order: order.order_id } as never}>{title}</Link>
                  ) : (
                    title
                  )}
                  <div className={membership.soft}>
                    {[formatDateTime(order.placed_at, timeZone), branch?.name, isState(order.state) ? t(common.orderState[order.state]) : ""].filter(Boolean).join(" · ")}
                  </div>
                  <div className={membership.soft}>{order.products.join(t(common.listComma))}</div>
                </span>
                <strong className="tabular">{formatMoney(order.total)}</strong>
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}
