import { useState } from "preact/hooks";
import { formatDate } from "@yizhimai/kit";
import type { Membership, PointEntry, PointsAccount } from "../../api/membership";
import { endingLots } from "../../domain/own-points";
import { t } from "../../text";
import { More, useMore } from "./more";
import { Section } from "./section";
import { texts } from "./texts";
import { useLoaded } from "./use-loaded";

function Entry({ entry, timeZone }: { entry: PointEntry; timeZone: string }) {
  const points = entry.points === 0 ? entry.pending : entry.points;
  return (
    <li class="row">
      <span>
        {t(texts.pointKinds[entry.kind])} <span class="soft">{[formatDate(entry.at, timeZone), entry.order_number].filter(Boolean).join("・")}</span>
      </span>
      <span class="figure">{points > 0 ? `+${points}` : points}</span>
    </li>
  );
}

function Entries({ api, timeZone }: { api: Membership; timeZone: string }) {
  const entries = useMore((token) => api.entries(token).then(({ entries: items, next_page_token }) => ({ items, next: next_page_token })));
  return (
    <More of={entries} empty={t(texts.noEntries)}>
      {(entry) => <Entry key={entry.entry_id} entry={entry} timeZone={timeZone} />}
    </More>
  );
}

function Account({ account, timeZone }: { account: PointsAccount; timeZone: string }) {
  const { balance, pending, debt } = account;
  return (
    <>
      <p class="balance">
        <strong class="figure">{balance}</strong> {account.unit_name}
      </p>
      {pending > 0 && <p class="soft">{t(texts.pointsPending, { points: pending })}</p>}
      {debt > 0 && <p class="soft">{t(texts.pointsDebt, { points: debt })}</p>}
      <ul class="rows">
        {endingLots(account.lots, timeZone).map(({ date, points }) => (
          <li class="row" key={date}>
            <span>{date === "" ? t(texts.pointsForever) : t(texts.pointsEnd, { date })}</span>
            <span class="figure">{points}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Points with what ends when, and how they came and went. */
export function Points({ api, timeZone }: { api: Membership; timeZone: string }) {
  const points = useLoaded(api.points, [api]);
  const [isOpen, setOpen] = useState(false);
  if (points.data && !points.data.account) return null;
  return (
    <Section title={t(texts.points)} of={points}>
      {({ account }) => account && (
        <>
          <Account account={account} timeZone={timeZone} />
          <details onToggle={(event) => setOpen(event.currentTarget.open)}>
            <summary>{t(texts.pointEntries)}</summary>
            {isOpen && <Entries api={api} timeZone={timeZone} />}
          </details>
        </>
      )}
    </Section>
  );
}
