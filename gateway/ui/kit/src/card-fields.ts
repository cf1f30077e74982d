/** A next step of a payment that is made in the provider's own fields. */
export interface CardStep {
  script_url: string;
  settings_json: string;
}

export interface CardOptions {
  /** After paying, a provider that took the payment itself leads on to its return address; else the page stays. */
  goesOn?: boolean;
}

/** Card fields of a provider that stand in our page. */
export interface CardFields {
  /** Sends the card to the provider; returns the token to go on with, or none where the provider took the payment. */
  submit: () => Promise<string | undefined>;
}

interface TapPay {
  setupSDK: (appId: number, appKey: string, server: string) => void;
  card: {
    setup: (config: unknown) => void;
    getPrime: (done: (result: { status: number; msg: string; card: { prime: string } }) => void) => void;
  };
}

interface StripeElement {
  mount: (target: HTMLElement) => void;
}

interface StripeElements {
  create: (kind: string) => StripeElement;
}

type StripeSdk = (key: string) => {
  elements: (options: { clientSecret: string }) => StripeElements;
  confirmPayment: (options: unknown) => Promise<{ error?: { message?: string } }>;
};

type Sdks = { TPDirect?: TapPay; Stripe?: StripeSdk };

/** The card was refused by the provider's fields, in its own words. */
export class CardRefused extends Error {}

const scripts = new Map<string, Promise<void>>();

function load(url: string): Promise<void> {
  const known = scripts.get(url);
  if (known) return known;
  const loading = new Promise<void>((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => {
      scripts.delete(url);
      script.remove();
      reject(new Error(`the script ${url} could not be loaded`));
    });
    document.head.append(script);
  });
  scripts.set(url, loading);
  return loading;
}

function tapPay(sdk: TapPay, settings: Record<string, string>, place: HTMLElement): CardFields {
  const element = () => {
    const field = document.createElement("div");
    field.style.cssText = "min-height:44px;padding:0 11px;border:1px solid var(--line-strong);border-radius:8px";
    place.append(field);
    return field;
  };
  const [number, expirationDate, ccv] = [element(), element(), element()];
  sdk.setupSDK(Number(settings.app_id), settings.app_key ?? "", settings.server_type ?? "sandbox");
  sdk.card.setup({
    fields: {
      number: { element: number, placeholder: "**** **** **** ****" },
      expirationDate: { element: expirationDate, placeholder: "MM / YY" },
      ccv: { element: ccv, placeholder: "CVV" },
    },
  });
  const submit = () =>
    new Promise<string>((resolve, reject) => {
      sdk.card.getPrime(({ status, msg, card }) => (status === 0 ? resolve(card.prime) : reject(new CardRefused(msg))));
    });
  return { submit };
}

function stripe(sdk: StripeSdk, settings: Record<string, string>, place: HTMLElement, { goesOn = false }: CardOptions): CardFields {
  const client = sdk(settings.publishable_key ?? "");
  const clientSecret = settings.client_secret ?? "";
  const elements = client.elements({ clientSecret });
  elements.create("payment").mount(place);
  return {
    submit: async () => {
      const confirmParams = { return_url: settings.return_url };
      const redirect = goesOn ? "always" : "if_required";
      const { error } = await client.confirmPayment({ elements, clientSecret, confirmParams, redirect });
      if (error) throw new CardRefused(error.message ?? "");
      return undefined;
    },
  };
}

/** Shows the provider's own card fields in `place`: nothing of the card passes through us. */
export async function showCardFields(step: CardStep, place: HTMLElement, options: CardOptions = {}): Promise<CardFields> {
  await load(step.script_url);
  place.replaceChildren();
  const settings = JSON.parse(step.settings_json) as Record<string, string>;
  const { TPDirect, Stripe } = window as Sdks;
  if (settings.client_secret && Stripe) return stripe(Stripe, settings, place, options);
  if (TPDirect) return tapPay(TPDirect, settings, place);
  throw new Error("the script brought no card fields");
}
