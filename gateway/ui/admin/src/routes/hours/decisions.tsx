import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";

import { ProblemError, problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { Affected, Decisions, PreviewInput, StartedDecisions } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { findOrders } from "../../patterns/use-order-summaries";
import { may } from "../../session/may";
import { byBranch, type Plan } from "./decision";
import { DecisionDialog } from "./decision-dialog";
import { useFollow } from "./follow";
import { preview } from "./queries";
import { texts } from "./texts";

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
  const client = useQueryClient();
  const follow = useFollow();
  const brandId = useScope().branch?.brand_id ?? "";
  const sees = may(useMe(), "ops.orders");
  const t = useT();
  const live = useRef<Asked>(undefined);
  /** Outlives the dialog: where orders come in meanwhile the gateway asks again, and only they are left to decide. */
  const [plan, setPlan] = useState<Plan>({ chosen: new Map(), reason: t(texts.decideMoveReasonUsual), keepUnlisted: false });

  async function decide(change: PreviewInput, again: boolean): Promise<Decisions> {
    const { affected: outside, affected_total: total } = await preview(branchId, change);
    if (total === 0) return none;
    // Without their names orders can still be decided about.
    const known = sees ? await findOrders(outside.map((order) => order.order_id)).catch(() => undefined) : undefined;
    const affected = byBranch(outside.map((order) => ({ ...known?.get(order.order_id), ...order })), total);
    const decisions = await new Promise<Decisions | undefined>((answer) => {
      live.current = { affected, change, again, answer };
      setAsked(live.current);
    });
    setAsked(undefined);
    if (!decisions) throw new ProblemError({ status: 409, reason: "ORDERS_AFFECTED", params: { count: String(affected.total) }, fields: [], members: {} });
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

  /** Shows how far the saved decisions are, where any order is cancelled or rescheduled. */
  function report({ started }: { started?: StartedDecisions | null }) {
    if (!started) return;
    void client.invalidateQueries({ queryKey: keys.decisionBatches(brandId) });
    follow(started);
  }

  const dialog = asked ? <DecisionDialog branchId={branchId} affected={asked.affected} change={asked.change} again={asked.again} plan={plan} onPlan={setPlan} onDone={asked.answer} /> : null;
  return { settle, report, dialog };
}
