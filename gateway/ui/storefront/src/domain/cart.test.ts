import { describe, expect, it } from "vitest";
import { bodyLine, describe as inWords, estimate, unitPrice, unitsIn, withLine, withLineQuantity, withoutOrdered } from "./cart";
import { index, line } from "./fixture";

describe("the cart", () => {
  it("raises the quantity when the same thing is put in again", () => {
    const once = withLine([], line());
    const twice = withLine(once, line({ line_id: "b", quantity: 2 }));
    expect(twice).toHaveLength(1);
    expect(unitsIn(twice)).toBe(3);
  });

  it("keeps what differs in options or note apart", () => {
    const lines = [line({ line_id: "b", choice: { none: 1 } }), line({ line_id: "c", note: "分開裝" })].reduce(withLine, [line()]);
    expect(lines.map((each) => each.line_id)).toEqual(["a", "b", "c"]);
  });

  it("changes an edited line in its place and merges it with the same item", () => {
    const lines = [line(), line({ line_id: "b", choice: { none: 1 } })];
    expect(withLine(lines, line({ note: "x" }))[0]?.note).toBe("x");
    const joined = withLine(lines, line({ line_id: "b" }));
    expect(joined).toHaveLength(1);
    expect(joined[0]?.quantity).toBe(2);
  });

  it("drops a line at none and holds it at ninety-nine", () => {
    expect(withLineQuantity([line()], "a", 0)).toEqual([]);
    expect(withLineQuantity([line()], "a", 500)[0]?.quantity).toBe(99);
  });

  it("prices a unit with its options, the cheapest free first", () => {
    expect(unitPrice(index, line({ choice: { half: 1, pearl: 2, cream: 1 } }))).toBe(35 + 10 + 25);
    expect(unitPrice(index, line({ variant_id: "gone" }))).toBeUndefined();
    expect(estimate(index, [line({ quantity: 3 }), line({ product_id: "egg", variant_id: "egg-1", choice: {} })])).toBe(120);
  });

  it("shows the prices seen last until the menu is there", () => expect(estimate(undefined, [line({ quantity: 2 })])).toBe(70));

  it("is shown in the customer's words and sent in the gateway's", () => {
    expect(inWords(index, line({ choice: { half: 1, pearl: 2 } }))).toBe("大・half・pearl ×2");
    expect(inWords(index, line({ product_id: "egg", variant_id: "egg-1", choice: {} }))).toBe("");
    expect(bodyLine(line({ choice: { pearl: 2 } })).options).toEqual([{ option_id: "pearl", quantity: 2 }]);
  });

  it("keeps what was put in after the order was sent, and nothing of what was ordered", () => {
    const tea = line({ quantity: 2, choice: { half: 1, pearl: 2 } });
    const egg = line({ line_id: "b", product_id: "egg", variant_id: "egg-1", choice: {} });
    const ordered = [tea, egg].map(bodyLine);
    expect(withoutOrdered([tea, egg], ordered)).toEqual([]);
    const added = line({ line_id: "c", note: "去冰" });
    const left = withoutOrdered([{ ...tea, quantity: 3, choice: { pearl: 2, half: 1 } }, added], ordered);
    expect(left.map((each) => [each.line_id, each.quantity])).toEqual([["a", 1], ["c", 1]]);
    // Ordered on two lines, joined since.
    const twice = [bodyLine({ ...tea, quantity: 1 }), bodyLine({ ...tea, quantity: 1 })];
    expect(withoutOrdered([tea], twice)).toEqual([]);
  });
});
