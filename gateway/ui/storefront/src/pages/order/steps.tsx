import type { Order, OrderState } from "@yizhimai/api";
import { formatTime } from "@yizhimai/kit";
import { Icon } from "../../parts/icon";
import { isClosed } from "../../shop/orders-seen";
import { t } from "../../text";

const steps = [
  { state: "placed", text: "order.step_placed" },
  { state: "accepted", text: "order.step_accepted" },
  { state: "preparing", text: "order.step_preparing" },
  { state: "ready", text: "order.step_ready" },
] as const satisfies readonly { state: OrderState; text: string }[];

const lines = {
  pending_payment: "order.pending_line", placed: "order.waiting_line", accepted: "order.accepted_line",
  preparing: "order.preparing_line", ready: "order.ready_line", delivering: "order.delivering_line",
  completed: "order.completed_line", cancelled: "order.cancelled_line", rejected: "order.rejected_line",
  expired: "order.expired_line", no_show: "order.no_show_line",
} as const satisfies Record<OrderState, string>;

export function isOpen(state: OrderState): boolean {
  return !isClosed(state);
}

/** The one sentence that matters now. */
export function stateLine(order: Order): string {
  if (order.state === "ready" && order.method === "on_site") return t("order.ready_on_site");
  return t(lines[order.state]);
}

/** How far it is; the times of the steps that are behind stand beside them. */
export function Steps({ order, timeZone }: { order: Order; timeZone: string }) {
  const reached = steps.findIndex((step) => step.state === order.state);
  const times = [order.placed_at ?? undefined, order.accepted_at, undefined, order.ready_at];
  return (
    <ol class="steps" aria-label={t("order.steps")}>
      {steps.map((step, number) => {
        const done = number < reached || (number === reached && step.state === "ready");
        const current = number === reached;
        return (
          <li key={step.state} class={`step ${done ? "is-done" : ""} ${current ? "is-now" : ""}`} aria-current={current ? "step" : undefined}>
            <span class="step-dot">{done && <Icon name="check" size={18} />}</span>
            <span class="step-text">
              {t(step.text)}
              {(done || current) && <span class="unseen">（{current ? t("order.step_now") : t("order.step_done")}）</span>}
            </span>
            <span class="step-time figure">{number <= reached && times[number] ? formatTime(times[number], timeZone) : ""}</span>
          </li>
        );
      })}
    </ol>
  );
}
