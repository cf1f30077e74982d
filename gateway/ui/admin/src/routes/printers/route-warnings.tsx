import { useQuery } from "@tanstack/react-query";
import { Alert } from "antd";
import { useMemo } from "react";

import { allProductsQuery } from "../../data/shared-queries";
import type { Branch } from "../../data/types";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { routesQuery } from "./queries";
import { routedProducts } from "./routes";
import { texts } from "./texts";

const SHOWN = 8;

/** NO_PRINT_ROUTE: products of which no print point of a branch prints anything. Says nothing while all of them are printed. */
export function RouteWarnings({ branch }: { branch: Branch }) {
  const t = useT();
  const comma = t(common.listComma);
  const products = useQuery(allProductsQuery(branch.brand_id));
  const routed = useMemo(() => routedProducts(products.data), [products.data]);
  const { data: unrouted } = useQuery(routesQuery(branch.branch_id, routed));
  if (!unrouted || unrouted.length === 0) return null;
  const everywhere = unrouted.filter(({ methods }) => methods.length >= 3);
  const nothing = everywhere.length === routed.length;
  const nameOf = (id: string) => products.data?.find(({ product_id }) => product_id === id)?.name ?? id;
  return (
    <Alert
      type="warning"
      showIcon
      style={{ marginTop: 16, marginBottom: 16 }}
      title={t(texts.routesTitle)}
      description={
        nothing ? (
          t(texts.routesAll, { branch: branch.name })
        ) : (
          <>
            {t(texts.routesHint)}
            <ul style={{ margin: "4px 0 0", paddingLeft: 20 }}>
              {unrouted.slice(0, SHOWN).map(({ product_id, methods }) => (
                <li key={product_id}>{t(texts.routeLine, { product: nameOf(product_id), methods: methods.map((one) => t(common.method[one])).join(comma) })}</li>
              ))}
              {unrouted.length > SHOWN ? <li>{t(texts.routesMore, { count: unrouted.length - SHOWN })}</li> : null}
            </ul>
          </>
        )
      }
    />
  );
}
