import type { Order, OrderState } from "@yizhimai/api";
import { formatTime, type Text } from "@yizhimai/kit";
import { Icon } from "../../parts/icon";
import { isClosed } from "../../shop/orders-seen";
import { t } from "../../text";
import { texts } from "./texts";

const steps = [
  { state: "placed", text: texts.stepPlaced },
  { state: "accepted", text: texts.stepAccepted },
  { state: "preparing", text: texts.stepPreparing },
  { state: "ready", text: texts.stepReady },
] as const satisfies readonly { state: OrderState; text: Text }[];

const lines = {
  pending_payment: texts.pendingLine, placed: texts.waitingLine, accepted: texts.acceptedLine,
  preparing: texts.preparingLine, ready: texts.readyLine, delivering: texts.deliveringLine,
  completed: texts.completedLine, cancelled: texts.cancelledLine, rejected: texts.rejectedLine,
  expired: texts.expiredLine, no_show: texts.noShowLine,
} as const satisfies Record<OrderState, Text>;

export function isOpen(state: OrderState): boolean {
  return !isClosed(state);
}

/** The shop has the order: it has a pickup number and steps. */
export function isUnderWay(state: OrderState): boolean {
  return isOpen(state) && state !== "pending_payment";
}

export function stateLine(order: Order): string {
  if (order.state === "ready" && order.method === "on_site") return t(texts.readyOnSite);
  return t(lines[order.state]);
}

/** Progress, with the times of the steps that are done. */
export function Steps({ order, timeZone }: { order: Order; timeZone: string }) {
  const reached = steps.findIndex((step) => step.state === order.state);
  const times = [order.placed_at ?? undefined, order.accepted_at, undefined, order.ready_at];
  return (
    <ol class="steps" aria-label={t(texts.steps)}>
      {steps.map((step, number) => {
        const done = number < reached || (number === reached && step.state === "ready");
        const current = number === reached;
        return (
          <li key={step.state} class={`step ${done ? "is-done" : ""} ${current ? "is-now" : ""}`} aria-current={current ? "step" : undefined}>
            <span class="step-dot">{done && <Icon name="check" size={18} />}</span>
            <span class="step-text">
              {t(step.text)}
              {(done || current) && <span class="unseen">（{current ? t(texts.stepNow) : t(texts.stepDone)}）</span>}
            </span>
            <span class="step-time figure">{number <= reached && times[number] ? formatTime(times[number], timeZone) : ""}</span>
          </li>
        );
      })}
    </ol>
  );
}
