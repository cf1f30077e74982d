import { useQuery, useQueryClient } from "@tanstack/react-query";
import { formatDateTime } from "@yizhimai/kit";

import { App, Button } from "antd";
import { useState } from "react";

import type { Coupon } from "../../data/benefit-types";
import { keys } from "../../data/keys";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { DetailDrawer, Facts } from "../../patterns/detail-drawer";
import { QueryView } from "../../patterns/states";
import { useOrderSummaries } from "../../patterns/use-order-summaries";
import { useRefusalToast } from "../../patterns/use-toast";
import { ruleSentence } from "../rules/sentence";
import { useRuleWords } from "../rules/use-rule-names";
import styles from "../rules/rules.module.css";
import { OrderLink } from "../settlements/order-link";
import { MemberFinder } from "./member-finder";
import { couponQuery, transferCoupon } from "./queries";
import { CouponTag } from "./state-tag";
import { texts } from "./texts";

interface CouponDrawerProps {
  couponId: string;
  manages: boolean;
  onClose: () => void;
}

/** A coupon with what happened to it. */
export function CouponDrawer({ couponId, manages, onClose }: CouponDrawerProps) {
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
            {manages && coupon.transferable && coupon.state === "unused" ? <Transfer coupon={coupon} onDone={onClose} /> : null}
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

/** Passes a coupon on to a member that is looked up. */
function Transfer({ coupon, onDone }: { coupon: Coupon; onDone: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const toast = useRefusalToast();
  const { message } = App.useApp();
  const [open, setOpen] = useState(false);

  async function transfer(memberId: string) {
    try {
      await transferCoupon(coupon.coupon_id, memberId);
      void client.invalidateQueries({ queryKey: keys.coupon(coupon.coupon_id) });
      void client.invalidateQueries({ queryKey: keys.templateCoupons(coupon.template_id) });
      void message.success(t(texts.transferred));
      onDone();
    } catch (thrown) {
      toast(thrown);
    }
  }

  if (!open) {
    return (
      <div>
        <Button size="large" onClick={() => setOpen(true)}>{t(texts.transfer)}</Button>
      </div>
    );
  }
  return (
    <section aria-label={t(texts.transfer)}>
      <h3>{t(texts.transfer)}</h3>
      <MemberFinder>
        {({ memberId, name }, label) => (
          <Button type="link" aria-label={t(texts.transferDo, { name })} onClick={() => void transfer(memberId)}>{label}</Button>
        )}
      </MemberFinder>
    </section>
  );
}
