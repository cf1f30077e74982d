import { describe, expect, it } from "vitest";

import type { PrintDevice, PrintPoint, Product } from "../../data/types";
import { inputOfPoint, newPoint, pointDraft, pointInput, substitutesFor } from "./point";
import { routedProducts, wordsOf } from "./routes";

const point: PrintPoint = {
  print_point_id: "p1", branch_id: "b", device_id: "d1", name: "廚房", scenes: ["pickup"], place: "廚房01", copies: 2, enabled: true,
  templates: [{ document: "kitchen_slip", template_id: "t1" }], substitute_id: null, prints_again: false, paper: "mm58", version: 7,
};

describe("what is sent of a print point", () => {
  it("is what was read, where nothing was changed", () => {
    expect(inputOfPoint(pointDraft(point), 7)).toEqual(pointInput(point));
  });

  it("leaves out templates that were set back to the standard", () => {
    const draft = { ...pointDraft(point), templates: { kitchen_slip: "", label: "t2" } };
    expect(inputOfPoint(draft, 7).templates).toEqual([{ document: "label", template_id: "t2" }]);
  });

  it("trims what was typed and says no substitute as none", () => {
    expect(inputOfPoint({ ...pointDraft(point), name: " 廚房 ", place: " 吧檯 ", substitute_id: "" }, 7)).toMatchObject({ name: "廚房", place: "吧檯", substitute_id: null });
  });
});

describe("a new print point", () => {
  const device = { device_id: "d1" } as PrintDevice;

  it("is for all methods, on the only printer there is", () => {
    expect(newPoint([device])).toMatchObject({ device_id: "d1", scenes: ["delivery", "pickup", "on_site"], copies: 1 });
    expect(newPoint([device, { ...device, device_id: "d2" }]).device_id).toBeUndefined();
  });
});

describe("a substitute", () => {
  it("has the same paper and another printer", () => {
    const points = [point, { ...point, print_point_id: "p2", device_id: "d1" }, { ...point, print_point_id: "p3", device_id: "d2" }, { ...point, print_point_id: "p4", device_id: "d3", paper: "mm80" as const }];
    expect(substitutesFor(points, "mm58", "d1", "p1").map((one) => one.print_point_id)).toEqual(["p3"]);
  });
});

describe("products that need a printer", () => {
  const product = { product_id: "x", category_ids: ["c"], station: "吧檯", print_tag: "", display: "listed" } as Product;

  it("are those that are still sold", () => {
    expect(routedProducts([product, { ...product, product_id: "y", display: "delisted" }])).toEqual([{ product_id: "x", category_ids: ["c"], station: "吧檯", print_tag: "" }]);
    expect(routedProducts(undefined)).toEqual([]);
  });

  it("name each station once", () => {
    expect(wordsOf([product, product, { ...product, station: "" }], "station")).toEqual(["吧檯"]);
    expect(wordsOf([product], "print_tag")).toEqual([]);
  });
});
