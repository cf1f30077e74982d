import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import { unitsIn, withLine, withLineQuantity, type CartLine } from "../domain/cart";
import { load, save } from "../lib/storage";

const KEPT_MS = 7 * 24 * 60 * 60_000;

interface SavedCart {
  saved_at: number;
  lines: CartLine[];
}

export interface CartStore {
  lines: ReadonlySignal<readonly CartLine[]>;
  units: ReadonlySignal<number>;
  put: (line: CartLine) => void;
  setQuantity: (lineId: string, quantity: number) => void;
  replace: (lines: readonly CartLine[]) => void;
  clear: () => void;
  close: () => void;
}

function saved(key: string): CartLine[] {
  const cart = load<SavedCart>(key);
  return cart && Date.now() - cart.saved_at < KEPT_MS && Array.isArray(cart.lines) ? cart.lines : [];
}

/** A branch's cart: kept seven days on the device and the same in each of its tabs. */
export function openCart(key: string): CartStore {
  const lines = signal<readonly CartLine[]>(saved(key));
  const stop = effect(() => {
    const current = lines.value;
    const unchanged = JSON.stringify(load<SavedCart>(key)?.lines ?? []) === JSON.stringify(current);
    if (!unchanged) save(key, current.length > 0 ? { saved_at: Date.now(), lines: current } : undefined);
  });
  const otherTab = (event: StorageEvent) => {
    if (event.key === key) lines.value = saved(key);
  };
  addEventListener("storage", otherTab);
  return {
    lines,
    units: computed(() => unitsIn(lines.value)),
    put: (line) => {
      lines.value = withLine(lines.value, line);
    },
    setQuantity: (lineId, quantity) => {
      lines.value = withLineQuantity(lines.value, lineId, quantity);
    },
    replace: (next) => {
      lines.value = next;
    },
    clear: () => {
      lines.value = [];
    },
    close: () => {
      stop();
      removeEventListener("storage", otherTab);
    },
  };
}
