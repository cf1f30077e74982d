import { LockOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { formatBusinessDay } from "@yizhimai/kit";
import { Button, Flex } from "antd";
import { useState } from "react";

import type { SpecialDay } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { EmptyState, QueryView } from "../../patterns/states";
import { useBusinessDay } from "../../patterns/use-business-day";
import { may } from "../../session/may";
import { suggestions, type Holiday } from "./holidays";
import styles from "./hours.module.css";
import { specialDaysQuery } from "./queries";
import { SpecialDayDrawer, type SpecialDayDraft } from "./special-day-drawer";
import { texts } from "./texts";
import { spansText } from "./week-text";

/** 特殊日: the branch's own and those it inherits from its brand. */
export function SpecialDays({ branchId }: { branchId: string }) {
  const t = useT();
  const me = useMe();
  const { branch, timeZone } = useScope();
  const query = useQuery(specialDaysQuery(branchId));
  const manages = may(me, "store.hours", "manage");
  const brandId = branch?.brand_id ?? "";
  const managesBrand = manages && (me.account.scope.organisation || me.account.scope.brand_ids.includes(brandId));
  const [open, setOpen] = useState<SpecialDayDraft>();
  const today = useBusinessDay(timeZone, branch?.cutoff_minutes);
  const begin = (holiday?: Holiday) => setOpen({ ofBrand: false, name: holiday?.name ?? "", from_date: holiday?.from ?? "", to_date: holiday?.to ?? "", periods: [], locked: false, version: 0 });
  return (
    <>
      <Flex gap={8} justify="space-between" align="center" wrap style={{ marginBottom: 16 }}>
        <p className={styles.hint} style={{ flex: "1 1 240px" }}>{t(texts.specialHint)}</p>
        {manages ? (
          <Button type="primary" size="large" icon={<PlusOutlined />} onClick={() => begin()}>
            {t(texts.specialAdd)}
          </Button>
        ) : null}
      </Flex>
      <QueryView query={query}>
        {(days) => (
          <>
            {manages ? <Suggestions holidays={suggestions(today, days)} onPick={begin} /> : null}
            {days.length === 0 ? (
              <EmptyState title={t(texts.specialNone)} hint={t(texts.specialNoneHint)} />
            ) : (
              <ul className={styles.specials}>
                {days.map((day) => (
                  <SpecialDayLine key={day.special_day_id} day={day} onOpen={() => setOpen({ ...day, ofBrand: !day.branch_id })} />
                ))}
              </ul>
            )}
          </>
        )}
      </QueryView>
      <SpecialDayDrawer
        key={open?.special_day_id ?? open?.from_date}
        branchId={branchId}
        brandId={brandId}
        draft={open}
        manages={manages}
        managesBrand={managesBrand}
        onClose={() => setOpen(undefined)}
      />
    </>
  );
}

function Suggestions({ holidays, onPick }: { holidays: readonly Holiday[]; onPick: (holiday: Holiday) => void }) {
  const t = useT();
  if (holidays.length === 0) return null;
  return (
    <Flex gap={8} align="center" wrap style={{ marginBottom: 16 }}>
      <span className={styles.hint}>{t(texts.specialSuggestions)}</span>
      {holidays.map((holiday) => (
        <Button key={holiday.from} onClick={() => onPick(holiday)}>
          {`${holiday.name} ${formatBusinessDay(holiday.from, t.locale)}`}
        </Button>
      ))}
    </Flex>
  );
}

function SpecialDayLine({ day, onOpen }: { day: SpecialDay; onOpen: () => void }) {
  const t = useT();
  const first = formatBusinessDay(day.from_date, t.locale);
  const dates = day.from_date === day.to_date ? first : `${first} – ${formatBusinessDay(day.to_date, t.locale)}`;
  return (
    <li data-overridden={day.overridden || undefined}>
      <button type="button" onClick={onOpen}>
        <span className={styles.specialWhat}>
          <strong>{day.name}</strong>
          <span className="tabular">{dates}</span>
        </span>
        <span className={styles.specialTags}>
          {day.branch_id ? null : <span className={styles.tag} data-kind="inherited">{t(texts.specialInherited)}</span>}
          {day.locked ? <span className={styles.tag} data-kind="special"><LockOutlined aria-hidden /> {t(texts.specialLockedTag)}</span> : null}
          {day.overridden ? <span className={styles.tag}>{t(texts.specialOverridden)}</span> : null}
          <span className="tabular">{spansText(day.periods, t)}</span>
        </span>
      </button>
    </li>
  );
}
