import { useEffect, useState } from "preact/hooks";
import type { OrderBody, Quote } from "@yizhimai/api";
import { mobileE164 } from "@yizhimai/kit";
import { differences, type QuoteDifference } from "../../domain/changes";
import { asksAgainByItself, draftRefusals, type FieldRefusal } from "../../domain/draft";
import { refusalsOf } from "../../domain/refusals";
import { findSlot } from "../../domain/slots";
import { go, paths } from "../../lib/router";
import { remember } from "../../shop/orders-seen";
import { placeOrder } from "../../shop/place-order";
import type { Shop } from "../../shop/shop";
import { cartBody, useQuote } from "../../shop/use-quote";

export type Phase = "writing" | "sending" | "waiting" | "unsure" | "mismatch";

export interface Checkout {
  phase: Phase;
  quote?: Quote;
  refusals: readonly FieldRefusal[];
  /** The difference between the price that was agreed to and the one that holds now. */
  changed?: readonly QuoteDifference[];
  notPriced: boolean;
  submit: () => void;
  askAgain: () => void;
  drop: () => void;
}

function orderBody(shop: Shop, quote: Quote): OrderBody {
  const { name, phone, remark, utensils } = shop.draft.draft.value;
  return {
    ...cartBody(shop), quote_hash: quote.hash, quoted_at: quote.quoted_at,
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
export function useCheckout(shop: Shop): Checkout {
  const { quote, problem } = useQuote(shop);
  const draft = shop.draft.draft.value;
  const [phase, setPhase] = useState<Phase>(draft.sent ? "unsure" : "writing");
  const [tried, setTried] = useState(false);
  const [notPriced, setNotPriced] = useState(false);
  const [answer, setAnswer] = useState<{ asked: string; refusals: FieldRefusal[] }>();
  const [changed, setChanged] = useState<QuoteDifference[]>();

  async function send(body: OrderBody, shown?: Quote): Promise<void> {
    setPhase("sending");
    setChanged(undefined);
    setAnswer(undefined);
    const outcome = await placeOrder(shop, body, () => setPhase("waiting"));
    if (outcome.kind === "placed") {
      const { order, access_token } = outcome.placed;
      remember(shop.brand, shop.branch, access_token, order);
      shop.draft.placed();
      shop.cart.clear();
      go(paths.order(shop.brand, shop.branch, access_token), "replace");
      return;
    }
    if (outcome.kind === "unanswered") {
      setPhase("unsure");
      return;
    }
    const refused = outcome.problem;
    shop.draft.refused();
    setPhase(refused.reason === "IDEMPOTENCY_MISMATCH" ? "mismatch" : "writing");
    const cart = cartBody(shop);
    const fresh = refused.members.quote as Quote | undefined;
    if (refused.reason === "QUOTE_CHANGED" && fresh) {
      setChanged(differences(shown, fresh));
      shop.pricing.take(cart, fresh);
    } else if (refused.reason === "QUOTE_EXPIRED") {
      void shop.pricing.ask(cart);
    }
    if (refused.reason !== "QUOTE_CHANGED") setAnswer({ asked: JSON.stringify(cart), refusals: refusalsOf(refused) });
    void shop.refreshAvailability().catch(() => undefined);
    focusFirstRefused();
  }

  // The price stands, but its word on the time is as old as it is: asked anew when the slot has turned.
  const slotState = findSlot(shop.cartSlots.latest.value, draft.wanted_at)?.state;
  useEffect(() => {
    const warned = quote?.warnings.some((warning) => warning.reason === "SLOT_FULL");
    if (quote && slotState && (slotState === "full") !== warned) void shop.pricing.ask(cartBody(shop));
  }, [slotState]);

  function askAgain(): void {
    if (draft.sent) void send(draft.sent.body);
  }

  useEffect(() => {
    if (asksAgainByItself(draft, Date.now())) askAgain();
  }, []);

  function submit(): void {
    if (phase !== "writing") return;
    setTried(true);
    setNotPriced(!quote);
    if (draftRefusals(draft).length > 0) focusFirstRefused();
    else if (quote && quote.warnings.length > 0) focusFirstRefused();
    else if (quote) void send(orderBody(shop, quote), quote);
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
    phase, quote, changed, submit, askAgain,
    refusals: [...once.values()],
    notPriced: notPriced && !quote,
    drop: () => {
      shop.draft.refused();
      setPhase("writing");
    },
  };
}
