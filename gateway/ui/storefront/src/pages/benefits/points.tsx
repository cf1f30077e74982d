import { useEffect, useId, useState } from "preact/hooks";
import type { Quote } from "@yizhimai/api";
import { formatMoney } from "@yizhimai/kit";
import type { PointsOutcome } from "../../api/benefits";
import { insisting, mostPoints, nearestPoints, withPoints } from "../../domain/benefits";
import type { FieldRefusal } from "../../domain/draft";
import { benefitField } from "../../domain/refusals";
import type { Shop } from "../../shop/shop";
import { t } from "../../text";
import { texts } from "./texts";
import { whyNot } from "./why-not";

interface PointsProps {
  shop: Shop;
  quote: Quote;
  points: PointsOutcome;
  refusals: readonly FieldRefusal[];
}

/** Why the points are not used, and how they can be all the same. */
function NotUsed({ shop, quote, refusals }: Omit<PointsProps, "points">) {
  const refusal = refusals.find((each) => benefitField(each) === "points");
  const outcome = quote.benefits?.entered.find(({ kind, used }) => kind === "points" && !used);
  const why = refusal ?? outcome;
  if (!why) return null;
  const total = outcome?.total_with ?? undefined;
  return (
    <>
      <p class={refusal ? "field-error is-refused" : "field-error"} tabIndex={refusal ? -1 : undefined}>{t(texts.notUsed, { why: whyNot(why, shop.timeZone.value) })}</p>
      {total !== undefined && (
        <button type="button" class="text-button" onClick={() => shop.draft.edit({ entered: insisting(shop.draft.draft.value.entered, { kind: "points", entered: "" }) })}>
          {t(texts.useAnyway, { total: formatMoney(total, quote.currency) })}
        </button>
      )}
    </>
  );
}

/** How many points to use, up to what the order takes. */
export function Points({ shop, quote, points, refusals }: PointsProps) {
  const id = useId();
  const { entered } = shop.draft.draft.value;
  const chosen = entered?.points ?? 0;
  const [shown, setShown] = useState(chosen);
  useEffect(() => setShown(chosen), [chosen]);
  const balance = points.balance ?? 0;
  if (balance === 0 && chosen === 0) return null;
  const most = Math.max(mostPoints(points, quote.total - points.amount), chosen);
  const choose = (wanted: number) => {
    const next = nearestPoints(wanted, points, most);
    setShown(next);
    if (next !== chosen) shop.draft.edit({ entered: withPoints(entered, next) });
  };
  const isPriced = shown === points.requested;
  const amount = formatMoney(isPriced ? -points.amount : Math.floor((shown * points.worth_of_100) / 100), quote.currency);
  const text = shown === 0 ? t(texts.pointsNone) : t(texts.pointsChosen, { points: isPriced ? points.used : shown, amount });
  return (
    <div class="points">
      <h3 id={id}>{t(texts.pointsTitle, { unit: points.unit_name })}</h3>
      <p class="soft">{t(texts.pointsBalance, { points: balance })}</p>
      {most === 0 && points.worth_of_100 > 0 && <p class="soft">{t(texts.pointsFew, { min: points.min_points })}</p>}
      {most > 0 && (
        <>
          <input
            type="range" min={0} max={most} step={Math.max(1, points.step)} value={shown} aria-labelledby={id} aria-valuetext={text}
            onInput={(event) => setShown(Number(event.currentTarget.value))}
            onChange={(event) => choose(Number(event.currentTarget.value))}
          />
          <p class="points-chosen" aria-live="polite">{text}</p>
          {points.capped && isPriced && <p class="field-error">{t(texts.pointsCapped, { points: points.used })}</p>}
          <div class="points-buttons">
            <button type="button" class="secondary" disabled={shown === 0} onClick={() => choose(0)}>
              {t(texts.pointsNone)}
            </button>
            <button type="button" class="secondary" disabled={shown === most} onClick={() => choose(most)}>
              {t(texts.pointsAll)}
            </button>
          </div>
        </>
      )}
      {chosen > 0 && <NotUsed shop={shop} quote={quote} refusals={refusals} />}
    </div>
  );
}
