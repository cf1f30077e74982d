import { Link, type LinkProps } from "@tanstack/react-router";
import { formatDateTime } from "@yizhimai/kit";

import type { PointEntry } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { DetailDrawer, Facts } from "../../patterns/detail-drawer";
import { useAccountNames } from "../../patterns/use-account-names";
import { may } from "../../session/may";
import membership from "../membership/membership.module.css";
import { texts } from "./texts";
import { asideOf, explained, signed } from "./words";

/** An entry with the points it changed and the rules it followed. */
export function EntryDrawer({ entry, onClose }: { entry: PointEntry | undefined; onClose: () => void }) {
  const t = useT();
  return (
    <DetailDrawer open={entry !== undefined} title={t(texts.detail)} onClose={onClose}>
      {entry ? <Detail entry={entry} /> : null}
    </DetailDrawer>
  );
}

function Detail({ entry }: { entry: PointEntry }) {
  const t = useT();
  const { timeZone, branches } = useScope();
  const nameOf = useAccountNames();
  const seesOrders = may(useMe(), "ops.orders");
  const branch = branches.find((one) => one.branch_id === entry.branch_id);
  const order =
    entry.order_id && branch && seesOrders ? (
      <Link to={paths.orders(branch.branch_id) as LinkProps["to"]} search={{ order: entry.order_id } as never}>
        {entry.order_number || t(texts.order)}
      </Link>
    ) : (
      entry.order_number || "—"
    );
  return (
    <>
      <p style={{ fontSize: 17 }}>{explained(t, entry)}</p>
      <Facts
        facts={[
          [t(texts.when), formatDateTime(entry.at, timeZone)],
          [t(texts.kindLabel), t(texts.kind[entry.kind])],
          [t(texts.points), [signed(entry.points), asideOf(t, entry)].filter(Boolean).join(" · ")],
          [t(texts.balance), entry.balance],
          [t(texts.order), order],
          [t(texts.branch), branch?.name ?? "—"],
          [t(texts.operator), entry.operator ? nameOf(entry.operator) : t(common.actorSystem)],
          ...(entry.reason ? ([[t(texts.reason), entry.reason]] as const) : []),
        ]}
      />
      {entry.programme_version > 0 ? <p className={membership.soft}>{t(texts.ruleVersion, { version: entry.programme_version })}</p> : null}
      {entry.lots.length > 0 ? (
        <section aria-label={t(texts.lots)}>
          <h3>{t(texts.lots)}</h3>
          <ul className={membership.list}>
            {entry.lots.map((lot) => (
              <li key={lot.lot_id}>
                <span>{lot.expires_at ? t(texts.lotEnds, { time: formatDateTime(lot.expires_at, timeZone) }) : t(texts.lotNever)}</span>
                <strong className="tabular">{signed(lot.points)}</strong>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </>
  );
}
