import type { PrintChannel, PrintCloudAccount, PrintDevice } from "../../data/types";

/** Connections whose vendor's cloud drives the printer. */
export const clouds = ["xpyun", "feie"] as const satisfies readonly PrintChannel[];
export type Cloud = (typeof clouds)[number];

/** Whether a printer of this connection is driven by its vendor's cloud. */
export function isCloud(channel: PrintChannel): channel is Cloud {
  return (clouds as readonly PrintChannel[]).includes(channel);
}

/** The form that serials of a connection have; others have the general one. */
const serials: Readonly<Record<Cloud, RegExp>> = {
  xpyun: /^[A-Za-z0-9]{15}$/u, feie: /^\d{9}$/u,
};

/** The form that serials of a cloud's printers have; undefined for other connections. */
export function serialOf(channel: PrintChannel): RegExp | undefined {
  return isCloud(channel) ? serials[channel] : undefined;
}

/** User or key of an account: one word of what a keyboard has. */
export const SIGNS = /^[\x21-\x7e]{1,100}$/u;

/** Clouds that matter to a branch: those with an account, and those that one of its printers needs. */
export function shownClouds(accounts: readonly PrintCloudAccount[], devices: readonly PrintDevice[]): Cloud[] {
  return clouds.filter((cloud) => accounts.some(({ channel }) => channel === cloud) || devices.some(({ channel }) => channel === cloud));
}

/** The account at a cloud, where there is one. */
export function accountOf(accounts: readonly PrintCloudAccount[], cloud: Cloud): PrintCloudAccount | undefined {
  return accounts.find(({ channel }) => channel === cloud);
}
