import { formatDate, formatMoney } from "@yizhimai/kit";
import type { MemberTier, Membership, TierGift } from "../../api/membership";
import { missingFor, type Measure } from "../../domain/tier-progress";
import type { Shop } from "../../shop/shop";
import { t } from "../../text";
import { Section } from "./section";
import { texts } from "./texts";
import { useLoaded } from "./use-loaded";

const isMoney = (measure: Measure) => measure === "spend" || measure === "single_order";

function Next({ own, currency }: { own: MemberTier; currency: string }) {
  const { next_tier, missing } = own;
  if (!next_tier?.upgrade) return <p class="soft">{t(texts.tierTop)}</p>;
  const rows = missingFor(next_tier.upgrade, missing);
  return (
    <>
      <p>{t(next_tier.upgrade.all || rows.length === 1 ? texts.tierNext : texts.tierNextOneOf, { name: next_tier.name })}</p>
      <ul class="rows">
        {rows.map(({ measure, missing: left, needed }) => {
          const amount = isMoney(measure) ? formatMoney(left, currency) : String(left);
          const text = t(texts.tierMissing[measure], { amount });
          return (
            <li class="tier-row" key={measure}>
              <span>{text}</span>
              <progress aria-label={text} max={needed} value={needed - left} />
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** Coupons that come with a tier by themselves. */
function Gifts({ tier, gifts }: { tier: Pick<MemberTier["tier"], "tier_id" | "name"> | null; gifts: readonly TierGift[] }) {
  const own = gifts.filter(({ tier_id }) => tier && tier_id === tier.tier_id);
  if (!tier || own.length === 0) return null;
  return (
    <>
      <p class="soft">{t(texts.tierGifts, { name: tier.name })}</p>
      <ul class="rows">
        {own.map(({ occasion, name, count }) => (
          <li key={`${occasion} ${name}`}>{t(texts.tierGift[occasion], { name, count })}</li>
        ))}
      </ul>
    </>
  );
}

/** The tier with the coupons it brings, and what is missing for the next. */
export function Tier({ api, shop }: { api: Membership; shop: Shop }) {
  const tier = useLoaded(api.tier, [api]);
  if (tier.data && !tier.data.tier) return null;
  return (
    <Section title={t(texts.tier)} of={tier}>
      {({ tier: own, gifts }) => own && (
        <>
          <p class="balance">
            <strong>{own.tier.name}</strong>
          </p>
          {own.valid_until && <p class="soft">{t(texts.tierUntil, { date: formatDate(own.valid_until, shop.timeZone.value) })}</p>}
          <Gifts tier={own.tier} gifts={gifts} />
          <Next own={own} currency={shop.menu.value?.menu.brand.currency ?? "TWD"} />
          <Gifts tier={own.next_tier} gifts={gifts} />
        </>
      )}
    </Section>
  );
}
