import { DownOutlined, RightOutlined } from "@ant-design/icons";
import { formatDayTime } from "@yizhimai/kit";
import { Segmented } from "antd";

import type { AffectedOrder, Branch, PreviewInput } from "../../data/types";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { AllChoice } from "./all-choice";
import { commonOf, tallyOf, type Choice, type Chosen, type Decided } from "./decision";
import styles from "./hours.module.css";
import { NewTime } from "./new-time";
import { texts } from "./texts";

interface BranchDecisionsProps {
  /** Where the orders are, if the account knows it. */
  branch: Branch | undefined;
  orders: readonly AffectedOrder[];
  change: PreviewInput;
  chosen: Chosen;
  mayAct: boolean;
  canReschedule: (order: AffectedOrder) => boolean;
  /** Other branches stand beside it. */
  named: boolean;
  open: boolean;
  onOpen: (open: boolean) => void;
  onDecide: (order: AffectedOrder, decided: Decided) => void;
  onDecideAll: (choice: Choice) => void;
}

/** The orders of a branch outside its hours: a line that decides them all, and one for each. */
export function BranchDecisions({ branch, orders, change, chosen, mayAct, canReschedule, named, open, onOpen, onDecide, onDecideAll }: BranchDecisionsProps) {
  const t = useT();
  const name = branch?.name ?? t(texts.decideUnknownBranch);
  const timeZone = branch?.time_zone ?? "Asia/Taipei";
  return (
    <section aria-label={named ? name : t(texts.decideAllOrders)}>
      {named ? (
        <div className={styles.branchHead}>
          <button type="button" aria-expanded={open} onClick={() => onOpen(!open)}>
            {open ? <DownOutlined aria-hidden /> : <RightOutlined aria-hidden />}
            <span>
              <strong>{name}</strong>
              <Tally orders={orders} chosen={chosen} />
            </span>
          </button>
          <AllChoice label={name} value={commonOf(orders, chosen)} mayAct={mayAct} onChange={onDecideAll} />
        </div>
      ) : null}
      {open ? (
        <ul data-named={named || undefined}>
          {orders.map((order) => {
            const decided = chosen.get(order.order_id);
            const number = order.pickup_number ?? order.order_number ?? t(texts.decideUnnamed);
            return (
              <li key={order.order_id} data-undecided={decided ? undefined : true}>
                <span>
                  <strong className="tabular">{number}</strong>
                  <span className={styles.hint}>
                    {[formatDayTime(order.promised_at, timeZone, new Date(), t.locale), order.contact_name, canReschedule(order) || !mayAct ? null : t(texts.decideMayNotMove)].filter(Boolean).join(" · ")}
                  </span>
                </span>
                <Segmented<Choice | "">
                  size="large"
                  aria-label={t(texts.decideOne, { number })}
                  value={decided?.choice ?? ""}
                  onChange={(choice) => choice && onDecide(order, { choice })}
                  options={[
                    { value: "keep", label: t(texts.choice.keep) },
                    { value: "reschedule", label: t(texts.choice.reschedule), disabled: !canReschedule(order) },
                    { value: "cancel", label: t(texts.choice.cancel), disabled: !mayAct },
                  ]}
                />
                {decided?.choice === "reschedule" ? (
                  <NewTime
                    order={order}
                    change={change}
                    timeZone={timeZone}
                    cutoffMinutes={branch?.cutoff_minutes ?? 240}
                    value={decided.slot}
                    onChange={(slot) => onDecide(order, slot ? { choice: "reschedule", slot } : { choice: "reschedule" })}
                  />
                ) : null}
              </li>
            );
          })}
        </ul>
      ) : null}
    </section>
  );
}

function Tally({ orders, chosen }: { orders: readonly AffectedOrder[]; chosen: Chosen }) {
  const t = useT();
  const { open, ...made } = tallyOf(orders, chosen);
  const words = (["keep", "reschedule", "cancel"] as const).filter((choice) => made[choice] > 0).map((choice) => t(texts.decideTally, { deed: t(texts.choice[choice]), count: made[choice] }));
  return (
    <span className={styles.hint}>
      {t(texts.decideOrders, { count: orders.length })}
      {words.length > 0 ? ` · ${words.join(t(common.listComma))}` : null}
      {open > 0 ? <span className={styles.undecided}>{` · ${t(texts.decideUndecided, { count: open })}`}</span> : null}
    </span>
  );
}
