import { describe, expect, it } from "vitest";

import { credentialFault, credentialInputs } from "./credentials";

const key = { name: "HashKey", secret: true, optional: false, min_length: 16, max_length: 16 };

describe("a credential", () => {
  it("has the length and the characters of a key", () => {
    expect(credentialFault(key, "pwFHCqoQZGmho4w6")).toBeUndefined();
    expect(credentialFault(key, "pwFHCqoQZGmho4w")).toBe("length");
    expect(credentialFault(key, " pwFHCqoQZGmho4w")).toBe("characters");
    expect(credentialFault(key, "pwFHCqoQZGmho4w6\n")).toBe("characters");
    expect(credentialFault(key, "pwFHCqoQZGmho4ｗ")).toBe("characters");
  });

  it("may be left out only where it is optional", () => {
    expect(credentialFault(key, "")).toBe("missing");
    expect(credentialFault(key, undefined)).toBe("missing");
    expect(credentialFault({ ...key, optional: true }, "")).toBeUndefined();
  });
});

it("sends what was entered of the provider's own fields, and no others", () => {
  const fields = [key, { ...key, name: "PlatformID", optional: true }];
  expect(credentialInputs(fields, { HashKey: "pwFHCqoQZGmho4w6", PlatformID: "", partner_key: "of another provider" })).toEqual([{ name: "HashKey", value: "pwFHCqoQZGmho4w6" }]);
});
