import type { Quote } from "@yizhimai/api";
import { formatMoney } from "@yizhimai/kit";
import type { EnteredOutcome } from "../../api/benefits";
import { insisting, without } from "../../domain/benefits";
import type { FieldRefusal } from "../../domain/draft";
import { benefitField } from "../../domain/refusals";
import { nothingEntered } from "../../domain/entered";
import { signInPath } from "../../lib/router";
import { Icon } from "../../parts/icon";
import type { Shop } from "../../shop/shop";
import { t } from "../../text";
import { enteredName } from "./entered-name";
import { texts } from "./texts";
import { whyNot } from "./why-not";

interface EnteredItem {
  kind: EnteredOutcome["kind"];
  field: string;
  entered: string;
}

interface RowProps {
  shop: Shop;
  item: EnteredItem;
  outcome?: EnteredOutcome;
  refusal?: FieldRefusal;
  currency: string;
}

function Row({ shop, item, outcome, refusal, currency }: RowProps) {
  const { entered } = shop.draft.draft.value;
  const name = enteredName({ ...item, name: outcome?.name ?? "" });
  const isUsed = outcome?.used === true && !refusal;
  const why = refusal ?? (outcome && !outcome.used ? { field: item.field, reason: outcome.reason, params: outcome.params } : undefined);
  const total = outcome?.total_with;
  const used = outcome && outcome.amount < 0 ? t(texts.usedOff, { amount: formatMoney(-outcome.amount, currency) }) : t(texts.used);
  return (
    <li class={`entered-row ${why ? "is-unused" : ""} ${refusal ? "is-refused" : ""}`} tabIndex={refusal ? -1 : undefined}>
      {(isUsed || why) && <Icon name={isUsed ? "check" : "alert"} />}
      <div class="entered-text">
        <strong>{name}</strong>
        {item.kind === "code" && outcome?.name && <span class="soft">{outcome.name}</span>}
        {isUsed && <span class="entered-used">{used}</span>}
        {why && <span class="field-error">{t(texts.notUsed, { why: whyNot(why, shop.timeZone.value) })}</span>}
        {why?.reason === "NEEDS_LOGIN" && <a class="text-button" href={signInPath()}>{t(texts.signIn)}</a>}
        {why && total !== undefined && total !== null && (
          <button type="button" class="text-button" onClick={() => shop.draft.edit({ entered: insisting(entered, item) })}>
            {t(texts.useAnyway, { total: formatMoney(total, currency) })}
          </button>
        )}
      </div>
      <button type="button" class="round quiet" aria-label={t(texts.remove, { name })} onClick={() => shop.draft.edit({ entered: without(entered, item) })}>
        <Icon name="close" />
      </button>
    </li>
  );
}

/** Codes and coupons that were entered, each with what became of it: none is dropped without a word. */
export function EnteredRows({ shop, quote, refusals }: { shop: Shop; quote?: Quote; refusals: readonly FieldRefusal[] }) {
  const { codes, coupons } = shop.draft.draft.value.entered ?? nothingEntered;
  const items: EnteredItem[] = [
    ...codes.map((entered, at) => ({ kind: "code" as const, field: `codes[${at}]`, entered })),
    ...coupons.map((entered, at) => ({ kind: "coupon" as const, field: `coupons[${at}]`, entered })),
  ];
  if (items.length === 0) return null;
  const refusalAt = (field: string) => refusals.find((refusal) => benefitField(refusal) === field);
  return (
    <ul class="entered-rows" aria-live="polite">
      {items.map((item) => (
        <Row
          key={`${item.kind} ${item.entered}`} shop={shop} item={item} currency={quote?.currency ?? "TWD"}
          outcome={quote?.benefits?.entered.find(({ kind, entered }) => kind === item.kind && entered === item.entered)}
          refusal={refusalAt(item.field)}
        />
      ))}
    </ul>
  );
}
