import { signal, type ReadonlySignal } from "@preact/signals";
import { callMembers, mayBeSignedIn, type MyAccount, type SignInOptions } from "../api/members";

export interface MemberStore {
  /** Who is signed in: null for a guest, undefined until it is known. */
  me: ReadonlySignal<MyAccount | null | undefined>;
  /** Requests who is signed in, and how one can sign in. */
  load: () => Promise<SignInOptions>;
  set: (me: MyAccount | null) => void;
}

const stores = new Map<string, MemberStore>();

/** The member of a brand on this device. A device without a session makes no request. */
export function memberOf(brand: string): MemberStore {
  const known = stores.get(brand);
  if (known) return known;
  const me = signal<MyAccount | null | undefined>(mayBeSignedIn() ? undefined : null);
  const load = async () => {
    const options = await callMembers(brand, "GET", "sign-in");
    me.value = options.me;
    return options;
  };
  const store = {
    me, load,
    set: (next: MyAccount | null) => {
      me.value = next;
    },
  };
  stores.set(brand, store);
  if (me.value === undefined) load().catch(() => undefined);
  return store;
}
