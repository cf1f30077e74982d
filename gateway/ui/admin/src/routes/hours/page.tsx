import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { wallOf } from "@yizhimai/kit";
import { Segmented } from "antd";
import { useState } from "react";

import type { HoursVersion, StartedDecisions } from "../../data/types";
import { texts as frameTexts } from "../../frame/texts";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { QueryView } from "../../patterns/states";
import { FollowContext } from "./follow";
import { History } from "./history";
import styles from "./hours.module.css";
import { OutcomeDialog } from "./outcome-dialog";
import { OutcomeNotice } from "./outcome-notice";
import { Pending } from "./pending";
import { hoursQuery } from "./queries";
import { SpecialDays } from "./special-days";
import { tabs, type HoursTab } from "./tabs";
import { texts } from "./texts";
import { WeekForm, type Beginning } from "./week-form";

/** 營業時間設定: the week, special days, and what was before. */
export function HoursPage() {
  const t = useT();
  const { branchId = "" } = useParams({ strict: false });
  const { tab = "week" } = useSearch({ strict: false }) as { tab?: HoursTab };
  const navigate = useNavigate();
  const { branch } = useScope();
  const [beginning, setBeginning] = useState<Omit<Beginning, "hours"> & { version: HoursVersion }>();
  const [followed, follow] = useState<StartedDecisions>();
  const show = (next: HoursTab) => void navigate({ to: ".", search: next === "week" ? {} : { tab: next } });
  return (
    <Page>
      <PageHeader title={t(frameTexts.functionNames.hours)} hint={t(texts.hint, { branch: branch?.name ?? "" })} />
      <Segmented<HoursTab>
        size="large"
        block
        className={styles.tabs ?? ""}
        aria-label={t(frameTexts.functionNames.hours)}
        value={tab}
        onChange={show}
        options={tabs.map((one) => ({ value: one, label: t(texts.tab[one]) }))}
      />
      <OutcomeNotice onShow={follow} />
      {followed ? <OutcomeDialog key={followed.batch_id} branchId={branchId} started={followed} onClose={() => follow(undefined)} /> : null}
      <FollowContext value={follow}>
        {tab === "week" ? (
          <Week branchId={branchId} beginning={beginning} onBegin={setBeginning} />
        ) : tab === "days" ? (
          <SpecialDays branchId={branchId} />
        ) : (
          <History
            branchId={branchId}
            onRestore={(version) => {
              setBeginning({ version, restores: version.number });
              show("week");
            }}
          />
        )}
      </FollowContext>
    </Page>
  );
}

type Chosen = Omit<Beginning, "hours"> & { version: HoursVersion };

function Week({ branchId, beginning, onBegin }: { branchId: string; beginning: Chosen | undefined; onBegin: (beginning: Chosen | undefined) => void }) {
  const query = useQuery(hoursQuery(branchId));
  const { timeZone } = useScope();
  return (
    <QueryView query={query}>
      {({ hours, pending }) => (
        <>
          <Pending
            branchId={branchId}
            version={hours.version}
            pending={pending}
            onChange={(version) => onBegin({ version, replaces: version.number, effective: wallOf(version.effective_at, timeZone) })}
          />
          <WeekForm
            key={`${branchId} ${String(beginning?.version.number)}`}
            branchId={branchId}
            version={hours.version}
            beginning={beginning ? { ...beginning, hours: beginning.version.hours } : { hours }}
            onReload={() => void query.refetch()}
            onLeave={() => onBegin(undefined)}
          />
        </>
      )}
    </QueryView>
  );
}
