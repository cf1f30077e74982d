import { describe, expect, it } from "vitest";
import type { MenuOptionGroup } from "@yizhimai/api";
import { index } from "./fixture";
import { groupAmount, initialChoice, isSatisfied, mayAdd, tapped, withQuantity } from "./options";

const sugar = index.groups.get("sugar") as MenuOptionGroup;
const topping = index.groups.get("topping") as MenuOptionGroup;
const option = (group: MenuOptionGroup, id: string) => group.options.find((each) => each.option_id === id) as MenuOptionGroup["options"][number];

describe("the options rule", () => {
  it("swaps in a group of one and never empties a required one", () => {
    const half = tapped(sugar, {}, option(sugar, "half"));
    expect(half).toEqual({ half: 1 });
    expect(tapped(sugar, half, option(sugar, "none"))).toEqual({ none: 1 });
    expect(tapped(sugar, half, option(sugar, "half"))).toEqual({ half: 1 });
  });

  it("takes away on the second tap where nothing is required", () => {
    const optional = { ...sugar, min: 0 };
    expect(tapped(optional, { half: 1 }, option(sugar, "half"))).toEqual({});
    expect(tapped(topping, { pearl: 2 }, option(topping, "pearl"))).toEqual({});
  });

  it("stops at the group's and at the option's limit", () => {
    expect(mayAdd(topping, { pearl: 2 }, option(topping, "pearl"))).toBe(false);
    const full = { pearl: 2, pudding: 1 };
    expect(tapped(topping, full, option(topping, "cream"))).toEqual(full);
  });

  it.each([[{}, false], [{ half: 1 }, true], [{ half: 1, none: 1 }, false]])("knows whether %j answers 甜度", (choice, fits) => {
    expect(isSatisfied(sugar, choice as Record<string, number>)).toBe(fits);
  });

  it.each([[{}, 0], [{ pearl: 1 }, 0], [{ pearl: 2 }, 10], [{ pearl: 1, cream: 1 }, 25], [{ pudding: 1, cream: 1, pearl: 1 }, 40]])(
    "charges %j with %i", (choice, amount) => expect(groupAmount(topping, choice as unknown as Record<string, number>)).toBe(amount));

  it("opens with defaults that can be had and with what leaves no choice", () => {
    expect(initialChoice([sugar], (id) => id === "none")).toEqual({ half: 1 });
    const defaults = { ...topping, options: topping.options.map((each) => ({ ...each, default_chosen: each.option_id !== "cream" })) };
    expect(initialChoice([defaults], (id) => id === "pudding")).toEqual({ pearl: 1 });
  });

  it("drops an option at none", () => expect(withQuantity({ pearl: 2 }, "pearl", 0)).toEqual({}));
});
