import { formatDayTime, formatMoney } from "@yizhimai/kit";
import type { QuoteDifference } from "../../domain/changes";
import { now } from "../../lib/clock";
import { Icon } from "../../parts/icon";
import { locale, t } from "../../text";

interface ChangedQuoteProps {
  differences: readonly QuoteDifference[];
  currency: string;
  timeZone: string;
}

/** Price or time are not what they were: line by line, from what to what. */
export function ChangedQuote({ differences, currency, timeZone }: ChangedQuoteProps) {
  const onlyTime = differences.length > 0 && differences.every(({ kind }) => kind === "time");
  const shown = ({ kind }: QuoteDifference, value: string) =>
    kind === "time" ? formatDayTime(value, timeZone, now.value, locale.value) : formatMoney(Number(value), currency);
  const named = ({ kind, name }: QuoteDifference) => (kind === "time" ? t("checkout.time") : (name ?? t("checkout.fee")));
  return (
    <section class="card changed is-refused" role="alert" tabIndex={-1}>
      <h2>
        <Icon name="alert" /> {t(onlyTime ? "checkout.changed_time" : "checkout.changed")}
      </h2>
      {differences.length === 0 && <p>{t("checkout.changed_nothing")}</p>}
      <ul>
        {differences.map((difference) => (
          <li key={difference.field} class="sum-row">
            <span>{named(difference)}</span>
            <span class="changed-amounts">
              <span class="soft">
                {difference.from === undefined ? t("checkout.changed_new") : t("checkout.changed_from", { price: shown(difference, difference.from) })}
              </span>
              <strong class="figure">{difference.to === undefined ? t("checkout.changed_gone") : shown(difference, difference.to)}</strong>
            </span>
          </li>
        ))}
      </ul>
      <p class="soft">{t("checkout.changed_hint")}</p>
    </section>
  );
}
