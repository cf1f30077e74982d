import { formatAmount, formatBusinessDay, formatDate, formatDateTime, formatMoney } from "@yizhimai/kit";

import type { MemberProfile } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { Facts } from "../../patterns/detail-drawer";
import { texts as memberTexts } from "../membership/member-texts";
import membership from "../membership/membership.module.css";
import { Card } from "./card";
import styles from "./member.module.css";
import { nextVisit } from "./profile";
import { texts } from "./texts";

const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;

/** How much and how often, and what the member usually takes. */
export function HabitsCard({ profile }: { profile: MemberProfile }) {
  const t = useT();
  const { timeZone, branches } = useScope();
  const { member, habits } = profile;
  const comma = t(common.listComma);
  const next = nextVisit(member.last_order_at, habits.median_days, Date.now());
  const rhythm = [
    habits.median_days ? t(texts.rhythm, { days: habits.median_days }) : "",
    next ? t(texts.nextVisit, { day: formatBusinessDay(formatDate(next, timeZone), t.locale) }) : "",
  ].filter(Boolean);
  const branch = branches.find((one) => one.branch_id === habits.branch_id)?.name;
  return (
    <Card title={t(texts.visits)}>
      <Facts
        facts={[
          [t(memberTexts.orders), formatAmount(member.orders)],
          [t(memberTexts.spent), formatMoney(member.spent)],
          [t(memberTexts.lastOrder), formatDateTime(member.last_order_at, timeZone)],
          ...(habits.products.length > 0 ? ([[t(texts.favourites), habits.products.map(({ name, count }) => t(texts.times, { name, count })).join(comma)]] as const) : []),
          ...(habits.options.length > 0 ? ([[t(texts.choices), habits.options.map(({ name, choice, count }) => t(texts.choiceOf, { name, choice, count })).join(comma)]] as const) : []),
        ]}
      />
      {habits.orders === 0 ? (
        <p className={membership.soft} style={{ marginTop: 8 }}>{t(texts.visitsNone)}</p>
      ) : (
        <>
          {rhythm.length > 0 || branch ? <p style={{ marginTop: 8 }}>{[...rhythm, ...(branch ? [t(texts.favouriteBranch, { branch })] : [])].join(" · ")}</p> : null}
          <Weekdays counts={habits.weekdays} />
          <p className={membership.soft}>{t(texts.visitsOf, { count: habits.orders })}</p>
        </>
      )}
    </Card>
  );
}

function Weekdays({ counts }: { counts: readonly number[] }) {
  const t = useT();
  const most = Math.max(1, ...counts);
  return (
    <ul className={styles.week} aria-label={t(texts.byWeekday)}>
      {weekdays.map((day, index) => (
        <li key={day}>
          <span className="tabular">{counts[index] ?? 0}</span>
          <i style={{ height: `${String(Math.round(((counts[index] ?? 0) / most) * 44))}px` }} aria-hidden />
          <span>{t(common.weekday[day])}</span>
        </li>
      ))}
    </ul>
  );
}
