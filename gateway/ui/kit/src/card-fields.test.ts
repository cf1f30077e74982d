import { beforeEach, expect, it, vi } from "vitest";
import { CardRefused, showCardFields } from "./card-fields";

/** A page whose scripts load at once, and what the provider's SDK was asked to do. */
const asked: Record<string, unknown>[] = [];
const element = () => ({ style: {}, append: () => undefined, replaceChildren: () => undefined }) as unknown as HTMLElement;
const script = () => {
  const listeners: Record<string, () => void> = {};
  return { addEventListener: (event: string, listener: () => void) => { listeners[event] = listener; }, listeners };
};

beforeEach(() => {
  asked.length = 0;
  vi.stubGlobal("document", {
    createElement: (name: string) => (name === "script" ? script() : element()),
    head: { append: (added: ReturnType<typeof script>) => added.listeners.load?.() },
  });
});

function stubStripe(outcome: object): void {
  vi.stubGlobal("window", {
    Stripe: (key: string) => ({
      elements: ({ clientSecret }: { clientSecret: string }) => ({ create: () => ({ mount: () => asked.push({ key, clientSecret }) }) }),
      confirmPayment: async (options: Record<string, unknown>) => {
        asked.push(options);
        return outcome;
      },
    }),
  });
}

const stripeStep = {
  script_url: "https://js.stripe.test/v3/",
  settings_json: JSON.stringify({ publishable_key: "pk", client_secret: "secret", return_url: "https://shop.test/back" }),
};

it("leads on to the return address where the provider takes the payment itself", async () => {
  stubStripe({});
  const fields = await showCardFields(stripeStep, element(), { goesOn: true });
  expect(await fields.submit()).toBeUndefined();
  expect(asked).toMatchObject([
    { key: "pk", clientSecret: "secret" },
    { clientSecret: "secret", confirmParams: { return_url: "https://shop.test/back" }, redirect: "always" },
  ]);
});

it("stays on the page unless the provider must leave it", async () => {
  stubStripe({});
  await (await showCardFields(stripeStep, element())).submit();
  expect(asked.at(-1)).toMatchObject({ redirect: "if_required" });
});

it("reports a refused card in the provider's words", async () => {
  stubStripe({ error: { message: "Your card was declined." } });
  const fields = await showCardFields(stripeStep, element());
  await expect(fields.submit()).rejects.toThrow(new CardRefused("Your card was declined."));
});

it("returns the token that the provider makes of a card", async () => {
  let prime = { status: 0, msg: "", card: { prime: "prime_1" } };
  vi.stubGlobal("window", {
    TPDirect: {
      setupSDK: (...settings: unknown[]) => asked.push({ settings }),
      card: { setup: () => undefined, getPrime: (done: (result: typeof prime) => void) => done(prime) },
    },
  });
  const step = { script_url: "https://js.tappay.test/", settings_json: JSON.stringify({ app_id: 11327, app_key: "app", server_type: "sandbox" }) };
  const fields = await showCardFields(step, element());
  expect(asked).toEqual([{ settings: [11327, "app", "sandbox"] }]);
  expect(await fields.submit()).toBe("prime_1");
  prime = { ...prime, status: 1, msg: "card number error" };
  await expect(fields.submit()).rejects.toThrow("card number error");
});
