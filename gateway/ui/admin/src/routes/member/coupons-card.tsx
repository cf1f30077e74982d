import { useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { formatDateTime } from "@yizhimai/kit";
import { Tag as Badge } from "antd";

import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { paths } from "../../paths";
import { QueryView } from "../../patterns/states";
import { may } from "../../session/may";
import membership from "../membership/membership.module.css";
import { texts as membershipTexts } from "../membership/texts";
import { Card } from "./card";
import { memberCouponsQuery } from "./queries";
import { texts } from "./texts";

/** Coupons of the member, the last issued first. */
export function CouponsCard({ memberId }: { memberId: string }) {
  const t = useT();
  const { timeZone } = useScope();
  const seesLog = may(useMe(), "member.ledger");
  const query = useQuery(memberCouponsQuery(memberId));
  return (
    <Card
      title={t(texts.coupons)}
      action={
        seesLog && query.data && query.data.length > 0 ? (
          <Link to={paths.pointsLog() as LinkProps["to"]} search={{ tab: "coupons", member: memberId } as never}>{t(texts.couponsLog)}</Link>
        ) : null
      }
    >
      <QueryView query={query} skeleton={<span className={membership.soft}>…</span>}>
        {(coupons) =>
          coupons.length === 0 ? (
            <p className={membership.soft}>{t(texts.couponsNone)}</p>
          ) : (
            <ul className={membership.list}>
              {coupons.map((coupon) => (
                <li key={coupon.coupon_id}>
                  <span className={membership.grow}>
                    {coupon.name}
                    <div className={membership.soft}>{t(texts.couponUntil, { time: formatDateTime(coupon.valid_until, timeZone) })}</div>
                  </span>
                  <Badge color={coupon.state === "unused" ? "success" : "default"}>{t(membershipTexts.couponState[coupon.state])}</Badge>
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
    </Card>
  );
}
