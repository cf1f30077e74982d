import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { formatAmount } from "@yizhimai/kit";
import { Alert } from "antd";
import type { CSSProperties } from "react";

import { keys } from "../../data/keys";
import type { TierProgramme, TierProgrammeVersion } from "../../data/types";
import { texts as frameTexts } from "../../frame/texts";
import { useMe } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { paths } from "../../paths";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { QueryView } from "../../patterns/states";
import { holdsShared, may } from "../../session/may";
import { GivingList } from "../giving/giving-list";
import { texts as givingTexts } from "../giving/texts";
import membership from "../membership/membership.module.css";
import { ProgrammeFrame } from "../membership/programme-frame";
import type { ProgrammeSearch } from "../membership/programme-search";
import { tierProgrammesQuery } from "../membership/queries";
import { withdrawTiers } from "./queries";
import { texts } from "./texts";
import styles from "./tiers.module.css";
import { benefitsText, conditionText, lastingText } from "./words";

/** VIP 等級管理: the tiers, how they are reached and what they give. */
export function TiersPage() {
  const t = useT();
  const search = useSearch({ strict: false }) as ProgrammeSearch;
  const navigate = useNavigate();
  const client = useQueryClient();
  const me = useMe();
  const query = useQuery(tierProgrammesQuery);

  async function withdraw(programme: TierProgramme, version: TierProgrammeVersion) {
    await withdrawTiers(programme, version);
    await client.invalidateQueries({ queryKey: keys.tierProgrammes() });
  }

  return (
    <Page narrow>
      <PageHeader title={t(frameTexts.functionNames.tiers)} hint={t(texts.hint)} />
      <QueryView query={query}>
        {(programmes) => (
          <ProgrammeFrame<TierProgrammeVersion, TierProgramme>
            programmes={programmes}
            search={search}
            onShow={(programme) => void navigate({ to: ".", search: { programme } as never, replace: true })}
            permission="member.vip"
            plan="max"
            editPath={paths.tiersEdit()}
            empty={{ title: t(texts.none), hint: t(texts.noneHint) }}
            figures={({ members_to_judge }) =>
              members_to_judge > 0 ? <Alert type="info" showIcon style={{ marginBottom: 12 }} title={t(texts.toJudge, { count: members_to_judge })} /> : null
            }
            summary={(version, programme) => <Steps version={version} programme={programme} />}
            onWithdraw={withdraw}
          />
        )}
      </QueryView>
      {may(me, "member.coupons") && query.data && query.data.length > 0 ? (
        <div style={{ marginTop: 16 }}>
          <GivingList
            title={t(givingTexts.tiersTitle)}
            hint={t(givingTexts.tiersHint)}
            shows={({ rule }) => rule.tier_ids.length > 0}
            occasion="tier_reached"
            manages={may(me, "member.coupons", "manage") && holdsShared(me)}
          />
        </div>
      ) : null}
    </Page>
  );
}

/** The tiers of a version, the highest on top. */
function Steps({ version, programme }: { version: TierProgrammeVersion; programme: TierProgramme }) {
  const t = useT();
  const membersOf = (tierId: string | undefined) => programme.members.find((one) => one.tier_id === tierId)?.members ?? 0;
  return (
    <>
      <p className={membership.soft} style={{ marginTop: 8 }}>{t(texts.windowOf, { window: t(texts.window[version.rules.window]) })}</p>
      <ol className={styles.steps}>
        {version.rules.tiers.toReversed().map((tier) => (
          <li key={tier.tier_id ?? tier.name} className={styles.step} style={{ "--tier": tier.colour } as CSSProperties}>
            <div>
              <h3>{tier.name}</h3>
              {version.state === "in_force" ? <span className={`tabular ${membership.soft}`}>{t(texts.members, { count: formatAmount(membersOf(tier.tier_id)) })}</span> : null}
            </div>
            <div>
              <p>{conditionText(t, tier.upgrade) || t(texts.base)}</p>
              <p>{benefitsText(t, tier.benefits)}</p>
              <p className={membership.soft}>{lastingText(t, tier)}</p>
            </div>
          </li>
        ))}
      </ol>
    </>
  );
}
