import { isUnanswered, newIdempotencyKey, type Problem } from "@yizhimai/api";

import type { Coupon } from "../../data/benefit-types";
import { call, problemFrom } from "../../data/gateway";

const MOST_HOURS_OFFLINE = 24;
const HOUR_MS = 3_600_000;

/** A redemption that the server has not answered yet; its key makes repeating harmless. */
export interface PendingRedemption {
  key: string;
  branch_id: string;
  code: string;
  /** When it was scanned here. */
  scanned_at: string;
  /** It was scanned without a line: the server judges it by that time. */
  offline: boolean;
}

/** A redemption that did not come through once the line was back: somebody has to look at it. */
export interface RedemptionConflict extends PendingRedemption {
  reason: string;
  params: Record<string, string>;
}

interface Stored {
  pending: readonly PendingRedemption[];
  conflicts: readonly RedemptionConflict[];
}

type Send = (one: PendingRedemption) => Promise<Coupon>;

const sendToGateway: Send = async ({ key, branch_id, code, scanned_at, offline }) => {
  const body = { branch_id, code, redeemed_at: offline ? scanned_at : null };
  return (await call("POST", "/api/admin/coupons/redeem", { body, key })).coupon;
};

const nothing: Stored = { pending: [], conflicts: [] };

/**
 * Redemptions in the order in which they were scanned. Without a line they stay here, over a reload too, for at most
 * 24 hours, and go out with their own keys when it is back (docs/rules.md, A branch that goes on). What the server
 * then refuses is a conflict that stays until somebody has seen it.
 */
export class RedeemQueue {
  #stored: Stored;
  #sending = false;
  readonly #watchers = new Set<() => void>();

  constructor(
    private readonly onDone: (one: PendingRedemption, coupon: Coupon) => void,
    private readonly send: Send = sendToGateway,
    private readonly storage: Pick<Storage, "getItem" | "setItem"> = localStorage,
    private readonly now: () => number = Date.now,
    private readonly name = "yzm.redemptions",
  ) {
    this.#stored = JSON.parse(storage.getItem(name) ?? JSON.stringify(nothing)) as Stored;
  }

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  readonly stored = (): Stored => this.#stored;

  /** Takes a redemption that could not be sent; the same code of a branch only once. */
  add(one: Pick<PendingRedemption, "branch_id" | "code" | "offline"> & { key?: string }): void {
    const { pending } = this.#stored;
    if (pending.some(({ branch_id, code }) => branch_id === one.branch_id && code === one.code)) return;
    const next = { ...one, key: one.key ?? newIdempotencyKey(), scanned_at: new Date(this.now()).toISOString() };
    this.#keep({ ...this.#stored, pending: [...pending, next] });
  }

  /** Sends what waits, oldest first; stops at the first that gets no answer. */
  async flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let one = this.#stored.pending[0]; one; one = this.#stored.pending[0]) {
        const sent = one;
        if (this.now() - Date.parse(sent.scanned_at) > MOST_HOURS_OFFLINE * HOUR_MS) {
          this.#refuse(sent, { reason: "IN_THE_PAST", params: {} });
          continue;
        }
        try {
          const coupon = await this.send(sent);
          this.#drop(sent);
          this.onDone(sent, coupon);
        } catch (thrown) {
          const problem = problemFrom(thrown);
          if (isUnanswered(problem)) return;
          this.#refuse(sent, problem);
        }
      }
    } finally {
      this.#sending = false;
    }
  }

  /** Somebody has seen a conflict. */
  dismiss(key: string): void {
    this.#keep({ ...this.#stored, conflicts: this.#stored.conflicts.filter((one) => one.key !== key) });
  }

  #refuse(sent: PendingRedemption, { reason, params }: Pick<Problem, "reason" | "params">): void {
    const pending = this.#stored.pending.filter((one) => one.key !== sent.key);
    this.#keep({ pending, conflicts: [...this.#stored.conflicts, { ...sent, reason, params: params ?? {} }] });
  }

  #drop(sent: PendingRedemption): void {
    this.#keep({ ...this.#stored, pending: this.#stored.pending.filter((one) => one.key !== sent.key) });
  }

  #keep(stored: Stored): void {
    this.#stored = stored;
    this.storage.setItem(this.name, JSON.stringify(stored));
    for (const watcher of this.#watchers) watcher();
  }
}

/** A coupon's code as it is compared: blanks, hyphens, case and width do not matter. */
export function couponCode(text: string): string {
  return text.normalize("NFKC").toUpperCase().replace(/[\s-]/gu, "");
}
