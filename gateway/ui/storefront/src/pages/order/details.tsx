import type { Menu, Order, PricedLine } from "@yizhimai/api";
import { displayPhone, formatDateTime, formatMoney } from "@yizhimai/kit";
import { dueOnSite, settlementOf } from "../../domain/payment";
import { Icon } from "../../parts/icon";
import { t } from "../../text";
import { common } from "../../text/common";
import { texts } from "./texts";

function detail(line: PricedLine): string {
  const options = line.options.map((option) => (option.quantity > 1 ? `${option.name} ×${option.quantity}` : option.name));
  const variant = line.variant_name === line.product_name ? "" : line.variant_name;
  return [variant, ...options].filter(Boolean).join("・");
}

/** Rows below the total for a deposit and for refunds. */
function moneyOf(order: Order): [label: string, amount: number][] {
  const { refunded, refunding } = order;
  const due = dueOnSite(order);
  const rows: [string, number][] = [
    [t(texts.paidDeposit), due > 0 ? order.paid : 0],
    [t(texts.dueOnSite), due],
    [t(texts.refunded), refunded],
    [t(texts.refunding), refunding],
  ];
  return rows.filter(([, amount]) => amount > 0);
}

export function OrderItems({ order }: { order: Order }) {
  return (
    <section class="card" aria-labelledby="order-items">
      <h2 id="order-items">{t(common.checkoutItems)}</h2>
      <ul class="cart-lines">
        {order.lines.map((line, number) => (
          <li class="cart-line" key={number}>
            <div class="cart-line-text">
              <span class="cart-line-name">
                {line.product_name} <span class="times">×{line.quantity}</span>
              </span>
              {detail(line) && <span class="soft">{detail(line)}</span>}
              {line.note && <span class="note">「{line.note}」</span>}
              {line.adjustments.map((adjustment) => (
                <span class="adjustment" key={adjustment.name}>
                  {adjustment.sentence || adjustment.name}
                </span>
              ))}
            </div>
            <span class="price">{formatMoney(line.net, order.currency)}</span>
          </li>
        ))}
      </ul>
      <div class="sums">
        {order.fees.map((fee) => (
          <p class="sum-row" key={fee.kind}>
            <span>{fee.name}</span>
            <span class="figure">{formatMoney(fee.amount, order.currency)}</span>
          </p>
        ))}
        <p class="sum-row sum-total">
          <span>
            {t(common.cartTotal)} <span class="badge badge-quiet">{t(texts.settlement[settlementOf(order)])}</span>
          </span>
          <span class="figure">{formatMoney(order.total, order.currency)}</span>
        </p>
        {moneyOf(order).map(([label, amount]) => (
          <p class="sum-row" key={label}>
            <span>{label}</span>
            <span class="figure">{formatMoney(amount, order.currency)}</span>
          </p>
        ))}
      </div>
    </section>
  );
}

export function OrderFacts({ order, branch, timeZone }: { order: Order; branch?: Menu["branch"]; timeZone: string }) {
  const facts: [label: string, value: string][] = [
    [t(texts.number), order.order_number],
    [t(common.checkoutMethod), order.method === "on_site" ? t(common.checkoutOnSite) : t(common.checkoutPickup)],
    [t(texts.placedAt), formatDateTime(order.placed_at ?? order.created_at, timeZone)],
    [t(texts.wantedAt), order.wanted_at ? formatDateTime(order.wanted_at, timeZone) : t(common.checkoutAsap)],
    [t(texts.contact), `${order.contact_name} ${displayPhone(order.contact_phone)}`],
    [t(texts.utensils), order.utensils ? t(texts.utensilsYes) : t(texts.utensilsNo)],
  ];
  const { payment_name } = order;
  if (payment_name) facts.push([t(texts.payment), payment_name]);
  if (order.remark) facts.push([t(texts.remark), order.remark]);
  return (
    <section class="card">
      <dl class="facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {branch && (
          <div>
            <dt>{t(texts.shop)}</dt>
            <dd>
              {branch.name}
              <span class="soft">{branch.address}</span>
              <a class="text-button" href={`tel:${branch.phone}`} aria-label={t(common.branchCall, { name: branch.name })}>
                <Icon name="phone" size={16} /> {displayPhone(branch.phone)}
              </a>
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}
