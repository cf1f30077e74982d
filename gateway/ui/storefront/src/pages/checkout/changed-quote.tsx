import { formatDayTime, formatMoney } from "@yizhimai/kit";
import type { QuoteDifference } from "../../domain/changes";
import { now } from "../../lib/clock";
import { Icon } from "../../parts/icon";
import { locale, t } from "../../text";
import { texts } from "./texts";

interface ChangedQuoteProps {
  differences: readonly QuoteDifference[];
  currency: string;
  timeZone: string;
}

/** Differences of price or time since the quote, line by line. */
export function ChangedQuote({ differences, currency, timeZone }: ChangedQuoteProps) {
  const onlyTime = differences.length > 0 && differences.every(({ kind }) => kind === "time");
  const shown = ({ kind }: QuoteDifference, value: string) =>
    kind === "time" ? formatDayTime(value, timeZone, now.value, locale.value) : formatMoney(Number(value), currency);
  const named = ({ kind, name }: QuoteDifference) => (kind === "time" ? t(texts.time) : (name ?? t(texts.fee)));
  return (
    <section class="card changed is-refused" role="alert" tabIndex={-1}>
      <h2>
        <Icon name="alert" /> {t(onlyTime ? texts.changedTime : texts.changed)}
      </h2>
      {differences.length === 0 && <p>{t(texts.changedNothing)}</p>}
      <ul>
        {differences.map((difference) => (
          <li key={difference.field} class="sum-row">
            <span>{named(difference)}</span>
            <span class="changed-amounts">
              <span class="soft">
                {difference.from === undefined ? t(texts.changedNew) : t(texts.changedFrom, { price: shown(difference, difference.from) })}
              </span>
              <strong class="figure">{difference.to === undefined ? t(texts.changedGone) : shown(difference, difference.to)}</strong>
            </span>
          </li>
        ))}
      </ul>
      <p class="soft">{t(texts.changedHint)}</p>
    </section>
  );
}
