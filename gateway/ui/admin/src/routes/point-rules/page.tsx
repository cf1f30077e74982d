import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { formatAmount, formatMoney } from "@yizhimai/kit";

import { keys } from "../../data/keys";
import type { PointsProgramme, PointsProgrammeVersion } from "../../data/types";
import { texts as frameTexts } from "../../frame/texts";
import { useT } from "../../i18n";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { QueryView } from "../../patterns/states";
import { paths } from "../../paths";
import styles from "../membership/membership.module.css";
import { ProgrammeFrame } from "../membership/programme-frame";
import type { ProgrammeSearch } from "../membership/programme-search";
import { pointProgrammesQuery } from "../membership/queries";
import { withdrawPointRules } from "./queries";
import { texts } from "./texts";
import { sentencesOf } from "./words";

/** 點數規則設定: how points are earned, used and ended. */
export function PointRulesPage() {
  const t = useT();
  const search = useSearch({ strict: false }) as ProgrammeSearch;
  const navigate = useNavigate();
  const client = useQueryClient();
  const query = useQuery(pointProgrammesQuery);

  async function withdraw(programme: PointsProgramme, version: PointsProgrammeVersion) {
    await withdrawPointRules(programme, version);
    await client.invalidateQueries({ queryKey: keys.pointProgrammes() });
  }

  return (
    <Page narrow>
      <PageHeader title={t(frameTexts.functionNames.pointRules)} hint={t(texts.hint)} />
      <QueryView query={query}>
        {(programmes) => (
          <ProgrammeFrame<PointsProgrammeVersion, PointsProgramme>
            programmes={programmes}
            search={search}
            onShow={(programme) => void navigate({ to: ".", search: { programme } as never, replace: true })}
            permission="member.point_rules"
            plan="advanced"
            editPath={paths.pointRulesEdit()}
            empty={{ title: t(texts.none), hint: t(texts.noneHint) }}
            figures={(programme) => <Figures programme={programme} />}
            summary={({ rules }) => (
              <ul className={styles.sentences}>
                {sentencesOf(t, rules).map((sentence) => (
                  <li key={sentence}>{sentence}</li>
                ))}
              </ul>
            )}
            onWithdraw={withdraw}
          />
        )}
      </QueryView>
    </Page>
  );
}

function Figures({ programme }: { programme: PointsProgramme }) {
  const t = useT();
  const figures = [
    [texts.outstanding, formatAmount(programme.outstanding_points), ""],
    [texts.liability, formatMoney(programme.liability), t(texts.liabilityHint)],
    [texts.waiting, formatAmount(programme.pending_points), ""],
    [texts.debt, formatAmount(programme.debt_points), t(texts.debtHint)],
  ] as const;
  return (
    <dl className={styles.figures}>
      {figures.map(([title, value, hint]) => (
        <div key={title[0]} className={styles.figure}>
          <dt>{t(title)}</dt>
          <dd className="tabular">
            {value}
            {hint ? <small>{hint}</small> : null}
          </dd>
        </div>
      ))}
    </dl>
  );
}
