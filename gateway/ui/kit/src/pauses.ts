/** Something that is not sold for a while, as the gateway sends it. */
export interface PauseLike {
  target: { kind: string; id?: string | null; method?: string | null; name?: string | null };
  reason: string;
  ends_at?: string | null;
  channels?: readonly string[];
}

/** What is paused at one time; of several pauses of one thing the one that ends last. */
export interface Pauses<P extends PauseLike = PauseLike> {
  of: (kind: string, id?: string) => P | undefined;
}

interface ProductLike {
  product_id: string;
  variants: readonly { variant_id?: string | null }[];
  station?: string | null;
  print_tag?: string | null;
}

interface GroupLike {
  name: string;
  min: number;
  options: readonly { option_id?: string | null; max_quantity: number }[];
}

/** Why a product cannot be had: a pause of its own, or a required group that nothing is left of. */
export interface Unsold<P extends PauseLike = PauseLike> {
  pause: P;
  group?: string;
  /** When it can be had again, as far as that is known. */
  until: string | null;
}

const never = Number.POSITIVE_INFINITY;
const endOf = (pause: PauseLike) => (pause.ends_at ? Date.parse(pause.ends_at) : never);

/** The pauses that still last at an instant; `channel` leaves out those of other channels. */
export function pausesAt<P extends PauseLike>(pauses: readonly P[] | undefined, at: number, channel?: string): Pauses<P> {
  const longest = new Map<string, P>();
  for (const pause of pauses ?? []) {
    const concerns = !channel || !pause.channels?.length || pause.channels.includes(channel);
    if (!concerns || endOf(pause) <= at) continue;
    const { kind, id, method, name } = pause.target;
    const key = `${kind} ${id ?? method ?? name ?? ""}`;
    const known = longest.get(key);
    if (!known || endOf(known) < endOf(pause)) longest.set(key, pause);
  }
  return { of: (kind, id = "") => longest.get(`${kind} ${id}`) };
}

type Left = (skuId: string) => number | undefined;

/**
 * Whether a pause leaves a required group with too few choices (docs/rules.md, Worked examples): its minimum
 * is never relaxed. `until` is when enough of them are back.
 */
function fallen<P extends PauseLike>(group: GroupLike, pauses: Pauses<P>, left: Left): Unsold<P> | undefined {
  let choices = 0;
  const paused: { pause: P; units: number }[] = [];
  for (const { option_id, max_quantity } of group.options) {
    const id = option_id ?? "";
    const units = Math.min(max_quantity, left(id) ?? max_quantity);
    const pause = pauses.of("option", id);
    if (pause) paused.push({ pause, units });
    else choices += units;
  }
  const [first] = paused;
  if (choices >= group.min || !first) return undefined;
  for (const { pause, units } of paused.slice().sort((a, b) => endOf(a.pause) - endOf(b.pause))) {
    choices += units;
    if (choices >= group.min) return { pause, group: group.name, until: pause.ends_at ?? null };
  }
  return { pause: first.pause, group: group.name, until: null };
}

/** Why a product cannot be had because of pauses; undefined when it can, or when only stock is in the way. */
export function unsold<P extends PauseLike>(
  product: ProductLike,
  categoryIds: readonly string[],
  groups: readonly GroupLike[],
  pauses: Pauses<P>,
  left: Left,
): Unsold<P> | undefined {
  const whole = [
    pauses.of("product", product.product_id),
    ...categoryIds.map((id) => pauses.of("category", id)),
    product.station ? pauses.of("station", product.station) : undefined,
    product.print_tag ? pauses.of("tag", product.print_tag) : undefined,
  ].filter((pause) => pause !== undefined);
  const variants = product.variants.map(({ variant_id }) => ({ pause: pauses.of("variant", variant_id ?? ""), left: left(variant_id ?? "") ?? 1 }));
  const reasons: Unsold<P>[] = whole.map((pause) => ({ pause, until: pause.ends_at ?? null }));
  if (variants.every((variant) => variant.pause || variant.left <= 0)) {
    const paused = variants.flatMap(({ pause, left: units }) => (pause ? [{ pause, units }] : []));
    const [back] = paused.filter(({ units }) => units > 0).sort((a, b) => endOf(a.pause) - endOf(b.pause));
    const first = back ?? paused[0];
    if (first) reasons.push({ pause: first.pause, until: back?.pause.ends_at ?? null });
  }
  for (const group of groups) {
    const reason = fallen(group, pauses, left);
    if (reason) reasons.push(reason);
  }
  // All that is in the way must be over before it can be had again.
  return reasons.sort((a, b) => endOf({ ...b.pause, ends_at: b.until }) - endOf({ ...a.pause, ends_at: a.until }))[0];
}
