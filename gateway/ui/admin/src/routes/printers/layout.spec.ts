import { describe, expect, it } from "vitest";

import type { PrintLayout } from "../../data/types";
import { addable, base64Of, blockText, changed, hasAlign, hasLetters, MOST_BLOCKS, moved, withBlock, without } from "./layout";

const kinds = ["brand", "items", "text", "rule"];
const empty: PrintLayout = { blocks: [], logo_png: "" };
const layout = ["brand", "items", "text"].reduce(withBlock, empty);
const order = ({ blocks }: PrintLayout) => blocks.map(({ kind }) => kind);

describe("blocks of a layout", () => {
  it("move by one and stay at the ends", () => {
    expect(order(moved(layout, 0, 1))).toEqual(["items", "brand", "text"]);
    expect(order(moved(layout, 2, -1))).toEqual(["brand", "text", "items"]);
    expect(order(moved(layout, 0, -1))).toEqual(order(layout));
    expect(order(moved(layout, 2, 1))).toEqual(order(layout));
  });

  it("are changed and dropped alone", () => {
    const bold = changed(layout, 1, { bold: true, size: "huge" });
    expect(bold.blocks.map((block) => block.bold)).toEqual([false, true, false]);
    expect(order(without(layout, 1))).toEqual(["brand", "text"]);
    expect(layout.blocks[1]?.bold).toBe(false);
  });

  it("can be added once, texts and lines as often as there is room", () => {
    expect(addable(kinds, layout)).toEqual(["text", "rule"]);
    expect(addable(kinds, empty)).toEqual(kinds);
    const full: PrintLayout = { ...empty, blocks: Array.from({ length: MOST_BLOCKS }, () => layout.blocks[2]!) };
    expect(addable(kinds, full)).toEqual([]);
  });

  it("have letters, or only a place, or neither", () => {
    expect([hasLetters("brand"), hasAlign("brand")]).toEqual([true, true]);
    expect([hasLetters("logo"), hasAlign("logo")]).toEqual([false, true]);
    expect([hasLetters("rule"), hasAlign("rule")]).toEqual([false, false]);
  });

  it("are called by their words, and by their kind where there is none", () => {
    expect(blockText("pickup_number")[0]).toBe("取件號碼");
    expect(blockText("hologram")).toEqual(["hologram", "hologram"]);
  });
});

it("a picture is sent as base64", async () => {
  expect(await base64Of(new Blob([new Uint8Array([137, 80, 78, 71])]))).toBe("iVBORw==");
});
