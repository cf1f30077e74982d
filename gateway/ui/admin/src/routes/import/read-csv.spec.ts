import { expect, it } from "vitest";

import { readCsv } from "./read-csv";

it("reads UTF-8 without its mark", async () => {
  expect(await readCsv(new Blob([new Uint8Array([0xef, 0xbb, 0xbf]), "名稱,紅茶"]))).toBe("名稱,紅茶");
});

it("reads Big5", async () => {
  expect(await readCsv(new Blob([new Uint8Array([0xac, 0xf5, 0xaf, 0xf9])]))).toBe("紅茶");
});
