import { unwrap, type Method, type Order, type OrderBody } from "@yizhimai/api";
import type { CardStep } from "@yizhimai/kit";
import { api } from "../lib/api";

/*
 * What paying adds to the shop's calls. The types stand here until the API document names them; then they
 * become names for the generated ones, as in `@yizhimai/api`, and the calls below lose their casts.
 */

/** A method as the checkout offers it. */
export interface PayMethod {
  method_id: string;
  kind: string;
  name: string;
  text: string;
  /** Paid at a provider before the shop gets the order; else on site. */
  online: boolean;
  /** What is paid at once: the amount, or a deposit. */
  pay_now: number;
  fields_in_page: boolean;
  /** Paid with a test account: no money moves. */
  test: boolean;
}

export type PaymentProgress = "none" | "open" | "at_provider" | "confirming" | "declined" | "done";

/** What an order says of its payment. */
export interface OrderPayment {
  /** When it expires unpaid. */
  pay_by: string | null;
  /** What has to be paid before it is placed. */
  pay_now: number;
  payment_name: string;
  payment_progress: PaymentProgress;
  refunded: number;
  refunding: number;
}

/** What the browser does next. */
export interface NextStep extends CardStep {
  kind: "form" | "redirect" | "fields" | "wait";
  url: string;
  fields: { name: string; value: string }[];
}

export interface PayBody {
  payment_method_id: string;
  provider_token: string | null;
}

export interface StartedPayment {
  order: Order;
  next: NextStep;
}

/** An order's body with how it is paid; without, on site. */
export type PaidOrderBody = OrderBody & { payment_method_id?: string };

type Call = (path: string, options: object) => Promise<{ data?: unknown; error?: unknown; response: Response }>;

interface ShopPath {
  brand: string;
  branch: string;
}

export async function listPayMethods({ brand, branch }: ShopPath, method: Method, amount: number): Promise<PayMethod[]> {
  const params = { path: { brand, branch }, query: { method, amount } };
  const { methods } = (await unwrap((api.GET as Call)("/api/shop/{brand}/{branch}/payment-methods", { params }))) as { methods: PayMethod[] };
  return methods;
}

export async function startPayment({ brand, branch }: ShopPath, token: string, key: string, body: PayBody): Promise<StartedPayment> {
  const params = { path: { brand, branch, token }, header: { "Idempotency-Key": key } };
  return (await unwrap((api.POST as Call)("/api/shop/{brand}/{branch}/orders/{token}/pay", { params, body }))) as StartedPayment;
}
