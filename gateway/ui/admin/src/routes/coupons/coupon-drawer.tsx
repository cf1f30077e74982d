import { useQuery } from "@tanstack/react-query";
import { formatDateTime } from "@yizhimai/kit";

import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { DetailDrawer, Facts } from "../../patterns/detail-drawer";
import { QueryView } from "../../patterns/states";
import { useOrderSummaries } from "../../patterns/use-order-summaries";
import { ruleSentence } from "../rules/sentence";
import { useRuleWords } from "../rules/use-rule-names";
import styles from "../rules/rules.module.css";
import { OrderLink } from "../settlements/order-link";
import { couponQuery } from "./queries";
import { CouponTag } from "./state-tag";
import { texts } from "./texts";

/** A coupon with what happened to it. */
export function CouponDrawer({ couponId, onClose }: { couponId: string; onClose: () => void }) {
  const t = useT();
  const { branches, timeZone } = useScope();
  const words = useRuleWords();
  const query = useQuery(couponQuery(couponId));
  const orders = useOrderSummaries((query.data?.entries ?? []).map(({ order_id }) => order_id).filter(Boolean));
  return (
    <DetailDrawer open title={query.data ? t(texts.couponTitle, { code: query.data.coupon.code }) : t(common.stateLoading)} onClose={onClose}>
      <QueryView query={query}>
        {({ coupon, entries }) => (
          <>
            <p>
              <strong>{coupon.name}</strong>
              <br />
              {ruleSentence(coupon.rule, words)}
            </p>
            <Facts
              facts={[
                [t(texts.columnState), <CouponTag key="state" state={coupon.state} />],
                [t(texts.columnUses), t(texts.usesLeft, { left: coupon.uses_left, all: coupon.uses_allowed })],
                [t(texts.columnFrom), formatDateTime(coupon.valid_from, timeZone)],
                [t(texts.columnUntil), formatDateTime(coupon.valid_until, timeZone)],
              ]}
            />
            <section aria-label={t(texts.history)}>
              <h3>{t(texts.history)}</h3>
              <ul className={styles.plainList}>
                {entries.map((entry, index) => (
                  <li key={`${entry.at}-${String(index)}`}>
                    <div className={styles.partHead}>
                      <strong>{t(texts.entry[entry.kind])}</strong>
                      {entry.order_id ? <OrderLink orderId={entry.order_id} number={orders.get(entry.order_id)?.order_number ?? entry.order_id.slice(-5)} branchId={entry.branch_id} /> : null}
                    </div>
                    <div className={styles.soft}>
                      {[formatDateTime(entry.at, timeZone), branches.find(({ branch_id }) => branch_id === entry.branch_id)?.name, entry.actor, entry.reason].filter(Boolean).join(" · ")}
                    </div>
                  </li>
                ))}
              </ul>
            </section>
          </>
        )}
      </QueryView>
    </DetailDrawer>
  );
}
