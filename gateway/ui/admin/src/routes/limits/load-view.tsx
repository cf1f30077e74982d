import { LeftOutlined, RightOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { formatBusinessDay } from "@yizhimai/kit";
import { Alert, Button, Flex, Grid, Segmented, Skeleton } from "antd";
import { useState } from "react";

import { texts as frameTexts } from "../../frame/texts";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { paths } from "../../paths";
import { EmptyState, QueryView } from "../../patterns/states";
import { useBusinessDay } from "../../patterns/use-business-day";
import { DayList } from "./day-list";
import { daysFrom, overOf, rowsOf, type Cell, type Level } from "./heat";
import { HeatMap } from "./heat-map";
import styles from "./limits.module.css";
import { LoadTable } from "./load-table";
import { loadQuery } from "./queries";
import { SlotDrawer } from "./slot-drawer";
import { texts } from "./texts";
import { useNow } from "./use-now";

type View = "map" | "table";
const legend: readonly Level[] = ["free", "low", "half", "filling", "full", "over"];
const DAY_MS = 86_400_000;
/** Days from today, either way, that the gateway answers. */
const MOST_DAYS = 60;

/** 負載: the coming days as a heat map, with what fills an hour behind each of its cells. */
export function LoadView({ branchId }: { branchId: string }) {
  const t = useT();
  const { branch, timeZone } = useScope();
  const wide = Grid.useBreakpoint().md ?? innerWidth >= 768;
  const now = useNow();
  const today = useBusinessDay(timeZone, branch?.cutoff_minutes);
  const [count, setCount] = useState(7);
  const [first, setFirst] = useState<string>();
  const [view, setView] = useState<View>("map");
  const [open, setOpen] = useState<{ day: string; from: string }>();
  const from = first ?? today;
  const days = daysFrom(from, count);
  const load = useQuery(loadQuery(branchId, from, count));
  const reach = Math.round((Date.parse(from) - Date.parse(today)) / DAY_MS);
  const shift = (by: number) => {
    if (Math.abs(reach + by) > MOST_DAYS) return;
    const [next] = daysFrom(new Date(Date.parse(`${from}T00:00:00Z`) + by * DAY_MS).toISOString().slice(0, 10), 1);
    setFirst(next === today ? undefined : next);
  };
  return (
    <>
      <div className={styles.tools}>
        <Flex gap={8} align="center">
          {wide ? <Button size="large" icon={<LeftOutlined />} aria-label={t(texts.earlier)} disabled={reach - count < -MOST_DAYS} onClick={() => shift(-count)} /> : null}
          <Button size="large" disabled={from === today} onClick={() => setFirst(undefined)}>{t(texts.today)}</Button>
          {wide ? <Button size="large" icon={<RightOutlined />} aria-label={t(texts.later)} disabled={reach + count > MOST_DAYS} onClick={() => shift(count)} /> : null}
          <strong className="tabular">{`${formatBusinessDay(from, t.locale)} – ${formatBusinessDay(days.at(-1) ?? from, t.locale)}`}</strong>
        </Flex>
        <Flex gap={8} wrap>
          {wide ? (
            <Segmented
              size="large"
              aria-label={t(texts.span)}
              value={count}
              onChange={setCount}
              options={[7, 14].map((value) => ({ value, label: t(texts.spanDays, { count: value }) }))}
            />
          ) : null}
          <Segmented<View>
            size="large"
            aria-label={t(texts.viewLabel)}
            value={view}
            onChange={setView}
            options={(["map", "table"] as const).map((value) => ({ value, label: t(texts.view[value]) }))}
          />
        </Flex>
      </div>
      <QueryView query={load} skeleton={<Skeleton active paragraph={{ rows: 12 }} />}>
        {({ slots, rules }) => {
          const rows = rowsOf(slots, days, timeZone, now);
          const over = overOf(rows);
          const cell = rows.flatMap((row) => row.cells).find((one) => one && one.day === open?.day && one.from === open.from);
          const show = (one: Cell) => setOpen({ day: one.day, from: one.from });
          return (
            <div aria-busy={load.isPlaceholderData || undefined}>
              {over.length > 0 ? (
                <Alert
                  type="error"
                  showIcon
                  role="status"
                  className={styles.over ?? ""}
                  title={t(texts.overHours, { count: over.length })}
                  action={<Button onClick={() => over[0] && show(over[0])}>{t(texts.seeFirst)}</Button>}
                />
              ) : null}
              {rows.length === 0 ? (
                <EmptyState
                  title={t(texts.noHours)}
                  hint={t(texts.noHoursHint)}
                  action={<Link to={paths.hours(branchId) as LinkProps["to"]}>{t(frameTexts.functionNames.hours)}</Link>}
                />
              ) : view === "table" ? (
                <LoadTable rows={rows} rules={rules} onOpen={show} />
              ) : wide ? (
                <HeatMap rows={rows} rules={rules} days={days} today={today} compact={count > 7} onOpen={show} />
              ) : (
                <DayList rows={rows} rules={rules} days={days} today={today} onOpen={show} onShift={(by) => shift(by * count)} />
              )}
              {rows.length > 0 && view === "map" ? (
                <ul className={styles.legend} aria-label={t(texts.legend)}>
                  {legend.map((level) => (
                    <li key={level}>
                      <span className={styles.swatch} data-level={level} aria-hidden />
                      {t(texts.level[level])}
                    </li>
                  ))}
                  <li>
                    <span className={styles.swatch} data-closed aria-hidden />
                    {t(texts.level.closed)}
                  </li>
                </ul>
              ) : null}
              <SlotDrawer branchId={branchId} cell={cell} rules={rules} onClose={() => setOpen(undefined)} />
            </div>
          );
        }}
      </QueryView>
    </>
  );
}
