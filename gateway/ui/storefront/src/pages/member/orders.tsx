import { formatDateTime, formatMoney } from "@yizhimai/kit";
import type { MemberOrder, Membership } from "../../api/membership";
import { paths } from "../../lib/router";
import { ordersSeen } from "../../shop/orders-seen";
import type { Shop } from "../../shop/shop";
import { t } from "../../text";
import { common } from "../../text/common";
import { More, useMore } from "./more";
import { texts } from "./texts";

const isState = (state: string): state is keyof typeof texts.orderStates => Object.hasOwn(texts.orderStates, state);

function Row({ shop, order }: { shop: Shop; order: MemberOrder }) {
  // Its page opens where it was ordered on this device: the link to it is the customer's secret.
  const seen = ordersSeen.value.find(({ brand, order_number }) => brand === shop.brand && order_number === order.order_number);
  return (
    <li class="row">
      <span>
        {seen ? <a class="text-link" href={paths.order(seen.brand, seen.branch, seen.token)}>{order.order_number}</a> : order.order_number}{" "}
        <span class="soft">{[formatDateTime(order.placed_at, shop.timeZone.value), isState(order.state) ? t(texts.orderStates[order.state]) : ""].filter(Boolean).join("・")}</span>
        <span class="soft products">{order.products.join(t(common.listComma))}</span>
      </span>
      <span class="figure">{formatMoney(order.total, shop.menu.value?.menu.brand.currency ?? "TWD")}</span>
    </li>
  );
}

export function Orders({ api, shop }: { api: Membership; shop: Shop }) {
  const orders = useMore((token) => api.orders(token).then(({ orders: items, next_page_token }) => ({ items, next: next_page_token })));
  return (
    <section class="card" aria-labelledby="own-orders">
      <h2 id="own-orders">{t(texts.orders)}</h2>
      <More of={orders} empty={t(texts.noOrders)}>
        {(order) => <Row key={order.order_id} shop={shop} order={order} />}
      </More>
    </section>
  );
}
