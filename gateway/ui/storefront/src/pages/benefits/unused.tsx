import type { Benefits } from "../../api/benefits";
import { unusedIn } from "../../domain/benefits";
import { t } from "../../text";
import { common } from "../../text/common";
import { enteredName } from "./entered-name";
import { texts } from "./texts";
import { whyNot } from "./why-not";

/** Codes, coupons and points that were entered for an order and did nothing, each with its reason. */
export function UnusedBenefits({ benefits, timeZone }: { benefits: Benefits; timeZone: string }) {
  const unused = unusedIn(benefits);
  if (unused.length === 0) return null;
  return (
    <ul class="unused" aria-label={t(texts.unusedTitle)}>
      {unused.map((outcome) => (
        <li key={outcome.field}>
          <strong>{enteredName(outcome, benefits)}</strong> <span class="soft">{t(texts.notUsed, { why: whyNot(outcome, timeZone) })}</span>
        </li>
      ))}
    </ul>
  );
}

/** Above the button of the order: what was entered and takes nothing off. Where it stands, why is said. */
export function UnusedNote({ benefits }: { benefits: Benefits }) {
  const unused = unusedIn(benefits);
  if (unused.length === 0) return null;
  return (
    <p class="unused-note">
      <a href="#benefits">{t(texts.unusedNote, { what: unused.map((outcome) => enteredName(outcome, benefits)).join(t(common.listComma)) })}</a>
    </p>
  );
}
