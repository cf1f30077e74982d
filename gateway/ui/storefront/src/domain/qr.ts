/**
 * A QR code of up to 84 bytes: version 5 (37 modules), error correction M, mask 0. One version is enough for a
 * member's card; any mask is allowed, and readers take it from the format.
 */
export const SIZE = 37;
const MAX_BYTES = 84;
const DATA_CODEWORDS = 86;
const BLOCKS = 2;
const CHECK_CODEWORDS = 24;
const ALIGNMENT = 30;
const BYTE_MODE = 0b0100;
/** Format bits of level M and mask 0, with their own correction, as the standard lists them. */
const FORMAT = 0b101010000010010;

type Grid = (boolean | undefined)[][];

/** Product in GF(256) by the polynomial 0x11d. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) product = (product << 1) ^ ((product >> 7) * 0x11d) ^ (((b >> bit) & 1) * a);
  return product;
}

function divisor(): number[] {
  const result = [...Array<number>(CHECK_CODEWORDS - 1).fill(0), 1];
  let root = 1;
  for (let step = 0; step < CHECK_CODEWORDS; step += 1) {
    for (let at = 0; at < CHECK_CODEWORDS; at += 1) result[at] = multiply(result[at] ?? 0, root) ^ (result[at + 1] ?? 0);
    root = multiply(root, 2);
  }
  return result;
}

/** Check codewords of a block (Reed–Solomon). */
function checksOf(block: readonly number[], by: readonly number[]): number[] {
  const rest = Array<number>(CHECK_CODEWORDS).fill(0);
  for (const byte of block) {
    const factor = byte ^ (rest.shift() ?? 0);
    rest.push(0);
    by.forEach((coefficient, at) => {
      rest[at] = (rest[at] ?? 0) ^ multiply(coefficient, factor);
    });
  }
  return rest;
}

function bitsOf(value: number, length: number): number[] {
  return Array.from({ length }, (_, at) => (value >> (length - 1 - at)) & 1);
}

function codewords(text: string): number[] | undefined {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > MAX_BYTES) return undefined;
  const bits = [...bitsOf(BYTE_MODE, 4), ...bitsOf(bytes.length, 8), ...Array.from(bytes, (byte) => bitsOf(byte, 8)).flat(), 0, 0, 0, 0];
  const data = Array.from({ length: Math.floor(bits.length / 8) }, (_, at) => bits.slice(at * 8, at * 8 + 8).reduce((sum, bit) => sum * 2 + bit, 0));
  for (let pad = 0xec; data.length < DATA_CODEWORDS; pad ^= 0xec ^ 0x11) data.push(pad);
  const length = DATA_CODEWORDS / BLOCKS;
  const blocks = Array.from({ length: BLOCKS }, (_, at) => data.slice(at * length, (at + 1) * length));
  const by = divisor();
  const interleaved = (parts: number[][]) => (parts[0] ?? []).flatMap((_, at) => parts.map((part) => part[at] ?? 0));
  return [...interleaved(blocks), ...interleaved(blocks.map((block) => checksOf(block, by)))];
}

/** Finders, timing, alignment and format: everything that is not data. */
function frame(): Grid {
  const grid: Grid = Array.from({ length: SIZE }, () => Array<boolean | undefined>(SIZE).fill(undefined));
  const set = (x: number, y: number, isDark: boolean) => {
    const row = grid[y];
    if (row && x >= 0 && x < SIZE) row[x] = isDark;
  };
  for (let at = 0; at < SIZE; at += 1) {
    set(6, at, at % 2 === 0);
    set(at, 6, at % 2 === 0);
  }
  for (const [cx, cy] of [[3, 3], [SIZE - 4, 3], [3, SIZE - 4]] as const) {
    for (let y = -4; y <= 4; y += 1) {
      for (let x = -4; x <= 4; x += 1) {
        const ring = Math.max(Math.abs(x), Math.abs(y));
        set(cx + x, cy + y, ring !== 2 && ring !== 4);
      }
    }
  }
  for (let y = -2; y <= 2; y += 1) {
    for (let x = -2; x <= 2; x += 1) set(ALIGNMENT + x, ALIGNMENT + y, Math.max(Math.abs(x), Math.abs(y)) !== 1);
  }
  const bit = (at: number) => ((FORMAT >> at) & 1) === 1;
  for (let at = 0; at <= 5; at += 1) set(8, at, bit(at));
  set(8, 7, bit(6));
  set(8, 8, bit(7));
  set(7, 8, bit(8));
  for (let at = 9; at < 15; at += 1) set(14 - at, 8, bit(at));
  for (let at = 0; at < 8; at += 1) set(SIZE - 1 - at, 8, bit(at));
  for (let at = 8; at < 15; at += 1) set(8, SIZE - 15 + at, bit(at));
  set(8, SIZE - 8, true);
  return grid;
}

/** Rows of dark and light modules, without the quiet zone; undefined for a text that is too long. */
export function qrCode(text: string): boolean[][] | undefined {
  const words = codewords(text);
  if (!words) return undefined;
  const grid = frame();
  const bits = words.flatMap((word) => bitsOf(word, 8));
  let next = 0;
  // Two columns at a time from the right, up and down in turn, around the timing column.
  for (let right = SIZE - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    const goesUp = ((right + 1) & 2) === 0;
    for (let step = 0; step < SIZE; step += 1) {
      const y = goesUp ? SIZE - 1 - step : step;
      for (const x of [right, right - 1]) {
        const row = grid[y];
        if (!row || row[x] !== undefined) continue;
        row[x] = (bits[next] === 1) !== ((x + y) % 2 === 0);
        next += 1;
      }
    }
  }
  return grid.map((row) => row.map(Boolean));
}
