import { Link, type LinkProps } from "@tanstack/react-router";

import { useMe } from "../../frame/use-scope";
import { paths } from "../../paths";
import { may } from "../../session/may";

interface OrderLinkProps {
  orderId: string | null | undefined;
  number: string;
  branchId: string | null | undefined;
}

/** An order by its number; it leads to the board for those who see orders. */
export function OrderLink({ orderId, number, branchId }: OrderLinkProps) {
  const seesOrders = may(useMe(), "ops.orders");
  if (!orderId || !branchId) return <>—</>;
  if (!seesOrders) return <span className="tabular">{number}</span>;
  return (
    <Link to={paths.orders(branchId) as LinkProps["to"]} search={{ order: orderId } as never} className="tabular">
      {number}
    </Link>
  );
}
