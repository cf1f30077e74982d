import { signal, type ReadonlySignal } from "@preact/signals";
import { newIdempotencyKey, type OrderBody } from "@yizhimai/api";
import { answered, newDraft, resumed, type Draft } from "../domain/draft";
import { load, save } from "../lib/storage";
import { keys } from "./keys";

interface Contact {
  name: string;
  phone: string;
}

export interface DraftStore {
  draft: ReadonlySignal<Draft>;
  edit: (change: Partial<Omit<Draft, "key" | "sent">>) => void;
  /** Writes down what is about to be posted, before it is. */
  sent: (body: OrderBody) => void;
  /** The server has refused: the wish is settled, the next one gets its own key. */
  refused: () => void;
  /** The order exists: nothing of the draft is needed any more. */
  placed: () => void;
}

function makeDraft(): Draft {
  return newDraft(newIdempotencyKey(), load<Contact>(keys.contact) ?? { name: "", phone: "" });
}

/** The branch's checkout as typed so far, kept through reloads until the server has answered. */
export function openDraft(key: string): DraftStore {
  const draft = signal<Draft>(resumed(load<Draft>(key) ?? makeDraft(), Date.now()));
  const write = (next: Draft) => {
    draft.value = next;
    save(key, next);
  };
  return {
    draft,
    edit: (change) => write({ ...draft.value, ...change }),
    sent: (body) => {
      write({ ...draft.value, sent: { body, at: new Date().toISOString() } });
      save(keys.contact, { name: draft.value.name.trim(), phone: draft.value.phone.trim() });
    },
    refused: () => write(answered(draft.value, newIdempotencyKey())),
    placed: () => {
      save(key, undefined);
      draft.value = makeDraft();
    },
  };
}
