import { formatDayTime, formatMoney } from "@yizhimai/kit";
import { memo } from "react";

import type { Me, Order } from "../../data/types";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import styles from "./board.module.css";
import { dueAt, type Tone } from "./due";
import { isDue, onlyMakes, orderCan, stepsOf, type OrderAction } from "./order-can";
import { texts } from "./texts";
import { lineName, mentionsAllergy, optionWords } from "./words";

interface OrderCardProps {
  order: Order;
  me: Me;
  tone: Tone;
  minutes: number;
  timeZone: string;
  unseen: boolean;
  sending: boolean;
  onAct: (order: Order, action: OrderAction) => void;
  onOpen: (order: Order) => void;
}

/**
 * One order on the board. Plain elements instead of Ant Design's: three hundred of these must stay
 * fluid on a cheap tablet.
 */
export const OrderCard = memo(function OrderCard(props: OrderCardProps) {
  const { order, me, tone, minutes, timeZone, unseen, sending, onAct, onOpen } = props;
  const t = useT();
  const allergy = mentionsAllergy(order);
  const [main, ...beside] = stepsOf[order.state] ?? [];
  const cancel = orderCan.cancel(order, me);

  function left(): string {
    if (tone === "done") return t(texts.waiting);
    if (minutes < 0) return t(texts.lateBy, { minutes: -minutes });
    return minutes < 100 ? t(texts.minutesLeft, { minutes }) : "";
  }

  function button(action: OrderAction, big: boolean) {
    const verdict = orderCan[action](order, me);
    if (!verdict.ok && !verdict.why) return null;
    return (
      <button
        key={action}
        type="button"
        className={big ? styles.main : styles.beside}
        disabled={!verdict.ok || sending}
        title={verdict.ok ? undefined : verdict.why && t(verdict.why)}
        aria-label={t(texts.doFor, { action: t(texts.act[action]), number: order.pickup_number })}
        onClick={() => onAct(order, action)}
      >
        {t(texts.act[action])}
      </button>
    );
  }

  return (
    <article className={styles.card} data-tone={tone} data-unseen={unseen || undefined} data-allergy={allergy || undefined} aria-busy={sending}>
      <header className={styles.head}>
        <button type="button" className={styles.number} data-card aria-label={t(texts.open, { number: order.pickup_number })} onClick={() => onOpen(order)}>
          {order.pickup_number}
        </button>
        <div className={styles.when}>
          <strong className={styles.due}>
            {formatDayTime(dueAt(order), timeZone, new Date(), t.locale)} <span className={styles.left}>{left()}</span>
          </strong>
          <span className={styles.who}>
            {t(common.method[order.method])} · {order.contact_name}
          </span>
        </div>
      </header>
      <div className={styles.flags}>
        {allergy ? <span className={styles.allergy}>{t(texts.allergy)}</span> : null}
        {order.wanted_at ? <span className={styles.flag}>{t(texts.future)}</span> : null}
        {order.rescheduled_from ? <span className={styles.flag}>{t(texts.movedFlag)}</span> : null}
        {isDue(order) ? <span className={styles.unpaid}>{t(texts.unpaid, { amount: formatMoney(order.total - order.paid, order.currency) })}</span> : null}
        {order.utensils ? <span className={styles.flag}>{t(texts.utensils)}</span> : null}
        {order.test ? <span className={styles.flag}>{t(texts.test)}</span> : null}
        {sending ? <span className={styles.flag}>{t(texts.sending)}</span> : null}
      </div>
      <ul className={styles.lines}>
        {order.lines.map((line, index) => (
          <li key={`${line.variant_id}-${String(index)}`}>
            <span className={line.quantity > 1 ? styles.many : styles.one}>{line.quantity}</span>
            <div>
              <span className={styles.what}>{lineName(line)}</span>
              {line.options.length > 0 ? <span className={styles.options}>{optionWords(line.options)}</span> : null}
              {line.note ? <span className={styles.note}>{line.note}</span> : null}
            </div>
          </li>
        ))}
      </ul>
      {order.remark ? <p className={styles.note}>{order.remark}</p> : null}
      <footer className={styles.foot}>
        {cancel.ok || cancel.why ? (
          <button
            type="button"
            className={styles.cancel}
            disabled={!cancel.ok || sending}
            title={cancel.ok ? undefined : cancel.why && t(cancel.why)}
            aria-label={t(texts.doFor, { action: t(texts.act.cancel), number: order.pickup_number })}
            onClick={() => onAct(order, "cancel")}
          >
            {t(texts.act.cancel)}
          </button>
        ) : null}
        {beside.map((action) => button(action, false))}
        {main ? button(main, true) : null}
        {order.state === "placed" && onlyMakes(me) ? <span className={styles.flag}>{t(texts.notAccepted)}</span> : null}
      </footer>
    </article>
  );
});
