import { Link, type LinkProps } from "@tanstack/react-router";
import { Alert, Button } from "antd";

import type { Branch, BranchPrintRoutes } from "../../data/types";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { printsNothing } from "./prints-nothing";
import styles from "./publish.module.css";
import { texts } from "./texts";
import type { FoundRoutes } from "./use-print-routes";

const SHOWN = 8;

interface PrintRoutesProps {
  routes: FoundRoutes;
  branches: readonly Branch[];
  /** The account may see printers: names of branches lead to them. */
  linked: boolean;
}

/** NO_PRINT_ROUTE in the check: a warning that stands in nobody's way, also while printing is away. */
export function PrintRoutes({ routes, branches, linked }: PrintRoutesProps) {
  const t = useT();
  if (routes.state === "fine") return null;
  if (routes.state === "checking") return <p role="status" className={styles.soft}>{t(texts.printChecking)}</p>;
  if (routes.state === "failed") {
    return (
      <Alert
        type="info"
        showIcon
        role="status"
        style={{ marginTop: 16 }}
        title={t(texts.printFailed)}
        action={<Button loading={routes.busy} onClick={routes.retry}>{t(common.stateRetry)}</Button>}
      />
    );
  }
  const title = t(texts.printTitle);
  return (
    <Alert
      type="warning"
      showIcon
      style={{ marginTop: 16 }}
      title={title}
      description={
        <>
          {t(texts.printHint)}
          <ul className={styles.routes} tabIndex={0} aria-label={title}>
            {routes.found.map((of) => (
              <li key={of.branch_id}>
                <BranchName branch={branches.find(({ branch_id }) => branch_id === of.branch_id)} linked={linked} />：<Products of={of} routes={routes} />
              </li>
            ))}
          </ul>
          {routes.more ? <Button loading={routes.busy} onClick={routes.more}>{t(texts.printMore)}</Button> : null}
        </>
      }
    />
  );
}

function BranchName({ branch, linked }: { branch: Branch | undefined; linked: boolean }) {
  if (!branch) return null;
  if (!linked) return <strong>{branch.name}</strong>;
  return <Link to={paths.printers(branch.branch_id) as LinkProps["to"]} className={styles.routesLink}>{branch.name}</Link>;
}

function Products({ of, routes }: { of: BranchPrintRoutes; routes: FoundRoutes }) {
  const t = useT();
  const comma = t(common.listComma);
  if (printsNothing(of, routes.productCount)) return t(texts.printAll);
  const shown = of.unrouted.slice(0, SHOWN).map(({ product_id, methods }) =>
    t(texts.printProduct, { product: routes.nameOf(product_id), methods: methods.map((one) => t(common.method[one])).join(comma) }),
  );
  const rest = of.unrouted_count > SHOWN ? ` ${t(texts.printRest, { count: of.unrouted_count })}` : "";
  return `${shown.join(comma)}${rest}`;
}
