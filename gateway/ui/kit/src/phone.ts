/** `0912-345 678`, `+886 912 345 678` → `+886912345678`; undefined when it is no Taiwanese mobile number. */
export function mobileE164(raw: string): string | undefined {
  const digits = raw.normalize("NFKC").replace(/[\s\-()]/gu, "");
  const match = /^(?:\+?886|0)(9\d{8})$/u.exec(digits);
  return match ? `+886${match[1]}` : undefined;
}

const areaCodes = ["0836", "0826", "082", "089", "049", "037", "02", "03", "04", "05", "06", "07", "08"];

/** `+886912345678` → `0912-345-678`, `+886223456789` → `(02) 2345-6789`; anything else as it came. */
export function displayPhone(phone: string): string {
  const local = phone.replace(/^\+886/u, "0");
  if (/^09\d{8}$/u.test(local)) return `${local.slice(0, 4)}-${local.slice(4, 7)}-${local.slice(7)}`;
  const area = areaCodes.find((code) => local.startsWith(code));
  if (!area || !/^0\d{7,9}$/u.test(local)) return phone;
  const rest = local.slice(area.length);
  return `(${area}) ${rest.slice(0, -4)}-${rest.slice(-4)}`;
}
