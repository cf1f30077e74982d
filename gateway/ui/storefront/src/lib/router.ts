import { computed, signal } from "@preact/signals";

/** Where a path of the storefront leads. */
export type Route =
  | { page: "start" }
  | { page: "brand"; brand: string }
  | { page: "menu"; brand: string; branch: string }
  | { page: "checkout"; brand: string; branch: string }
  | { page: "member"; brand: string; branch: string }
  | { page: "coupon"; brand: string; branch: string; token: string }
  | { page: "order"; brand: string; branch: string; token: string }
  | { page: "lost" };

/** The storefront's paths, each made in one place. */
export const paths = {
  brand: (brand: string) => `/${brand}`,
  menu: (brand: string, branch: string) => `/${brand}/${branch}`,
  item: (brand: string, branch: string, productId: string, lineId?: string) =>
    `/${brand}/${branch}?item=${productId}${lineId ? `&line=${lineId}` : ""}`,
  cart: (brand: string, branch: string) => `/${brand}/${branch}?cart`,
  when: (brand: string, branch: string, day = "") => `/${brand}/${branch}?when=${day}`,
  checkout: (brand: string, branch: string) => `/${brand}/${branch}/checkout`,
  member: (brand: string, branch: string) => `/${brand}/${branch}/member`,
  /** Where a friend takes a coupon that is passed on. */
  coupon: (brand: string, branch: string, token: string) => `/${brand}/${branch}/coupons/${token}`,
  order: (brand: string, branch: string, token: string) => `/${brand}/${branch}/orders/${token}`,
};

export function routeOf(path: string): Route {
  const parts = path.split("/").filter(Boolean).map(decodeURIComponent);
  const [brand, branch, word, token] = parts;
  if (!brand) return { page: "start" };
  if (!branch) return { page: "brand", brand };
  if (parts.length === 2) return { page: "menu", brand, branch };
  if (parts.length === 3 && (word === "checkout" || word === "member")) return { page: word, brand, branch };
  if (parts.length === 4 && token) {
    if (word === "orders") return { page: "order", brand, branch, token };
    if (word === "coupons") return { page: "coupon", brand, branch, token };
  }
  return { page: "lost" };
}

interface Place {
  path: string;
  query: URLSearchParams;
}

const here = (): Place => ({ path: location.pathname, query: new URLSearchParams(location.search) });

/** Number of our own entries below the present one in the browser's history. */
const depth = (): number => Number((history.state as { depth?: number } | null)?.depth ?? 0);

const place = signal<Place>(here());

export const route = computed(() => routeOf(place.value.path));
export const query = computed(() => place.value.query);

export function go(to: string, how: "push" | "replace" = "push"): void {
  const samePage = new URL(to, location.href).pathname === location.pathname;
  if (how === "push") history.pushState({ depth: depth() + 1 }, "", to);
  else history.replaceState({ depth: depth() }, "", to);
  place.value = here();
  if (!samePage) scrollTo(0, 0);
}

/** The present page with the sheet to sign in open. */
export function signInPath(): string {
  return `${place.value.path}${place.value.query.has("cart") ? "?cart&" : "?"}sign-in`;
}

/** The present page without its sheet. */
export function herePath(): string {
  return `${place.value.path}${place.value.query.has("cart") ? "?cart" : ""}`;
}

/** Goes back within the app, else to `otherwise`: a deep link has no earlier entry. */
export function back(otherwise: string): void {
  if (depth() > 0) history.back();
  else go(otherwise, "replace");
}

export function startRouter(): void {
  addEventListener("popstate", () => {
    place.value = here();
  });
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin || link.target || link.hasAttribute("download")) return;
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (link.hash && link.pathname === location.pathname) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}
