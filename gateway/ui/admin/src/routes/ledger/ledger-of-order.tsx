import { useQuery } from "@tanstack/react-query";
import { formatDateTime, formatMoney } from "@yizhimai/kit";

import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { QueryView } from "../../patterns/states";
import styles from "./ledger.module.css";
import { orderLedgerQuery } from "./queries";
import { texts } from "./texts";
import { detailOf, happened, route } from "./words";

/** What was booked of an order, the first transaction first. */
export function LedgerOfOrder({ orderId }: { orderId: string }) {
  const t = useT();
  const { timeZone } = useScope();
  const query = useQuery(orderLedgerQuery(orderId));
  return (
    <section aria-label={t(texts.ofOrder)}>
      <h3 style={{ marginBottom: 8 }}>{t(texts.ofOrder)}</h3>
      <QueryView query={query}>
        {(transactions) =>
          transactions.length === 0 ? (
            <p className={styles.soft}>{t(texts.ofOrderNone)}</p>
          ) : (
            <ol className={styles.entries}>
              {transactions.map((transaction) => {
                const detail = detailOf(t, transaction);
                return (
                  <li key={transaction.transaction_id}>
                    <div>
                      <strong>{happened(t, transaction)}</strong>
                      <div>{route(t, transaction)}</div>
                      <div className={styles.soft}>
                        <span className="tabular">{formatDateTime(transaction.occurred_at, timeZone)}</span>
                        {detail ? ` · ${detail}` : ""}
                      </div>
                    </div>
                    <strong className="tabular">{formatMoney(transaction.amount, transaction.currency)}</strong>
                  </li>
                );
              })}
            </ol>
          )
        }
      </QueryView>
    </section>
  );
}
