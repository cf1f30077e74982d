type Rgb = readonly [number, number, number];

function parse(hex: string): Rgb | undefined {
  const match = /^#?([\da-f]{2})([\da-f]{2})([\da-f]{2})$/iu.exec(hex.trim());
  if (!match) return undefined;
  return [1, 2, 3].map((index) => Number.parseInt(match[index] ?? "0", 16)) as unknown as Rgb;
}

function print(rgb: Rgb): string {
  return `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

function luminance(rgb: Rgb): number {
  const [red = 0, green = 0, blue = 0] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function ratio(one: Rgb, other: Rgb): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return from.map((part, index) => part + ((to[index] ?? 0) - part) * share) as unknown as Rgb;
}

/** WCAG contrast of two hex colours, 1–21. */
export function contrast(one: string, other: string): number {
  return ratio(parse(one) ?? [0, 0, 0], parse(other) ?? [0, 0, 0]);
}

/** Moves a colour towards black or white until it can be read on the ground. */
function readableOn(colour: Rgb, ground: Rgb, towards: Rgb, wanted: number): Rgb {
  for (let step = 0; step <= 20; step += 1) {
    const candidate = mix(colour, towards, step / 20);
    if (ratio(candidate, ground) >= wanted) return candidate;
  }
  return towards;
}

export interface BrandColours {
  /** Ground of buttons and the cover. */
  fill: string;
  /** Text on the fill. */
  onFill: string;
  /** The accent as text on the page. */
  text: string;
  /** Darker shade for the cover's gradient. */
  deep: string;
  /** Faint wash behind what is chosen. */
  wash: string;
}

const white: Rgb = [255, 255, 255];
const black: Rgb = [0, 0, 0];
const fallback: Rgb = [180, 67, 28];

/** The brand's accent made usable: every pair that carries text has a contrast of at least 4.5 : 1. */
export function brandColours(accent: string, scheme: "light" | "dark"): BrandColours {
  const brand = parse(accent) ?? fallback;
  const page: Rgb = scheme === "light" ? white : [24, 22, 20];
  const fill = readableOn(brand, white, black, 4.6);
  const wash = mix(page, brand, scheme === "light" ? 0.09 : 0.2);
  return {
    fill: print(fill),
    onFill: "#ffffff",
    text: print(readableOn(brand, wash, scheme === "light" ? black : white, 4.9)),
    deep: print(mix(fill, black, 0.4)),
    wash: print(wash),
  };
}
