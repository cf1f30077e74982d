import type { PrintBlock, PrintLayout } from "../../data/types";
import { texts } from "./texts";

/** Most blocks of a template. */
export const MOST_BLOCKS = 60;
export const MOST_LOGO_BYTES = 128 * 1024;
/** Kinds that may stand in a template more than once. */
const repeated = new Set(["text", "rule", "space"]);

export type BlockWord = keyof typeof texts.block;

/** What a block is called; a kind without a word of ours is shown as it is. */
export function blockText(kind: string) {
  return Object.hasOwn(texts.block, kind) ? texts.block[kind as BlockWord] : ([kind, kind] as const);
}

/** Whether a block shows letters, whose size and alignment can be chosen. */
export function hasLetters(kind: string): boolean {
  return !["rule", "space", "logo", "order_qr", "ruler"].includes(kind);
}

/** Whether it makes a difference where in a line a block stands. */
export function hasAlign(kind: string): boolean {
  return hasLetters(kind) || kind === "logo" || kind === "order_qr";
}

/** Kinds that can be added to a layout. */
export function addable(kinds: readonly string[], { blocks }: PrintLayout): string[] {
  if (blocks.length >= MOST_BLOCKS) return [];
  const there = new Set(blocks.map(({ kind }) => kind));
  return kinds.filter((kind) => repeated.has(kind) || !there.has(kind));
}

export function withBlock(layout: PrintLayout, kind: string): PrintLayout {
  const block: PrintBlock = { kind, size: "normal", bold: false, align: kind === "logo" || kind === "order_qr" ? "center" : "left", visible: true, text: "" };
  return { ...layout, blocks: [...layout.blocks, block] };
}

export function changed(layout: PrintLayout, index: number, change: Partial<PrintBlock>): PrintLayout {
  return { ...layout, blocks: layout.blocks.map((block, at) => (at === index ? { ...block, ...change } : block)) };
}

export function without(layout: PrintLayout, index: number): PrintLayout {
  return { ...layout, blocks: layout.blocks.filter((_, at) => at !== index) };
}

/** A block moved up (−1) or down (1); one at the end stays. */
export function moved(layout: PrintLayout, index: number, by: -1 | 1): PrintLayout {
  const blocks = [...layout.blocks];
  const [block] = blocks.splice(index, 1);
  if (!block) return layout;
  blocks.splice(Math.min(Math.max(index + by, 0), blocks.length), 0, block);
  return { ...layout, blocks };
}

/** The bytes of a file as base64. */
export async function base64Of(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
