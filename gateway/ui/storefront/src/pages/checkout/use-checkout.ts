import { useEffect, useState } from "preact/hooks";
import type { OrderBody, Quote } from "@yizhimai/api";
import { mobileE164 } from "@yizhimai/kit";
import type { PayMethod } from "../../api/payment";
import { dependsOnPayment, discountDifferences, unusedIn, withCode } from "../../domain/benefits";
import { estimate } from "../../domain/cart";
import { differencesOf, type QuoteDifference } from "../../domain/changes";
import { asksAgainByItself, draftRefusals, type FieldRefusal } from "../../domain/draft";
import { chosenMethod } from "../../domain/payment";
import { refusalsOf, spotOf } from "../../domain/refusals";
import { outdatedByTime } from "../../domain/slots";
import { go } from "../../lib/router";
import { payAtOnce } from "../../shop/pay-order";
import { earlierOrder, placeOrder, type EarlierOrder } from "../../shop/place-order";
import type { Shop } from "../../shop/shop";
import type { ShownSlots } from "../../shop/use-cart-slots";
import { isTestMode } from "../../shop/test-mode";
import { usePayMethods, type OfferedMethods } from "../../shop/use-pay-methods";
import { askerOf, askPrice, cartBody, cartOf, useQuote } from "../../shop/use-quote";

export type Phase = "writing" | "sending" | "waiting" | "unsure";

export interface Checkout {
  phase: Phase;
  quote?: Quote;
  /** Methods for the total, and the chosen one; none until they are loaded. */
  offered: OfferedMethods;
  chosen?: PayMethod;
  refusals: readonly FieldRefusal[];
  /** Differences between the quote that was shown and the present one. */
  changed?: readonly QuoteDifference[];
  /** The order that an earlier request became; the cart holds what is not in it. */
  earlier?: EarlierOrder;
  /** Price and payment methods are known. */
  isPriced: boolean;
  notPriced: boolean;
  submit: () => void;
  askAgain: () => void;
  /** Back to the form without a response; the next request uses the same key. */
  change: () => void;
}

function orderBody(shop: Shop, quote: Quote, payment: PayMethod | undefined): OrderBody {
  const { name, phone, remark, utensils } = shop.draft.draft.value;
  return {
    ...cartBody(shop), quote_hash: quote.hash, quoted_at: quote.quoted_at, promised_at: quote.promised_at ?? null,
    line_amounts: quote.lines.map(({ net }) => net), fee_amounts: quote.fees.map(({ kind, amount }) => ({ kind, amount })),
    contact: { name: name.trim(), phone: mobileE164(phone) ?? phone.trim() }, remark: remark.trim(), utensils,
    ...(payment ? { payment_method_id: payment.method_id } : {}),
  };
}

function focusFirstRefused(): void {
  requestAnimationFrame(() => {
    const refused = document.querySelector<HTMLElement>("[aria-invalid=true], .is-refused");
    refused?.scrollIntoView({ block: "center" });
    refused?.focus({ preventScroll: true });
  });
}

