import { useEffect, useState } from "preact/hooks";
import type { OrderBody, Quote } from "@yizhimai/api";
import { mobileE164 } from "@yizhimai/kit";
import { differencesOf, type QuoteDifference } from "../../domain/changes";
import { asksAgainByItself, draftRefusals, type FieldRefusal } from "../../domain/draft";
import { refusalsOf } from "../../domain/refusals";
import { outdatedByTime } from "../../domain/slots";
import { go } from "../../lib/router";
import { earlierOrder, placeOrder, type EarlierOrder } from "../../shop/place-order";
import type { Shop } from "../../shop/shop";
import type { ShownSlots } from "../../shop/use-cart-slots";
import { isTestMode } from "../../shop/test-mode";
import { cartBody, cartOf, useQuote } from "../../shop/use-quote";

export type Phase = "writing" | "sending" | "waiting" | "unsure";

export interface Checkout {
  phase: Phase;
  quote?: Quote;
  refusals: readonly FieldRefusal[];
  /** The difference between what was agreed to and what holds now. */
  changed?: readonly QuoteDifference[];
  /** What was sent before did become an order; the cart has what is not in it. */
  earlier?: EarlierOrder;
  notPriced: boolean;
  submit: () => void;
  askAgain: () => void;
  /** Back to the form without an answer; whatever is sent next goes under the same key. */
  change: () => void;
}

function orderBody(shop: Shop, quote: Quote): OrderBody {
  const { name, phone, remark, utensils } = shop.draft.draft.value;
  return {
    ...cartBody(shop), quote_hash: quote.hash, quoted_at: quote.quoted_at, promised_at: quote.promised_at ?? null,
    line_amounts: quote.lines.map(({ net }) => net), fee_amounts: quote.fees.map(({ kind, amount }) => ({ kind, amount })),
    contact: { name: name.trim(), phone: mobileE164(phone) ?? phone.trim() }, remark: remark.trim(), utensils,
  };
}

function focusFirstRefused(): void {
  requestAnimationFrame(() => {
    const refused = document.querySelector<HTMLElement>("[aria-invalid=true], .is-refused");
    refused?.scrollIntoView({ block: "center" });
    refused?.focus({ preventScroll: true });
  });
}

/** The checkout's course: writing, sending once, and what each answer leads to. */
export function useCheckout(shop: Shop, offer: ShownSlots | undefined): Checkout {
  const { quote, problem } = useQuote(shop);
  const draft = shop.draft.draft.value;
  const [phase, setPhase] = useState<Phase>(draft.unanswered_since ? "unsure" : "writing");
  const [tried, setTried] = useState(false);
  const [notPriced, setNotPriced] = useState(false);
  const [answer, setAnswer] = useState<{ asked: string; refusals: FieldRefusal[] }>();
  const [changed, setChanged] = useState<QuoteDifference[]>();
  const [earlier, setEarlier] = useState<EarlierOrder>();

  async function send(body: OrderBody): Promise<void> {
    setPhase("sending");
    setChanged(undefined);
    setEarlier(undefined);
    setAnswer(undefined);
    const outcome = await placeOrder(shop, body, () => setPhase("waiting"));
    if (outcome.kind === "placed") {
      if (outcome.page) go(outcome.page, "replace");
      return;
    }
    if (outcome.kind === "unanswered") {
      setPhase("unsure");
      return;
    }
    const refused = outcome.problem;
    if (refused.reason === "IDEMPOTENCY_MISMATCH") {
      const found = await earlierOrder(shop, refused);
      if (found.page && shop.cart.units.value === 0) return go(found.page, "replace");
      setEarlier(found);
      setPhase("writing");
      return focusFirstRefused();
    }
    shop.draft.settled();
    setPhase("writing");
    // The cart may have changed since it was sent; then this is no answer to the present one.
    const cart = cartOf(body);
    const asked = JSON.stringify(cart);
    const fresh = refused.members.quote as Quote | undefined;
    if (refused.reason === "QUOTE_CHANGED" && fresh) {
      if (asked !== JSON.stringify(cartBody(shop))) return;
      setChanged(differencesOf(refused.fields));
      shop.pricing.take(cart, fresh);
    } else {
      if (refused.reason === "QUOTE_EXPIRED") void shop.pricing.ask(cartBody(shop));
      setAnswer({ asked, refusals: refusalsOf(refused) });
    }
    void shop.refreshAvailability().catch(() => undefined);
    focusFirstRefused();
  }

  // The price stands, but its word on the time is as old as it is: asked anew when the slots say otherwise.
  const outdated = quote !== undefined && offer?.exact === true && outdatedByTime(quote, offer, draft.wanted_at);
  useEffect(() => {
    if (outdated) void shop.pricing.ask(cartBody(shop));
  }, [outdated, offer?.promised_at]);

  function askAgain(): void {
    const body = draft.sent?.at(-1);
    if (body) void send(body);
  }

  useEffect(() => {
    if (asksAgainByItself(draft, Date.now())) askAgain();
  }, []);

  function submit(): void {
    if (phase !== "writing") return;
    setTried(true);
    setNotPriced(!quote);
    if (draftRefusals(draft).length > 0) focusFirstRefused();
    else if (quote && quote.warnings.length > 0 && !isTestMode()) focusFirstRefused();
    else if (quote) void send(orderBody(shop, quote));
  }

  const stillAsked = answer?.asked === JSON.stringify(cartBody(shop));
  const refusals: FieldRefusal[] = [
    ...(tried ? draftRefusals(draft) : []),
    ...(quote?.warnings ?? []),
    ...(problem && problem.status > 0 && problem.status < 500 ? refusalsOf(problem) : []),
    ...(stillAsked ? answer.refusals : []),
  ];
  const once = new Map(refusals.map((refusal) => [`${refusal.field} ${refusal.reason}`, refusal]));
  return {
    phase, quote, changed, earlier, submit, askAgain,
    refusals: [...once.values()],
    notPriced: notPriced && !quote,
    change: () => {
      shop.draft.settled();
      setPhase("writing");
    },
  };
}
