import { listen, unwrap, type BrandPage } from "@yizhimai/api";
import { api } from "../lib/api";
import { REFRESH_MS } from "../lib/clock";
import { applyAccent } from "../lib/theme";

/** What a brand's own page shows. */
export async function loadBrand(brand: string): Promise<BrandPage> {
  const page = await unwrap(api.GET("/api/shop/{brand}", { params: { path: { brand } } }));
  applyAccent(page.brand.accent);
  return page;
}

/** Calls `onChange` whenever the brand's page may have changed since it was loaded; returns how to stop. */
export function followBrand(brand: string, onChange: () => void): () => void {
  let opened = false;
  const stream = listen(`/api/shop/${encodeURIComponent(brand)}/events`, {
    onEvent: ({ type }) => {
      if (type === "branches" || type === "reload") onChange();
    },
    // The first connection does not replay changes from before it was open; reconnects do.
    onState: (state) => {
      if (state !== "open" || opened) return;
      opened = true;
      onChange();
    },
  });
  const timer = setInterval(onChange, REFRESH_MS);
  return () => {
    stream.close();
    clearInterval(timer);
  };
}
