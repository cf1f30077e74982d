import { listen, unwrap, type BrandPage } from "@yizhimai/api";
import { api } from "../lib/api";
import { REFRESH_MS } from "../lib/clock";
import { wear } from "../lib/theme";

/** What a brand's own page shows. */
export async function loadBrand(brand: string): Promise<BrandPage> {
  const page = await unwrap(api.GET("/api/shop/{brand}", { params: { path: { brand } } }));
  wear(page.brand.accent);
  return page;
}

/** Calls whenever the brand's page may show something else than when it was loaded; returns what ends it. */
export function followBrand(brand: string, onChange: () => void): () => void {
  let opened = false;
  const stream = listen(`/api/shop/${encodeURIComponent(brand)}/events`, {
    onEvent: ({ type }) => {
      if (type === "branches" || type === "reload") onChange();
    },
    // The first stream does not say what changed before it was open; later ones catch up by themselves.
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
