import { brandColours } from "@yizhimai/kit";

const dark = matchMedia("(prefers-color-scheme: dark)");
let accent: string | undefined;

function apply(): void {
  if (!accent) return;
  const colours = brandColours(accent, dark.matches ? "dark" : "light");
  const { style } = document.documentElement;
  style.setProperty("--accent", colours.fill);
  style.setProperty("--on-accent", colours.onFill);
  style.setProperty("--accent-text", colours.text);
  style.setProperty("--accent-deep", colours.deep);
  style.setProperty("--accent-wash", colours.wash);
}

dark.addEventListener("change", apply);

/** Colours the page by the brand's accent with sufficient contrast. */
export function applyAccent(brandAccent: string): void {
  accent = brandAccent;
  apply();
}
