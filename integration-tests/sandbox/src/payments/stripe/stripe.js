// Stands in for Stripe.js: draws a card field and confirms the PaymentIntent.
(() => {
  const base = new URL(document.currentScript.src).origin;

  const element = () => {
    const listeners = {};
    const input = document.createElement("input");
    input.inputMode = "numeric";
    input.autocomplete = "off";
    input.placeholder = "4242 4242 4242 4242";
    input.setAttribute("aria-label", "卡號");
    input.style.cssText = "width:100%;min-height:44px;font:inherit";
    const number = () => input.value.replace(/\D/g, "");
    input.addEventListener("input", () => {
      const complete = number().length >= 13;
      (listeners.change || []).forEach((listener) => listener({ complete, empty: !input.value }));
    });
    return {
      number,
      mount(target) {
        const parent = typeof target === "string" ? document.querySelector(target) : target;
        parent.replaceChildren(input);
        (listeners.ready || []).forEach((listener) => listener());
      },
      unmount: () => input.remove(),
      destroy: () => input.remove(),
      on: (event, listener) => (listeners[event] ||= []).push(listener),
    };
  };

  window.Stripe = (key) => {
    const confirm = async (clientSecret, card, returnUrl, stay) => {
      const body = new URLSearchParams({
        key,
        client_secret: clientSecret,
        number: card.number(),
        return_url: returnUrl || location.href,
      });
      let result;
      try {
        result = await (await fetch(`${base}/sandbox/confirm`, { method: "POST", body })).json();
      } catch {
        return { error: { type: "api_connection_error", message: "network error" } };
      }
      const intent = result.paymentIntent;
      if (!intent) return result;
      if (intent.next_action) {
        location.assign(intent.next_action.redirect_to_url.url);
        return new Promise(() => {});
      }
      if (!stay && returnUrl) {
        const url = new URL(returnUrl);
        url.searchParams.set("payment_intent", intent.id);
        url.searchParams.set("payment_intent_client_secret", clientSecret);
        url.searchParams.set("redirect_status", "succeeded");
        location.assign(url);
        return new Promise(() => {});
      }
      return result;
    };
    return {
      elements: ({ clientSecret } = {}) => {
        let card;
        return {
          clientSecret,
          create: () => (card = element()),
          getElement: () => card,
          submit: async () => ({}),
        };
      },
      confirmPayment: ({ elements, clientSecret, confirmParams = {}, redirect }) =>
        confirm(
          clientSecret || elements.clientSecret,
          elements.getElement(),
          confirmParams.return_url,
          redirect === "if_required",
        ),
      confirmCardPayment: (clientSecret, data) =>
        confirm(clientSecret, data.payment_method.card, data.return_url, true),
    };
  };
})();
