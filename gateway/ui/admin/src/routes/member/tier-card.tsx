import { useQuery, useQueryClient } from "@tanstack/react-query";
import { formatDate, formatMoney, instantOf } from "@yizhimai/kit";
import { Button, Collapse, Select } from "antd";
import { useState } from "react";

import { keys } from "../../data/keys";
import type { Member, MemberTier } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { ReasonDialog } from "../../patterns/reason-dialog";
import { QueryView } from "../../patterns/states";
import { WallField } from "../../patterns/wall-field";
import { hasPlan, may } from "../../session/may";
import { Dot } from "../membership/dot";
import { memberName } from "../membership/member-words";
import membership from "../membership/membership.module.css";
import { inForce, mayEdit, scopeName } from "../membership/programmes";
import { tierProgrammesQuery } from "../membership/queries";
import { useTiers } from "../membership/use-names";
import { Card } from "./card";
import styles from "./member.module.css";
import { missingText } from "./profile";
import { memberTiersQuery, setTier } from "./queries";
import { texts } from "./texts";

const MOST_DAYS = 3_650;

/** The tier of the member, what the next one takes, and setting it by hand. */
export function TierCard({ member, edits }: { member: Member; edits: boolean }) {
  const t = useT();
  const query = useQuery(memberTiersQuery(member.member_id));
  return (
    <Card title={t(texts.tier)}>
      <QueryView query={query} skeleton={<span className={membership.soft}>…</span>}>
        {(tiers) => (tiers.length === 0 ? <p className={membership.soft}>{t(texts.tierNone)}</p> : tiers.map((tier) => <TierOf key={tier.programme_id} of={tier} titled={tiers.length > 1} member={member} edits={edits} />))}
      </QueryView>
    </Card>
  );
}

interface TierOfProps {
  of: MemberTier;
  titled: boolean;
  member: Member;
  edits: boolean;
}

function TierOf({ of, titled, member, edits }: TierOfProps) {
  const t = useT();
  const me = useMe();
  const { timeZone, brands } = useScope();
  const [setting, setSetting] = useState(false);
  const sets = edits && may(me, "member.vip", "manage") && hasPlan(me, "max") && mayEdit(me, of);
  const missing = missingText(t, of.missing);
  const lasting = [of.valid_until ? t(texts.tierUntil, { time: formatDate(of.valid_until, timeZone) }) : t(texts.tierForEver), of.manual ? t(texts.tierManual) : ""].filter(Boolean);
  const next = of.next_tier ? (missing ? t(texts.tierNext, { name: of.next_tier.name, missing }) : t(texts.tierReady, { name: of.next_tier.name })) : t(texts.tierTop);
  return (
    <>
      {titled ? <div className={membership.soft}>{scopeName(t, of, brands)}</div> : null}
      <div className={styles.head} style={{ marginBottom: 0 }}>
        <span className={styles.big}>
          <Dot colour={of.tier.colour}>{of.tier.name}</Dot>
        </span>
        {sets ? <Button onClick={() => setSetting(true)}>{t(texts.tierSet)}</Button> : null}
      </div>
      <p className={membership.soft}>{lasting.join(" · ")}</p>
      <p>{next}</p>
      <p className={membership.soft}>{t(texts.tierProgress, { spend: formatMoney(of.progress.spend), orders: of.progress.orders })}</p>
      <Changes of={of} />
      {setting ? <SetTierDialog of={of} member={member} onClose={() => setSetting(false)} /> : null}
    </>
  );
}

function Changes({ of }: { of: MemberTier }) {
  const t = useT();
  const { timeZone } = useScope();
  const tiers = useTiers();
  if (of.changes.length === 0) return null;
  const nameOf = (tierId: string) => tiers.get(tierId)?.name ?? "—";
  const children = (
    <ul className={membership.list}>
      {of.changes.map((change) => (
        <li key={`${change.at} ${change.to_tier_id}`}>
          <span className={membership.grow}>
            {t(texts.tierChange, { from: nameOf(change.from_tier_id), to: nameOf(change.to_tier_id) })}
            {change.reason ? <div className={membership.soft}>{change.reason}</div> : null}
          </span>
          <span className={membership.soft}>{[t(texts.tierCause[change.cause]), formatDate(change.at, timeZone)].join(" · ")}</span>
        </li>
      ))}
    </ul>
  );
  return <Collapse ghost items={[{ key: "changes", label: t(texts.tierChanges), children }]} />;
}

function SetTierDialog({ of, member, onClose }: { of: MemberTier; member: Member; onClose: () => void }) {
  const t = useT();
  const { timeZone } = useScope();
  const client = useQueryClient();
  const { data } = useQuery(tierProgrammesQuery);
  const programme = data?.find((one) => one.programme_id === of.programme_id);
  const [tierId, setTierId] = useState(of.tier.tier_id ?? "");
  const [ends, setEnds] = useState<string>();

  async function set(reason: string) {
    await setTier(member.member_id, { programme_id: of.programme_id, tier_id: tierId, valid_until: ends ? instantOf(ends, timeZone) : null, reason });
    await client.invalidateQueries({ queryKey: keys.membership() });
  }

  return (
    <ReasonDialog
      title={t(texts.tierSetTitle, { name: memberName(t, member) })}
      text={t(texts.tierSetText)}
      deed={t(texts.tierSetDo)}
      usual={[t(texts.tierWhySorry), t(texts.tierWhyVip)]}
      incomplete={tierId === ""}
      onDo={set}
      onClose={onClose}
    >
      <Select
        size="large"
        aria-label={t(texts.tierChoose)}
        value={tierId}
        options={(programme ? (inForce(programme)?.rules.tiers ?? []) : []).map((tier) => ({ value: tier.tier_id ?? "", label: tier.name }))}
        onChange={setTierId}
      />
      <WallField label={t(texts.tierEnds)} value={ends} onChange={setEnds} daysAhead={MOST_DAYS} clearable />
    </ReasonDialog>
  );
}
