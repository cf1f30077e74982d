import type { NextStep } from "../../api/payment";

/** Leads the browser to the provider's page: a form is posted at top level, an address is opened. */
export function leave({ kind, url, fields }: NextStep): void {
  if (kind === "redirect") {
    location.assign(url);
    return;
  }
  const form = document.createElement("form");
  form.method = "post";
  form.action = url;
  form.hidden = true;
  for (const { name, value } of fields) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    form.append(input);
  }
  document.body.append(form);
  // A field named `submit` would stand in the way of the form's own method.
  HTMLFormElement.prototype.submit.call(form);
  form.remove();
}
