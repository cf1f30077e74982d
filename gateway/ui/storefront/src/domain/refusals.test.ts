import { expect, it } from "vitest";
import { spotOf } from "./refusals";

it("shows what is wrong with the payment at the payment", () => {
  expect(spotOf({ field: "payment_method_id", reason: "METHOD_NOT_ALLOWED" })).toBe("payment");
  expect(spotOf({ field: "", reason: "PREPAY_REQUIRED" })).toBe("payment");
  expect(spotOf({ field: "contact.phone", reason: "PREPAY_REQUIRED" })).toBe("payment");
  expect(spotOf({ field: "method", reason: "METHOD_NOT_ALLOWED" })).toBe("method");
});
