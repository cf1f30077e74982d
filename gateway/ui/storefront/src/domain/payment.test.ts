import { describe, expect, it } from "vitest";
import type { Order } from "@yizhimai/api";
import type { PayMethod } from "../api/payment";
import { awaitsRefund, chosenMethod, clockText, dueOnSite, isDeposit, announcedMinutes, nextMethod, secondsLeft, settlementOf, stageOf } from "./payment";

const method = (change: Partial<PayMethod>): PayMethod => ({
  method_id: "cash", kind: "cash", name: "現金", text: "", online: false, pay_now: 0, fields_in_page: false, provider: null, test: false, ...change,
});
const cash = method({});
const card = method({ method_id: "card", kind: "card", name: "信用卡", online: true, pay_now: 165 });
const line = method({ method_id: "line", kind: "line_pay", name: "LINE Pay", online: true, pay_now: 165 });

describe("the method to pay with", () => {
  it("is the preferred one while it is offered, else the shop's first", () => {
    expect(chosenMethod([cash, card], "card")).toBe(card);
    expect(chosenMethod([cash, card], "gone")).toBe(cash);
    expect(chosenMethod([cash, card], undefined)).toBe(cash);
    expect(chosenMethod([], "card")).toBeUndefined();
  });

  it("of an unpaid order is the one used last, else the one it names, and never one on site", () => {
    expect(nextMethod([cash, card, line], "line", "信用卡")).toBe(line);
    expect(nextMethod([cash, card, line], undefined, "LINE Pay")).toBe(line);
    expect(nextMethod([cash, card, line], "cash", "現金")).toBe(card);
    expect(nextMethod([cash], undefined, "信用卡")).toBeUndefined();
  });

  it("takes a deposit when less than the total is paid now", () => {
    expect(isDeposit(card, 165)).toBe(false);
    expect(isDeposit({ ...card, pay_now: 50 }, 165)).toBe(true);
    expect(isDeposit(cash, 165)).toBe(false);
  });
});

describe("how far paying is", () => {
  const pay_by = "2026-12-01T04:15:00Z";
  const at = (time: string) => Date.parse(`2026-12-01T${time}Z`);

  it.each([
    ["open", "04:00:00", "open"],
    ["none", "04:00:00", "open"],
    ["at_provider", "04:00:00", "at_provider"],
    ["declined", "04:14:59", "declined"],
    ["confirming", "04:00:00", "confirming"],
    ["done", "04:00:00", "confirming"],
    ["open", "04:15:00", "overdue"],
    ["at_provider", "04:20:00", "overdue"],
    ["confirming", "04:20:00", "confirming"],
  ] as const)("%s at %s is %s", (payment_progress, time, stage) => {
    expect(stageOf({ payment_progress, pay_by }, at(time))).toBe(stage);
  });

  it("counts the seconds down to none", () => {
    expect(secondsLeft(pay_by, at("04:02:26"))).toBe(754);
    expect(secondsLeft(pay_by, at("04:15:01"))).toBe(0);
    expect(secondsLeft(null, at("04:00:00"))).toBeUndefined();
    expect([clockText(754), clockText(59), clockText(600), clockText(0)]).toEqual(["12:34", "0:59", "10:00", "0:00"]);
  });

  it("is announced by a screen reader only a few times", () => {
    const announced = Array.from({ length: 900 }, (_, gone) => announcedMinutes(900 - gone));
    expect(announced.filter((minutes, second) => minutes !== announced[second - 1])).toEqual([10, 5, 2, 1]);
    expect(announcedMinutes(601)).toBeUndefined();
  });
});

describe("an order's money", () => {
  const order = (change: object) => ({ state: "placed", total: 165, paid: 0, payment_method: "online", payment_state: "unpaid", payment_progress: "none", refunded: 0, refunding: 0, ...change }) as unknown as Order;

  it.each([
    ["to be paid at the shop", { payment_method: "on_site" }, "on_site"],
    ["paid at the shop", { payment_method: "on_site", paid: 165, payment_state: "paid" }, "paid"],
    ["waiting for its payment", { state: "pending_payment" }, "due"],
    ["a payment nobody has confirmed", { state: "pending_payment", payment_progress: "confirming" }, "confirming"],
    ["not paid in time", { state: "expired" }, "unpaid"],
    ["reserved at the provider", { payment_state: "authorized" }, "paid"],
    ["paid online", { paid: 165, payment_state: "paid" }, "paid"],
    ["a deposit", { paid: 50, payment_state: "paid" }, "deposit"],
    ["nothing to pay", { total: 0, payment_method: "on_site" }, "free"],
    ["a refund under way", { paid: 165, refunding: 165, payment_state: "paid" }, "refunding"],
    ["refunded in part", { paid: 110, refunded: 55, payment_state: "partly_refunded" }, "partly_refunded"],
    ["refunded", { state: "cancelled", refunded: 165, payment_state: "refunded" }, "refunded"],
  ])("%s", (_, change, settlement) => {
    expect(settlementOf(order(change))).toBe(settlement);
  });

  it("leaves the rest of a deposit to be paid at the shop", () => {
    expect(dueOnSite(order({ paid: 50, payment_state: "paid" }))).toBe(115);
    expect(dueOnSite(order({ paid: 165, payment_state: "paid" }))).toBe(0);
  });

  it("is followed after the end while some of it may still go back", () => {
    expect(awaitsRefund(order({ state: "cancelled", paid: 165, payment_state: "paid" }))).toBe(true);
    expect(awaitsRefund(order({ state: "cancelled", paid: 165, refunding: 165 }))).toBe(true);
    expect(awaitsRefund(order({ state: "expired" }))).toBe(true);
    expect(awaitsRefund(order({ state: "expired", refunded: 165, payment_state: "refunded" }))).toBe(false);
    expect(awaitsRefund(order({ state: "cancelled", refunded: 165, payment_state: "refunded" }))).toBe(false);
    expect(awaitsRefund(order({ state: "completed", paid: 165, payment_state: "paid" }))).toBe(false);
    expect(awaitsRefund(order({ state: "cancelled", payment_method: "on_site" }))).toBe(false);
  });
});
