import { useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { formatDateTime } from "@yizhimai/kit";
import { Timeline } from "antd";

import type { CouponDetail } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { DetailDrawer, Facts } from "../../patterns/detail-drawer";
import { QueryView } from "../../patterns/states";
import { may } from "../../session/may";
import { texts as membershipTexts } from "../membership/texts";
import { couponQuery } from "./queries";
import { texts } from "./texts";

/** A coupon with what happened to it. */
export function CouponDrawer({ couponId, onClose }: { couponId: string | undefined; onClose: () => void }) {
  const t = useT();
  const query = useQuery({ ...couponQuery(couponId ?? ""), enabled: couponId !== undefined });
  return (
    <DetailDrawer open={couponId !== undefined} title={query.data?.coupon.name ?? t(common.stateLoading)} onClose={onClose}>
      <QueryView query={query}>{(detail) => <Detail {...detail} />}</QueryView>
    </DetailDrawer>
  );
}

function Detail({ coupon, entries }: CouponDetail) {
  const t = useT();
  const { timeZone, branches } = useScope();
  const seesOrders = may(useMe(), "ops.orders");
  const at = (instant: string) => formatDateTime(instant, timeZone);
  return (
    <>
      <Facts
        facts={[
          [t(texts.couponStateLabel), t(membershipTexts.couponState[coupon.state])],
          [t(texts.couponIssued), at(coupon.issued_at)],
          [t(texts.couponValid), t(texts.couponPeriod, { from: at(coupon.valid_from), until: at(coupon.valid_until) })],
          [t(texts.couponUses), t(texts.couponUsesOf, { left: coupon.uses_left, allowed: coupon.uses_allowed })],
        ]}
      />
      <section aria-label={t(texts.couponHistory)}>
        <h3 style={{ marginBottom: 16 }}>{t(texts.couponHistory)}</h3>
        <Timeline
          items={entries.map((entry) => {
            const branch = branches.find((one) => one.branch_id === entry.branch_id);
            return {
              key: `${entry.at} ${entry.kind}`,
              content: (
                <>
                  <strong>{t(texts.couponEntry[entry.kind])}</strong>{" "}
                  {entry.order_id && branch && seesOrders ? (
                    <Link to={paths.orders(branch.branch_id) as LinkProps["to"]} search={{ order: entry.order_id } as never}>{t(texts.order)}</Link>
                  ) : null}
                  <div style={{ color: "var(--ink-2)" }}>{[at(entry.at), branch?.name, entry.actor, entry.reason].filter(Boolean).join(" · ")}</div>
                </>
              ),
            };
          })}
        />
      </section>
    </>
  );
}
