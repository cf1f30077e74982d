import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { formatDateTime } from "@yizhimai/kit";
import { App, Button, Flex, Input, Modal, Select, Tag } from "antd";
import { useState } from "react";

import { keys } from "../../data/keys";
import type { PointAdjustment } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { useDeed } from "../../patterns/dialog-refusal";
import { ListPage, type ListColumn } from "../../patterns/list-page";
import { EmptyState } from "../../patterns/states";
import { useAccountNames } from "../../patterns/use-account-names";
import { hasPlan, holdsShared, may, mayDo } from "../../session/may";
import { adjustmentsQuery, decideAdjustment } from "./queries";
import { adjustmentStates, type LogSearch } from "./search";
import { texts } from "./texts";
import { signed } from "./words";

interface AdjustmentsViewProps {
  search: LogSearch;
  onFilter: (next: Partial<LogSearch>) => void;
  onPages: (pages: string[]) => void;
}

interface Row {
  adjustment: PointAdjustment;
  when: string;
  who: string;
  state: string;
  decided: string;
  memberWord: string;
  memberPath: string | undefined;
  decideWord: string;
  /** Asks for the decision; absent where there is none to make, or not by this account. */
  decide: (() => void) | undefined;
  ownWord: string;
}

const columns: readonly ListColumn<Row>[] = [
  { key: "when", title: texts.when, fixed: true, render: (row) => <span className="tabular">{row.when}</span> },
  { key: "points", title: texts.adjustedPoints, fixed: true, align: "right", render: ({ adjustment }) => <strong className="tabular">{signed(adjustment.points)}</strong> },
  { key: "reason", title: texts.reason, fixed: true, render: ({ adjustment }) => <span style={{ display: "inline-block", minWidth: 160, maxWidth: 360, whiteSpace: "normal" }}>{adjustment.reason}</span> },
  { key: "who", title: texts.requestedBy, render: (row) => row.who },
  { key: "member", title: texts.member, render: (row) => (row.memberPath ? <Link to={row.memberPath as LinkProps["to"]}>{row.memberWord}</Link> : "—") },
  {
    key: "state", title: texts.adjustmentStateLabel, fixed: true,
    render: (row) => (
      <>
        <Tag>{row.state}</Tag>
        {row.decide ? <Button onClick={row.decide}>{row.decideWord}</Button> : <small>{row.ownWord || row.decided}</small>}
      </>
    ),
  },
];

/** Adjustments by hand; those above 1,000 points wait for a second person. */
export function AdjustmentsView({ search, onFilter, onPages }: AdjustmentsViewProps) {
  const t = useT();
  const me = useMe();
  const { timeZone } = useScope();
  const nameOf = useAccountNames();
  const query = useQuery(adjustmentsQuery(search));
  const [open, setOpen] = useState<PointAdjustment>();
  const decides = may(me, "member.ledger", "manage") && mayDo(me, "points.adjust") && hasPlan(me, "advanced") && holdsShared(me);
  const at = (instant: string | null | undefined) => formatDateTime(instant, timeZone);
  const rows = query.data?.adjustments.map((adjustment): Row => {
    const waits = adjustment.state === "waiting" && decides;
    const own = adjustment.requested_by === me.account.account_id;
    const note = adjustment.decision_note ? ` · ${adjustment.decision_note}` : "";
    return {
      adjustment,
      when: at(adjustment.requested_at),
      who: nameOf(adjustment.requested_by),
      state: t(texts.adjustmentState[adjustment.state]),
      decided: adjustment.decided_at ? t(texts.decidedBy, { name: nameOf(adjustment.decided_by), time: at(adjustment.decided_at) }) + note : "",
      memberWord: t(texts.memberOpen),
      memberPath: may(me, "member.list") ? paths.member(adjustment.member_id) : undefined,
      decideWord: t(texts.decide),
      decide: waits && !own ? () => setOpen(adjustment) : undefined,
      ownWord: waits && own ? t(texts.ownRequest) : "",
    };
  });
  return (
    <>
      <ListPage<Row>
        name="point-adjustments"
        columns={columns}
        rowKey={({ adjustment }) => adjustment.adjustment_id}
        rows={rows}
        error={query.error}
        updatedAt={query.dataUpdatedAt}
        refetch={() => void query.refetch()}
        pages={search.pages ?? []}
        nextToken={query.data?.next_page_token}
        onPages={onPages}
        filters={
          <Select
            style={{ minWidth: 140 }}
            aria-label={t(texts.adjustmentStateLabel)}
            value={search.state ?? "waiting"}
            onChange={(state) => onFilter({ state: state === "waiting" ? undefined : state })}
            options={[...adjustmentStates.map((one) => ({ value: one, label: t(texts.adjustmentState[one]) })), { value: "all" as const, label: t(texts.allStates) }]}
          />
        }
        empty={<EmptyState title={t(search.state ? texts.noneFound : texts.adjustmentsNone)} hint={t(texts.adjustmentsNoneHint)} />}
      />
      {open ? <DecideDialog adjustment={open} onClose={() => setOpen(undefined)} /> : null}
    </>
  );
}

function DecideDialog({ adjustment, onClose }: { adjustment: PointAdjustment; onClose: () => void }) {
  const t = useT();
  const { timeZone } = useScope();
  const client = useQueryClient();
  const nameOf = useAccountNames();
  const { message } = App.useApp();
  const { busy, run, alert } = useDeed();
  const [note, setNote] = useState("");

  async function decide(approve: boolean) {
    if (!(await run(() => decideAdjustment(adjustment, approve, note.trim())))) return;
    await client.invalidateQueries({ queryKey: keys.membership() });
    void message.success(t(approve ? texts.approved : texts.rejected));
    onClose();
  }

  return (
    <Modal
      open
      title={t(texts.decideTitle, { points: signed(adjustment.points) })}
      onCancel={onClose}
      footer={
        <Flex gap={8} justify="end" wrap>
          <Button size="large" onClick={onClose}>{t(common.actionKeep)}</Button>
          <Button size="large" danger disabled={note.trim() === ""} loading={busy} onClick={() => void decide(false)}>{t(texts.reject)}</Button>
          <Button size="large" type="primary" loading={busy} onClick={() => void decide(true)}>{t(texts.approve)}</Button>
        </Flex>
      }
    >
      <Flex vertical gap={12}>
        <p>{t(texts.decideText, { name: nameOf(adjustment.requested_by), time: formatDateTime(adjustment.requested_at, timeZone), reason: adjustment.reason })}</p>
        <Input.TextArea aria-label={t(texts.note)} placeholder={t(texts.note)} maxLength={200} autoSize={{ minRows: 2 }} value={note} onChange={({ target }) => setNote(target.value)} />
        {alert}
      </Flex>
    </Modal>
  );
}
