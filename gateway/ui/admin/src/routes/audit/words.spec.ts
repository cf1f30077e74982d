import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createTranslator } from "@yizhimai/kit";
import { describe, expect, it } from "vitest";

import { actions, fieldWord } from "./words";

const protos = join(import.meta.dirname, "../../../../../../proto/yizhimai");

/** Package and name of every RPC that a proto declares audited. */
function auditedActions(): string[] {
  return readdirSync(protos, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith("_service.proto"))
    .flatMap((path) => {
      const text = readFileSync(join(protos, path), "utf8");
      const service = /^package yizhimai\.(\w+)\./mu.exec(text)?.[1] ?? "";
      return text
        .split(/^ {2}rpc /mu)
        .slice(1)
        .filter((rpc) => /^\s*audited: true$/mu.test(rpc))
        .map((rpc) => `${service}.${/^\w+/u.exec(rpc)?.[0] ?? ""}`);
    });
}

describe("actions", () => {
  it("are the audited RPCs of the protos", () => {
    expect(actions.toSorted()).toEqual(auditedActions().toSorted());
  });
});

describe("fieldWord", () => {
  const t = createTranslator("zh-TW");

  it("puts the parts of a path into words", () => {
    expect(fieldWord(t, "variants[0].price")).toBe("variants[0].價格");
    expect(fieldWord(t, "menu.大安店")).toBe("菜單.大安店");
    expect(fieldWord(t, "name")).toBe("名稱");
  });

  it("shows a field without a word as it is", () => {
    expect(fieldWord(t, "scope.organisation")).toBe("scope.organisation");
  });
});
