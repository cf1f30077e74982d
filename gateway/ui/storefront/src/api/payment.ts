import { unwrap, type components, type Method, type Order } from "@yizhimai/api";
import { api } from "../lib/api";

type S = components["schemas"];

/** A method as the checkout offers it. */
export type PayMethod = S["PaymentMethodOffer"];
export type PaymentProgress = S["PaymentProgress"];
/** What an order says of its payment. */
export type OrderPayment = Pick<Order, "pay_by" | "pay_now" | "payment_name" | "payment_progress" | "refunded" | "refunding">;
/** What the browser does next. */
export type NextStep = S["NextStep"];
export type PayBody = S["PayOrder"];
export type StartedPayment = S["PayOrderResponse"];

interface ShopPath {
  brand: string;
  branch: string;
}

export async function listPayMethods({ brand, branch }: ShopPath, method: Method, amount: number, test: boolean): Promise<PayMethod[]> {
  const params = { path: { brand, branch }, query: { method, amount, ...(test ? { test } : {}) } };
  return (await unwrap(api.GET("/api/shop/{brand}/{branch}/payment-methods", { params }))).methods;
}

export async function startPayment({ brand, branch }: ShopPath, token: string, key: string, body: PayBody): Promise<StartedPayment> {
  const params = { path: { brand, branch, token }, header: { "Idempotency-Key": key } };
  return unwrap(api.POST("/api/shop/{brand}/{branch}/orders/{token}/pay", { params, body }));
}
