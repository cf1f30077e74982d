const systems: readonly (readonly [RegExp, string])[] = [[/iPhone|iPad/u, "iPhone／iPad"], [/Android/u, "Android"], [/Windows/u, "Windows"], [/Mac OS X/u, "Mac"], [/Linux/u, "Linux"]];
const browsers: readonly (readonly [RegExp, string])[] = [[/\bLine\//u, "LINE"], [/\bEdg/u, "Edge"], [/\bFirefox\/|FxiOS/u, "Firefox"], [/\bChrome\/|CriOS/u, "Chrome"], [/\bSafari\//u, "Safari"]];

/** A user agent as its owner knows it: `iPhone／iPad・LINE`. */
export function deviceName(userAgent: string): string {
  const found = [systems, browsers].map((names) => names.find(([pattern]) => pattern.test(userAgent))?.[1]);
  return found.filter(Boolean).join("・");
}
