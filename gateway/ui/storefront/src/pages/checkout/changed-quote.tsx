import { formatMoney } from "@yizhimai/kit";
import type { QuoteDifference } from "../../domain/changes";
import { Icon } from "../../parts/icon";
import { t } from "../../text";

/** The price is not what it was: line by line, from what to what. */
export function ChangedQuote({ differences, currency }: { differences: readonly QuoteDifference[]; currency: string }) {
  return (
    <section class="card changed is-refused" role="alert" tabIndex={-1}>
      <h2>
        <Icon name="alert" /> {t("checkout.changed")}
      </h2>
      {differences.length === 0 && <p>{t("checkout.changed_nothing")}</p>}
      <ul>
        {differences.map((difference) => (
          <li key={`${difference.kind} ${difference.name}`} class="sum-row">
            <span>{difference.name}</span>
            <span class="changed-amounts">
              <span class="soft">
                {difference.from === undefined ? t("checkout.changed_new") : t("checkout.changed_from", { price: formatMoney(difference.from, currency) })}
              </span>
              <strong class="figure">{difference.to === undefined ? t("checkout.changed_gone") : formatMoney(difference.to, currency)}</strong>
            </span>
          </li>
        ))}
      </ul>
      <p class="soft">{t("checkout.changed_hint")}</p>
    </section>
  );
}
