import type { Menu, Order, PricedLine } from "@yizhimai/api";
import { displayPhone, formatDateTime, formatMoney } from "@yizhimai/kit";
import type { Benefits } from "../../api/benefits";
import { dueOnSite, settlementOf } from "../../domain/payment";
import { Icon } from "../../parts/icon";
import { Beside } from "../../parts/lazy";
import { t } from "../../text";
import { common } from "../../text/common";
import { benefits } from "../benefits/later";
import { isOpen } from "./steps";
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

/** Codes and coupons that the order used. */
function usedIn({ entered }: Benefits): string[] {
  return entered.filter(({ kind, used }) => used && kind !== "points").map(({ kind, name, entered: typed }) => (kind === "code" ? typed : name));
}

export function OrderItems({ order, timeZone }: { order: Order; timeZone: string }) {
  const done = order.benefits;
  const hasDiscounts = done !== null && done.discounts.length > 0;
  const used = done ? usedIn(done) : [];
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
              <Beside of={benefits}>{({ LineBenefits }) => <LineBenefits line={line} currency={order.currency} />}</Beside>
            </div>
            <span class="price">{formatMoney(line.net, order.currency)}</span>
          </li>
        ))}
      </ul>
      <div class="sums">
        {hasDiscounts && (
          <p class="sum-row">
            <span>{t(texts.subtotal)}</span>
            <span class="figure">{formatMoney(order.lines.reduce((sum, line) => sum + line.list, 0), order.currency)}</span>
          </p>
        )}
        {order.fees.map((fee) => (
          <p class="sum-row" key={fee.kind}>
            <span>{fee.name}</span>
            <span class="figure">{formatMoney(hasDiscounts ? fee.list : fee.amount, order.currency)}</span>
          </p>
        ))}
        {done && <Beside of={benefits}>{({ DiscountRows }) => <DiscountRows benefits={done} currency={order.currency} earns={isOpen(order.state)} />}</Beside>}
        <p class="sum-row sum-total">
          <span>
            {t(common.cartTotal)} <span class="badge badge-quiet">{t(texts.settlement[settlementOf(order)])}</span>
          </span>
          <span class="figure">{formatMoney(order.total, order.currency)}</span>
        </p>
        {done && <Beside of={benefits}>{({ UnusedBenefits }) => <UnusedBenefits benefits={done} timeZone={timeZone} />}</Beside>}
        {used.length > 0 && (
          <p class="sum-row">
            <span>{t(texts.usedBenefits)}</span>
            <span>{used.join(t(common.listComma))}</span>
          </p>
        )}
        {(done?.points?.used ?? 0) > 0 && (
          <p class="sum-row">
            <span>{t(texts.usedPoints)}</span>
            <span class="figure">{done?.points?.used}</span>
          </p>
        )}
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
