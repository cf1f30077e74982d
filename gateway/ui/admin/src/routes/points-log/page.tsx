import { useLocation, useNavigate, useSearch, type NavigateOptions } from "@tanstack/react-router";
import { Segmented } from "antd";

import { texts as frameTexts } from "../../frame/texts";
import { useMe } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { withoutEmpty } from "../../patterns/search";
import { may } from "../../session/may";
import membership from "../membership/membership.module.css";
import { AdjustmentsView } from "./adjustments-view";
import { CouponsView } from "./coupons-view";
import { EntriesView } from "./entries-view";
import { tabs, type LogSearch, type LogTab } from "./search";
import { SumsView } from "./sums-view";
import { texts } from "./texts";

/** 點數／發券記錄: every change of points, adjustments that wait, and sums. */
export function PointsLogPage() {
  const t = useT();
  const search = useSearch({ strict: false }) as LogSearch;
  const navigate = useNavigate();
  const typed = useLocation({ select: ({ state }) => state.text ?? "" });
  // Sums name their programme, which is seen with the rules.
  const me = useMe();
  const sums = may(me, "member.point_rules");
  const coupons = may(me, "member.coupons") && may(me, "member.list");
  const go = (next: LogSearch) =>
    void navigate({ to: ".", search: withoutEmpty(next), state: typed === "" ? {} : { text: typed }, replace: next.pages === search.pages } as unknown as NavigateOptions);
  const filter = (next: Partial<LogSearch>) => go({ ...search, pages: [], ...next });
  const shown = search.tab ?? "entries";
  return (
    <Page>
      <PageHeader title={t(frameTexts.functionNames.pointsLog)} hint={t(texts.hint)} />
      <div className={membership.tools}>
        <Segmented<LogTab>
          size="large"
          aria-label={t(frameTexts.functionNames.pointsLog)}
          value={shown}
          onChange={(tab) => go(tab === "entries" ? {} : { tab })}
          options={tabs.filter((one) => (one !== "sums" || sums) && (one !== "coupons" || coupons)).map((one) => ({ value: one, label: t(texts.tab[one]) }))}
        />
      </div>
      {shown === "entries" ? <EntriesView search={search} onFilter={filter} onPages={(pages) => go({ ...search, pages })} /> : null}
      {shown === "coupons" ? <CouponsView search={search} onFilter={filter} onPages={(pages) => go({ ...search, pages })} /> : null}
      {shown === "adjustments" ? <AdjustmentsView search={search} onFilter={filter} onPages={(pages) => go({ ...search, pages })} /> : null}
      {shown === "sums" ? <SumsView search={search} onFilter={filter} /> : null}
    </Page>
  );
}
