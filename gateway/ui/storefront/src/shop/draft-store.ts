import { signal, type ReadonlySignal } from "@preact/signals";
import { newIdempotencyKey, type OrderBody } from "@yizhimai/api";
import { newDraft, renewed, resumed, sending, settled, type Draft } from "../domain/draft";
import { load, save } from "../lib/storage";
import { keys } from "./keys";

interface Contact {
  name: string;
  phone: string;
}

export interface DraftStore {
  draft: ReadonlySignal<Draft>;
  edit: (change: Partial<Omit<Draft, "key" | "sent" | "unanswered_since">>) => void;
  /** Writes down what is about to be posted, before it is. */
  sending: (body: OrderBody) => void;
  /** The server has refused, or the customer goes on without its answer: the same key is used again. */
  settled: () => void;
  /** The key has its order: what comes next gets a key of its own. */
  placed: () => void;
  /** The key has its order, and the customer goes on with what is typed for another. */
  renew: () => void;
  close: () => void;
}

function makeDraft(): Draft {
  return newDraft(newIdempotencyKey(), load<Contact>(keys.contact) ?? { name: "", phone: "" });
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
      save(keys.contact, { name: draft.value.name.trim(), phone: draft.value.phone.trim() });
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
