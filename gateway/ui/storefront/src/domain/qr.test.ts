import { describe, expect, it } from "vitest";
import { qrCode } from "./qr";

/** What the Python package qrcode 8.2 makes of the same text with version 5, level M and mask 0: a row a number. */
const rows = `1fc3841c7f 105190f041 174e16525d 174a51f45d 175723a45d 104b6b7a41 1fd555557f 00a7e0c00 154ed41712 0307eb68a
11f77c31d3 08b49ed9b3 11d77ca3c4 170084f187 1c4189582f 0bbbe2c228 1e586143c9 168d2be1c8 03d08380eb 022529af00 14c4ce0bd0 07364c5bca
025e95850f 1b962c2ee9 18feb617d2 07387eb780 175130b9c7 0d961edbc0 146e6ca3f4 01a45f314 1fccc85b53 104652e110 175d8341f6 1744eb6131
1751cb4b7d 1042e9afc2 1fd30e0b93`.split(/\s+/u).map((hex) => BigInt(`0x${hex}`).toString(2).padStart(37, "0"));

describe("a QR code", () => {
  it("is what another encoder makes of the text", () => {
    const grid = qrCode("YZM1.AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdEfGhIjKlMn");
    expect(grid?.map((row) => row.map((isDark) => (isDark ? "1" : "0")).join(""))).toEqual(rows);
  });

  it("takes 84 bytes and no more", () => {
    expect(qrCode("x".repeat(84))).toHaveLength(37);
    expect(qrCode("x".repeat(85))).toBeUndefined();
  });
});
