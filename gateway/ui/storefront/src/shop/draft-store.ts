import { signal, type ReadonlySignal } from "@preact/signals";
import { newIdempotencyKey, type OrderBody } from "@yizhimai/api";
import { newDraft, renewed, resumed, sending, settled, type Draft, type Kept } from "../domain/draft";
import { load, save } from "../lib/storage";
import { keys } from "./keys";

export interface DraftStore {
  draft: ReadonlySignal<Draft>;
  edit: (change: Partial<Omit<Draft, "key" | "sent" | "unanswered_since">>) => void;
  /** Stores a request before it is sent. */
  sending: (body: OrderBody) => void;
  /** The server refused, or the customer continues without its response: the same key is used again. */
  settled: () => void;
  /** The key has its order: the next draft gets another key. */
  placed: () => void;
  /** The key has its order, and what is typed is kept for another one. */
  renew: () => void;
  close: () => void;
}

function makeDraft(): Draft {
  return newDraft(newIdempotencyKey(), load<Kept>(keys.contact) ?? { name: "", phone: "" });
}

/** The branch's checkout as typed so far, kept through reloads and the same in each tab, until its order exists. */
export function openDraft(key: string): DraftStore {
  const draft = signal<Draft>(resumed(load<Draft>(key) ?? makeDraft(), Date.now()));
  const write = (next: Draft) => {
    draft.value = next;
    save(key, next);
  };
  const otherTab = (event: StorageEvent) => {
    if (event.key === key) draft.value = load<Draft>(key) ?? makeDraft();
  };
  addEventListener("storage", otherTab);
  return {
    draft,
    edit: (change) => write({ ...draft.value, ...change }),
    sending: (body) => {
      write(sending(draft.value, body, new Date().toISOString()));
      const { name, phone, payment_method_id } = draft.value;
      save(keys.contact, { name: name.trim(), phone: phone.trim(), payment_method_id });
    },
    settled: () => write(settled(draft.value)),
    placed: () => {
      save(key, undefined);
      draft.value = makeDraft();
    },
    renew: () => write(renewed(draft.value, newIdempotencyKey())),
    close: () => removeEventListener("storage", otherTab),
  };
}