/** State machine of the checkout: editing, sending once, and handling each response. */
export function useCheckout(shop: Shop, offer: ShownSlots | undefined): Checkout {
  const { quote, problem } = useQuote(shop);
  const draft = shop.draft.draft.value;
  const [phase, setPhase] = useState<Phase>(draft.unanswered_since ? "unsure" : "writing");
  const [tried, setTried] = useState(false);
  const [notPriced, setNotPriced] = useState(false);
  /** What the button showed when it was pressed before the price was there. */
  const [pressed, setPressed] = useState<{ total: number; method?: string }>();
  const [answer, setAnswer] = useState<{ asked: string; payment?: string; refusals: FieldRefusal[] }>();
  const [changed, setChanged] = useState<QuoteDifference[]>();
  const [earlier, setEarlier] = useState<EarlierOrder>();

  const lines = shop.cart.lines.value;
  const isAsked = lines.length > 0;
  const offered = usePayMethods(shop, {
    method: draft.method, test: isTestMode(),
    total: isAsked ? quote?.total : undefined, estimate: isAsked ? estimate(shop.menu.value, lines) : undefined,
  });
  const chosen = chosenMethod(offered.methods ?? [], draft.payment_method_id);
  // Only where a rule asks for a kind of payment is the cart priced once more with it.
  const asksForKind = Boolean(draft.payment_kind) || (quote !== undefined && dependsOnPayment(quote.benefits));
  useEffect(() => {
    if (asksForKind && chosen && chosen.kind !== draft.payment_kind) shop.draft.edit({ payment_kind: chosen.kind });
  }, [asksForKind, chosen?.kind, draft.payment_kind]);
  // A member who could not be looked up orders as a guest.
  const warnings = (quote?.warnings ?? []).filter(({ field }) => field !== "member");
  const isPriced = quote !== undefined && (offered.methods !== undefined || offered.failed);

  async function send(body: OrderBody): Promise<void> {
    setPhase("sending");
    setChanged(undefined);
    setEarlier(undefined);
    setAnswer(undefined);
    const outcome = await placeOrder(shop, body, () => setPhase("waiting"));
    if (outcome.kind === "placed") {
      const { order, access_token } = outcome.placed;
      if (order.state === "pending_payment" && body.payment_method_id) payAtOnce(access_token, body.payment_method_id);
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
    // The cart may have changed since it was sent; then the response is not about the present one.
    const cart = cartOf(body);
    const asked = JSON.stringify(cart);
    const fresh = refused.members.quote as Quote | undefined;
    if (refused.reason === "QUOTE_CHANGED" && fresh) {
      if (asked !== JSON.stringify(cartBody(shop))) return;
      setChanged([...differencesOf(refused.fields), ...(quote ? discountDifferences(quote.benefits, fresh.benefits) : [])]);
      shop.pricing.take(cart, fresh, askerOf(shop));
    } else {
      if (refused.reason === "QUOTE_EXPIRED") askPrice(shop);
      if (refused.reason === "METHOD_NOT_ALLOWED") offered.ask();
      setAnswer({ asked, payment: body.payment_method_id ?? undefined, refusals: refusalsOf(refused) });
    }
    void shop.refreshAvailability().catch(() => undefined);
    focusFirstRefused();
  }

  // The price is still valid, but its time may be outdated by newer slots.
  const outdated = quote !== undefined && offer?.exact === true && outdatedByTime(quote, offer, draft.wanted_at);
  useEffect(() => {
    if (outdated) askPrice(shop);
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
    setNotPriced(!isPriced);
    const typed = draft.typed_code?.trim();
    // A code that is only typed changes the price: it is applied first, and the order waits for that price.
    if (typed) shop.draft.edit({ entered: withCode(draft.entered, typed), typed_code: "" });
    if (draftRefusals(draft).length > 0) focusFirstRefused();
    else if (warnings.length > 0 && !isTestMode()) focusFirstRefused();
    else if (quote && isPriced && !typed) void send(orderBody(shop, quote, chosen));
    else setPressed({ total: quote?.total ?? estimate(shop.menu.value, lines), method: chosen?.method_id });
  }

  // Who was quicker than the price need not press again, unless the price or the way to pay is another then.
  useEffect(() => {
    if (!pressed || !isPriced || !quote) return;
    setPressed(undefined);
    const isSame = quote.total === pressed.total && (!chosen?.online || chosen.method_id === pressed.method);
    // What takes nothing off is seen before the order goes without it.
    if (isSame && unusedIn(quote.benefits).length === 0) submit();
  }, [pressed, isPriced, quote?.hash]);

  const stillAsked = answer?.asked === JSON.stringify(cartBody(shop));
  // A refusal of one method is not about another.
  const holds = (refusal: FieldRefusal) => spotOf(refusal) !== "payment" || answer?.payment === chosen?.method_id;
  const refusals: FieldRefusal[] = [
    ...(tried ? draftRefusals(draft) : []),
    ...warnings,
    ...(problem && problem.status > 0 && problem.status < 500 ? refusalsOf(problem) : []),
    ...(stillAsked ? answer.refusals.filter(holds) : []),
  ];
  const once = new Map(refusals.map((refusal) => [`${refusal.field} ${refusal.reason}`, refusal]));
  return {
    phase, quote, offered, chosen, isPriced, changed, earlier, submit, askAgain,
    refusals: [...once.values()],
    notPriced: notPriced && !isPriced,
    change: () => {
      shop.draft.settled();
      setPhase("writing");
    },
  };
}
