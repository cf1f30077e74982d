import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { formatDateTime } from "@yizhimai/kit";
import { Alert, App, Button } from "antd";
import { useState } from "react";

import { keys } from "../../data/keys";
import type { MemberMerge } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { paths } from "../../paths";
import { ReasonDialog } from "../../patterns/reason-dialog";
import { useAccountNames } from "../../patterns/use-account-names";
import { holdsShared, may, mayDo } from "../../session/may";
import membership from "../membership/membership.module.css";
import { Card } from "./card";
import { duplicatesOfQuery, mergesQuery, undoMerge } from "./queries";
import { texts } from "./texts";

/** Members that may be the same person, and mergings that can be undone. Absent where there is neither. */
export function MergesCard({ memberId }: { memberId: string }) {
  const t = useT();
  const me = useMe();
  const shared = holdsShared(me);
  const merges = useQuery(mergesQuery(memberId));
  const pairs = useQuery({ ...duplicatesOfQuery(memberId), enabled: shared });
  const suggested = pairs.data?.length ?? 0;
  const done = merges.data ?? [];
  if (suggested === 0 && done.length === 0) return null;
  return (
    <Card title={t(texts.merges)}>
      {suggested > 0 ? (
        <Alert
          type="info"
          showIcon
          title={t(texts.duplicate)}
          action={
            <Link to={paths.duplicates() as LinkProps["to"]}>
              <Button>{t(texts.duplicateOpen)}</Button>
            </Link>
          }
        />
      ) : null}
      <ul className={membership.list}>
        {done.map((merge) => (
          <Merging key={merge.merge_id} merge={merge} memberId={memberId} undoes={shared && may(me, "member.list", "manage") && mayDo(me, "member.merge")} />
        ))}
      </ul>
    </Card>
  );
}

interface MergingProps {
  merge: MemberMerge;
  memberId: string;
  undoes: boolean;
}

function Merging({ merge, memberId, undoes }: MergingProps) {
  const t = useT();
  const { timeZone } = useScope();
  const client = useQueryClient();
  const nameOf = useAccountNames();
  const { message } = App.useApp();
  const [asking, setAsking] = useState(false);
  const kept = merge.member_id === memberId;
  const other = kept ? merge.merged_member_id : merge.member_id;
  const open = !merge.undone_at && Date.parse(merge.undo_until) > Date.now();
  const at = (instant: string | null | undefined) => formatDateTime(instant, timeZone);

  async function undo(reason: string) {
    await undoMerge(merge.merge_id, reason);
    await client.invalidateQueries({ queryKey: keys.membership() });
    void message.success(t(texts.mergeUndoDone));
  }

  return (
    <li>
      <div className={membership.grow}>
        <Link to={paths.member(other) as LinkProps["to"]}>{t(kept ? texts.mergeKept : texts.mergeGone)}</Link>
        <div className={membership.soft}>{t(texts.stateBy, { name: nameOf(merge.account_id), time: at(merge.at), reason: merge.reason })}</div>
        {merge.undone_at ? <div className={membership.soft}>{t(texts.mergeUndone, { time: at(merge.undone_at) })}</div> : null}
        {open ? <div className={membership.soft}>{t(texts.mergeUntil, { time: at(merge.undo_until) })}</div> : null}
      </div>
      {open && undoes ? <Button onClick={() => setAsking(true)}>{t(texts.mergeUndo)}</Button> : null}
      {asking ? (
        <ReasonDialog title={t(texts.mergeUndoTitle)} text={t(texts.mergeUndoText)} deed={t(texts.mergeUndo)} usual={[t(texts.mergeUndoWhy)]} onDo={undo} onClose={() => setAsking(false)} />
      ) : null}
    </li>
  );
}
