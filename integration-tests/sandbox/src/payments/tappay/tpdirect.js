// Stands in for TapPay's browser SDK: draws the card fields and exchanges them for a prime.
(() => {
  const base = new URL(document.currentScript.src).origin;
  const fields = { number: "4242 4242 4242 4242", expirationDate: "01/30", ccv: "123" };
  const labels = { number: "卡號", expirationDate: "有效期限 MM/YY", ccv: "安全碼" };
  const inputs = {};
  const app = {};
  let onUpdate = () => {};

  const digits = (name) => (inputs[name] ? inputs[name].value.replace(/\D/g, "") : "");
  const complete = (name) =>
    ({ number: digits(name).length >= 13, expirationDate: digits(name).length === 4, ccv: digits(name).length >= 3 })[name];
  const code = (name) => (!inputs[name] || inputs[name].value === "" ? 1 : complete(name) ? 0 : 3);
  const status = () => ({
    cardType: "visa",
    canGetPrime: Object.keys(fields).every((name) => !inputs[name] || complete(name)),
    hasError: false,
    status: { number: code("number"), expiry: code("expirationDate"), ccv: code("ccv") },
  });

  const draw = (name, target, placeholder) => {
    const parent = typeof target === "string" ? document.querySelector(target) : target;
    const input = document.createElement("input");
    input.inputMode = "numeric";
    input.autocomplete = "off";
    input.placeholder = placeholder || fields[name];
    input.setAttribute("aria-label", labels[name]);
    input.style.cssText = "width:100%;min-height:44px;font:inherit;border:0;background:transparent";
    input.addEventListener("input", () => onUpdate(status()));
    parent.replaceChildren(input);
    inputs[name] = input;
  };

  window.TPDirect = {
    setupSDK(appId, appKey, serverType) {
      Object.assign(app, { app_id: appId, app_key: appKey, serverType });
    },
    card: {
      setup(config) {
        for (const [name, field] of Object.entries(config.fields)) {
          if (name in fields) draw(name, field.element, field.placeholder);
        }
        onUpdate(status());
      },
      onUpdate(callback) {
        onUpdate = callback;
      },
      getTappayFieldsStatus: status,
      async getPrime(callback) {
        const body = new URLSearchParams({
          app_id: app.app_id,
          app_key: app.app_key,
          number: digits("number"),
          expiry: digits("expirationDate"),
          ccv: digits("ccv"),
        });
        let result = { status: -1, msg: "network error" };
        try {
          const answer = await (await fetch(`${base}/sandbox/prime`, { method: "POST", body })).json();
          const { status, msg, prime, lastfour, bincode } = answer;
          result = { status, msg, card: { prime, lastfour, bincode, type: 1, funding: 0 } };
        } catch {
          // The result above says so.
        }
        callback(result);
      },
    },
  };
})();
