import { signal, type ReadonlySignal } from "@preact/signals";
import { listen, problemFrom, unwrap, type Problem, type Stream } from "@yizhimai/api";
import { indexMenu, type MenuIndex } from "../domain/menu-index";
import { api, cachedAt } from "../lib/api";
import { now, REFRESH_MS } from "../lib/clock";
import { save } from "../lib/storage";
import { applyAccent } from "../lib/theme";
import { createCartSlots, type CartSlotsStore } from "./cart-slots";
import { openCart, type CartStore } from "./cart-store";
import { openDraft, type DraftStore } from "./draft-store";
import { keys } from "./keys";
import { memberOf, type MemberStore } from "./member";
import { followOffer, type Offered } from "./offer";
import { createPricing, type Pricing } from "./pricing";

/** One branch as the customer sees it: its menu, what can be had of it, the cart and the checkout. */
export interface Shop extends Omit<Offered, "refresh"> {
  brand: string;
  branch: string;
  menu: ReadonlySignal<MenuIndex | undefined>;
  problem: ReadonlySignal<Problem | undefined>;
  /** Set while the menu shown comes from the device and not from the shop. */
  menuFrom: ReadonlySignal<string | undefined>;
  /** Grows each time a newer menu replaces the one on the screen. */
  menuChanges: ReadonlySignal<number>;
  cart: CartStore;
  draft: DraftStore;
  member: MemberStore;
  pricing: Pricing;
  cartSlots: CartSlotsStore;
  reload: () => Promise<void>;
  refreshAvailability: () => Promise<void>;
  close: () => void;
}

export function openShop(brand: string, branch: string): Shop {
  const path = { brand, branch };
  const menu = signal<MenuIndex | undefined>();
  const problem = signal<Problem | undefined>();
  const menuFrom = signal<string | undefined>();
  const menuChanges = signal(0);
  const cart = openCart(keys.cart(brand, branch));
  const draft = openDraft(keys.draft(brand, branch));
  const { refresh: refreshOffer, close: unfollow, ...offered } = followOffer(
    (method, day) => unwrap(api.GET("/api/shop/{brand}/{branch}/availability", { params: { path, query: day ? { method, day } : { method } } })),
    draft.draft, now,
  );

  async function refreshMenu(): Promise<void> {
    const call = api.GET("/api/shop/{brand}/{branch}/menu", { params: { path } });
    const document = await unwrap(call);
    menuFrom.value = cachedAt((await call).response);
    if (menu.value?.menu.menu_version_id === document.menu_version_id) return;
    if (menu.value) menuChanges.value += 1;
    menu.value = indexMenu(document);
    applyAccent(document.brand.accent);
    save(keys.lastShop, path);
  }

  async function refreshAvailability(): Promise<void> {
    const { menu_number } = await refreshOffer();
    if (menu.value && (menu_number ?? 0) > menu.value.menu.number) await refreshMenu();
  }

  async function reload(): Promise<void> {
    problem.value = undefined;
    const [shown] = await Promise.allSettled([refreshMenu(), refreshAvailability()]);
    if (shown.status === "rejected" && !menu.value) problem.value = problemFrom(shown.reason);
  }

  const quietly = (refresh: () => Promise<void>) => () => void refresh().catch(() => undefined);
  const stream: Stream = listen(`/api/shop/${encodeURIComponent(brand)}/${encodeURIComponent(branch)}/events`, {
    onEvent: ({ type }) => {
      if (type === "menu") quietly(refreshMenu)();
      if (type === "availability") quietly(refreshAvailability)();
      if (type === "reload") quietly(reload)();
    },
  });
  const timer = setInterval(quietly(refreshAvailability), REFRESH_MS);
  const online = quietly(reload);
  addEventListener("online", online);
  // A worker that has just taken over has not seen the menu yet: read it once more, through the worker.
  navigator.serviceWorker?.addEventListener("controllerchange", online);
  void reload();
  return {
    ...offered, brand, branch, menu, problem, menuFrom, menuChanges, cart, draft, reload, refreshAvailability,
    member: memberOf(brand),
    pricing: createPricing(brand, branch),
    cartSlots: createCartSlots(brand, branch),
    close: () => {
      stream.close();
      unfollow();
      cart.close();
      draft.close();
      clearInterval(timer);
      removeEventListener("online", online);
      navigator.serviceWorker?.removeEventListener("controllerchange", online);
    },
  };
}
