import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { formatAmount, formatDate, formatDateTime, formatMoney, instantOf } from "@yizhimai/kit";
import { App, Button, Flex, InputNumber, Select } from "antd";
import { useState } from "react";

import { keys } from "../../data/keys";
import type { Member, PointsAccount } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { paths } from "../../paths";
import { ReasonDialog } from "../../patterns/reason-dialog";
import { QueryView } from "../../patterns/states";
import { useBodyKey } from "../../patterns/use-body-key";
import { WallField } from "../../patterns/wall-field";
import { hasPlan, holdsShared, may, mayDo } from "../../session/may";
import { memberName } from "../membership/member-words";
import membership from "../membership/membership.module.css";
import { scopeName } from "../membership/programmes";
import { Card } from "./card";
import styles from "./member.module.css";
import { adjustPoints, memberPointsQuery } from "./queries";
import { texts } from "./texts";

const MOST_POINTS = 10_000;

/** Points of the member: how many, when they end, and adjusting them by hand. */
export function PointsCard({ member, edits }: { member: Member; edits: boolean }) {
  const t = useT();
  const me = useMe();
  const { brands } = useScope();
  const query = useQuery(memberPointsQuery(member.member_id));
  const [adjusting, setAdjusting] = useState(false);
  const adjusts = edits && may(me, "member.ledger", "manage") && mayDo(me, "points.adjust") && hasPlan(me, "advanced") && holdsShared(me);
  const accounts = query.data?.accounts ?? [];
  return (
    <Card title={t(texts.points)} action={adjusts && accounts.length > 0 ? <Button onClick={() => setAdjusting(true)}>{t(texts.adjust)}</Button> : null}>
      <QueryView query={query} skeleton={<span className={membership.soft}>…</span>}>
        {(points) =>
          points.accounts.length === 0 ? (
            <p className={membership.soft}>{t(texts.pointsNone)}</p>
          ) : (
            <>
              {points.accounts.map((account) => (
                <Account key={account.programme_id} account={account} title={points.accounts.length > 1 ? scopeName(t, account, brands) : ""} />
              ))}
              <Flex wrap gap="8px 16px" align="center" style={{ marginTop: 8 }}>
                <Link to={paths.pointsLog() as LinkProps["to"]} search={{ member: member.member_id } as never}>{t(texts.pointsLog)}</Link>
              </Flex>
              <PastBalance memberId={member.member_id} />
            </>
          )
        }
      </QueryView>
      {adjusting ? <AdjustDialog member={member} accounts={accounts} onClose={() => setAdjusting(false)} /> : null}
    </Card>
  );
}

function Account({ account, title }: { account: PointsAccount; title: string }) {
  const t = useT();
  const { timeZone } = useScope();
  const { balance, held, pending, debt, unit_name, worth } = account;
  const parts = [
    worth > 0 ? t(texts.pointsWorth, { amount: formatMoney(worth) }) : "",
    held > 0 ? t(texts.pointsHeld, { points: formatAmount(held) }) : "",
    pending > 0 ? t(texts.pointsPending, { points: formatAmount(pending) }) : "",
    debt > 0 ? t(texts.pointsDebt, { points: formatAmount(debt) }) : "",
  ].filter(Boolean);
  return (
    <>
      {title ? <div className={membership.soft}>{title}</div> : null}
      <div className={`tabular ${styles.big}`}>{t(texts.pointsBalance, { points: formatAmount(balance), unit: unit_name })}</div>
      {parts.length > 0 ? <div className={membership.soft}>{parts.join(" · ")}</div> : null}
      <ul className={membership.list}>
        {account.lots.map((lot) => (
          <li key={lot.lot_id} className="tabular">
            <span>{t(texts.pointsLot, { points: formatAmount(lot.remaining) })}</span>
            <span className={membership.soft}>{lot.expires_at ? t(texts.pointsLotEnds, { time: formatDate(lot.expires_at, timeZone) }) : t(texts.pointsLotNever)}</span>
          </li>
        ))}
        {account.pending_points.map((one) => (
          <li key={one.order_id} className={membership.soft}>
            {t(texts.pointsDue, { points: formatAmount(one.points), time: formatDate(one.due_at, timeZone), order: one.order_number })}
          </li>
        ))}
      </ul>
    </>
  );
}

/** The balance as it was at an earlier time. */
function PastBalance({ memberId }: { memberId: string }) {
  const t = useT();
  const { timeZone } = useScope();
  const [wall, setWall] = useState<string>();
  const at = wall === undefined ? undefined : instantOf(wall, timeZone);
  const past = useQuery({ ...memberPointsQuery(memberId, at), enabled: at !== undefined && Date.parse(at) <= Date.now() });
  return (
    <Flex wrap gap="8px 12px" align="center" style={{ marginTop: 8 }}>
      <WallField label={t(texts.pointsAt)} value={wall} onChange={setWall} daysAhead={0} past clearable />
      <span aria-live="polite" className="tabular">
        {at === undefined
          ? ""
          : past.data?.accounts.map((one) => t(texts.pointsWas, { time: formatDateTime(past.data.at, timeZone), points: formatAmount(one.balance), unit: one.unit_name })).join(" · ")}
      </span>
    </Flex>
  );
}

interface AdjustDialogProps {
  member: Member;
  accounts: readonly PointsAccount[];
  onClose: () => void;
}

function AdjustDialog({ member, accounts, onClose }: AdjustDialogProps) {
  const t = useT();
  const { brands } = useScope();
  const client = useQueryClient();
  const keyOf = useBodyKey();
  const { message } = App.useApp();
  const [programmeId, setProgrammeId] = useState(accounts[0]?.programme_id ?? "");
  const [points, setPoints] = useState<number | null>(null);
  const isReady = points !== null && points !== 0;

  async function adjust(reason: string) {
    const body = { programme_id: programmeId, points: points ?? 0, reason };
    const { state } = await adjustPoints(member.member_id, body, keyOf(body));
    await client.invalidateQueries({ queryKey: keys.membership() });
    void message.success(t(state === "waiting" ? texts.adjustWaits : texts.adjusted));
  }

  return (
    <ReasonDialog
      title={t(texts.adjustTitle, { name: memberName(t, member) })}
      text={t(texts.adjustText)}
      deed={isReady ? t(points > 0 ? texts.adjustGive : texts.adjustTake, { points: formatAmount(Math.abs(points)) }) : t(texts.adjustDo)}
      danger={points !== null && points < 0}
      usual={[t(texts.adjustWhyMissed), t(texts.adjustWhySorry), t(texts.adjustWhyMistake)]}
      incomplete={!isReady}
      onDo={adjust}
      onClose={onClose}
    >
      {accounts.length > 1 ? (
        <Select
          size="large"
          aria-label={t(texts.adjustProgramme)}
          value={programmeId}
          options={accounts.map((one) => ({ value: one.programme_id, label: scopeName(t, one, brands) }))}
          onChange={setProgrammeId}
        />
      ) : null}
      <InputNumber<number>
        size="large"
        min={-MOST_POINTS}
        max={MOST_POINTS}
        precision={0}
        style={{ width: "100%" }}
        aria-label={t(texts.adjustPoints)}
        placeholder={t(texts.adjustPoints)}
        value={points}
        onChange={setPoints}
      />
    </ReasonDialog>
  );
}
