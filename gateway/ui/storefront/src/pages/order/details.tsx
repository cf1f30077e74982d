import type { Menu, Order, PricedLine } from "@yizhimai/api";
import { displayPhone, formatDateTime, formatMoney } from "@yizhimai/kit";
import { Icon } from "../../parts/icon";
import { t } from "../../text";

function detail(line: PricedLine): string {
  const options = line.options.map((option) => (option.quantity > 1 ? `${option.name} ×${option.quantity}` : option.name));
  const variant = line.variant_name === line.product_name ? "" : line.variant_name;
  return [variant, ...options].filter(Boolean).join("・");
}

export function OrderItems({ order }: { order: Order }) {
  return (
    <section class="card" aria-labelledby="order-items">
      <h2 id="order-items">{t("checkout.items")}</h2>
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
            {t("cart.total")} <span class="badge badge-quiet">{order.paid >= order.total && order.total > 0 ? t("order.paid") : t("order.unpaid")}</span>
          </span>
          <span class="figure">{formatMoney(order.total, order.currency)}</span>
        </p>
      </div>
    </section>
  );
}

export function OrderFacts({ order, branch, timeZone }: { order: Order; branch?: Menu["branch"]; timeZone: string }) {
  const facts: [label: string, value: string][] = [
    [t("order.number"), order.order_number],
    [t("checkout.method"), order.method === "on_site" ? t("checkout.on_site") : t("checkout.pickup")],
    [t("order.placed_at"), formatDateTime(order.placed_at ?? order.created_at, timeZone)],
    [t("order.wanted_at"), order.wanted_at ? formatDateTime(order.wanted_at, timeZone) : t("checkout.asap")],
    [t("order.contact"), `${order.contact_name} ${displayPhone(order.contact_phone)}`],
    [t("order.utensils"), order.utensils ? t("order.utensils_yes") : t("order.utensils_no")],
  ];
  if (order.remark) facts.push([t("order.remark"), order.remark]);
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
            <dt>{t("order.shop")}</dt>
            <dd>
              {branch.name}
              <span class="soft">{branch.address}</span>
              <a class="text-button" href={`tel:${branch.phone}`} aria-label={t("branch.call", { name: branch.name })}>
                <Icon name="phone" size={16} /> {displayPhone(branch.phone)}
              </a>
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}
