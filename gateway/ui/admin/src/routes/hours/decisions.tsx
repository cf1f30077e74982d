import { formatDayTime } from "@yizhimai/kit";
import { App } from "antd";
import { useRef, useState } from "react";

import { ProblemError, problemFrom } from "../../data/gateway";
import type { Affected, Cancellation, Decisions, MovedOrder, PreviewInput } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import type { Plan } from "./decision";
import { DecisionDialog } from "./decision-dialog";
import { Outcome, type Settled } from "./outcome";
import { preview } from "./queries";

interface Asked {
  affected: Affected;
  change: PreviewInput;
  /** Orders came in while the others were decided. */
  again: boolean;
  answer: (decisions: Decisions | undefined) => void;
}

const none: Decisions = { orders: [], keep_others: false };

/**
 * Asks what becomes of the booked orders that a change leaves outside, before it is saved. Without any it answers at once;
 * who closes the dialog has decided nothing, and the change is refused as the gateway would.
 */
export function useDecisions(branchId: string) {
  const [asked, setAsked] = useState<Asked>();
  const { modal, message } = App.useApp();
  const { branches } = useScope();
  const t = useT();
  const sentence = useReason();
  const live = useRef<Asked>(undefined);
  /** Outlives the dialog: where orders come in meanwhile the gateway asks again, and only they are left to decide. */
  const [plan, setPlan] = useState<Plan>({ chosen: new Map(), reason: t("decide.moveReasonUsual") });
  /** The times of some orders are found only as they are moved, so that what came of it has to be told. */
  const finds = useRef(false);

  async function decide(change: PreviewInput, again: boolean): Promise<Decisions> {
    finds.current = false;
    const { affected } = await preview(branchId, change);
    if (affected.total === 0) return none;
    const decisions = await new Promise<Decisions | undefined>((answer) => {
      live.current = { affected, change, again, answer };
      setAsked(live.current);
    });
    setAsked(undefined);
    if (!decisions) throw new ProblemError({ status: 409, reason: "ORDERS_AFFECTED", params: { count: String(affected.total) }, fields: [], members: {} });
    finds.current = decisions.orders?.some((one) => one.decision === "move_next") ?? false;
    return decisions;
  }

  /** Sends a change with what was decided; where orders came in meanwhile, only they are asked about again. */
  async function settle<A>(change: PreviewInput, send: (decisions: Decisions) => Promise<A>): Promise<A> {
    for (let again = false; ; again = true) {
      const decisions = await decide(change, again);
      try {
        return await send(decisions);
      } catch (thrown) {
        if (decisions === none || problemFrom(thrown).reason !== "ORDERS_AFFECTED") throw thrown;
      }
    }
  }

  const nameOf = (branch: string | null | undefined) => branches.find((one) => one.branch_id === branch)?.name ?? t("decide.unknownBranch");
  const zoneOf = (branch: string | null | undefined) => branches.find((one) => one.branch_id === branch)?.time_zone ?? "Asia/Taipei";

  /** Says which orders got their new time, and which could be neither moved nor cancelled. */
  function report({ cancellations, moves }: { cancellations: readonly Cancellation[]; moves: readonly MovedOrder[] }) {
    const refusals = [
      ...cancellations.map(({ order, refused }) => ({ ...order, refused, deed: t("decide.cancel") })),
      ...moves.map((one) => ({ ...one, order_number: null, deed: t("decide.move") })),
    ].flatMap(({ order_id, branch_id, refused, deed, ...order }): Settled[] =>
      refused ? [{ id: order_id, branch: nameOf(branch_id), order: orderName(order), text: t("decide.refused", { deed, reason: sentence({ reason: refused }) }) }] : [],
    );
    const moved = moves.flatMap(({ order_id, branch_id, refused, wanted_at, ...order }): Settled[] =>
      refused || !wanted_at ? [] : [{ id: order_id, branch: nameOf(branch_id), order: orderName({ ...order, order_number: null }), text: t("decide.movesTo", { time: formatDayTime(wanted_at, zoneOf(branch_id), new Date(), t.locale) }) }],
    );
    if (refusals.length === 0 && !finds.current) {
      if (moved.length > 0) void message.success(t("decide.moved", { count: moved.length }));
      return;
    }
    const content = <Outcome here={nameOf(branchId)} refused={refusals} moved={moved} movedTitle={refusals.length > 0 ? t("decide.moved", { count: moved.length }) : undefined} />;
    if (refusals.length > 0) modal.warning({ width: 560, title: t("decide.failed", { count: refusals.length }), content, okText: t("decide.seen") });
    else modal.success({ width: 560, title: t("decide.moved", { count: moved.length }), content, okText: t("decide.seen") });
  }

  const orderName = (order: { pickup_number?: string | null; order_number?: string | null; contact_name?: string | null }) =>
    [order.pickup_number ?? order.order_number ?? t("decide.unnamed"), order.contact_name].filter(Boolean).join(" ");

  const dialog = asked ? <DecisionDialog branchId={branchId} affected={asked.affected} change={asked.change} again={asked.again} plan={plan} onPlan={setPlan} onDone={asked.answer} /> : null;
  return { settle, report, dialog };
}
