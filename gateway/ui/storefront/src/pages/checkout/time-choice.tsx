import { useState } from "preact/hooks";
import type { Slot } from "@yizhimai/api";
import { businessDay, dayName, displayPhone, formatDayTime, formatTimeOfDay } from "@yizhimai/kit";
import type { FieldRefusal } from "../../domain/draft";
import { at } from "../../domain/refusals";
import { findSlot, nextFreeSlot, slotDays } from "../../domain/slots";
import { takesOrders } from "../../domain/wanted";
import { now } from "../../lib/clock";
import { Icon } from "../../parts/icon";
import { Notice } from "../../parts/notice";
import type { Shop } from "../../shop/shop";
import type { ShownSlots } from "../../shop/use-cart-slots";
import { cartBody } from "../../shop/use-quote";
import { locale, t } from "../../text";
import { sentence } from "../../lib/sentence";
import { common } from "../../text/common";
import { texts } from "./texts";

interface SlotChipProps {
  slot: Slot;
  timeZone: string;
  checked: boolean;
  onChoose: () => void;
}

function SlotChip({ slot, timeZone, checked, onChoose }: SlotChipProps) {
  return (
    <label class="chip">
      <input type="radio" name="slot" checked={checked} disabled={slot.state === "full"} onChange={onChoose} />
      <span class="chip-face slot">
        <span class="figure">{formatTimeOfDay(slot.starts_at, timeZone, locale.value)}</span>
        {slot.state === "full" && <span class="chip-note">{t(texts.full)}</span>}
        {slot.state === "filling" && <span class="chip-note">{t(texts.filling)}</span>}
      </span>
    </label>
  );
}

/** No slot fits: call the shop. */
function AskTheShop({ shop }: { shop: Shop }) {
  const branch = shop.menu.value?.menu.branch;
  return (
    <Notice tone="bad">
      {t(texts.noSlotFits)}
      {branch?.phone && (
        <a class="text-button" href={`tel:${branch.phone}`} aria-label={t(common.branchCall, { name: branch.name })}>
          <Icon name="phone" size={16} /> {displayPhone(branch.phone)}
        </a>
      )}
    </Notice>
  );
}

interface TimeChoiceProps {
  shop: Shop;
  offer: ShownSlots | undefined;
  refusals: readonly FieldRefusal[];
  /** Day whose slots are shown first; that of the time chosen when left out. */
  day?: string;
}

/** As soon as possible, or a slot of a day; full ones stay visible. */
export function TimeChoice({ shop, offer, refusals, day }: TimeChoiceProps) {
  const availability = shop.availability.value;
  const timeZone = shop.timeZone.value;
  const wanted = shop.draft.draft.value.wanted_at;
  const days = slotDays(offer);
  const today = shop.today.value ?? businessDay(now.value, timeZone);
  const [dayTapped, setDayTapped] = useState(day);
  const tapped = days.some(({ business_day }) => business_day === dayTapped) ? dayTapped : undefined;
  const shownDay = tapped ?? findSlot(offer, wanted)?.business_day ?? days.find((day) => day.free)?.business_day;
  const choose = (wanted_at: string | null) => shop.draft.edit({ wanted_at });

  const open = !availability || takesOrders(availability);
  const paused = availability?.state === "paused";
  const noAsap = open && offer?.exact === true && !offer.promised_at;
  const first = nextFreeSlot(offer)?.starts_at;

  const slot = findSlot(offer, wanted);
  const missed = wanted !== null && offer !== undefined && (slot === undefined || slot.state === "past" || slot.state === "full");
  const own: FieldRefusal[] = missed ? [{ field: "wanted_at", reason: slot?.state === "full" ? "SLOT_FULL" : "SLOT_PAST" }] : [];
  const nothingFits = offer?.exact === true && first === undefined && (!open || noAsap);
  const shown = nothingFits ? [] : [...own, ...at(refusals, "time").filter((refusal) => !own.some((mine) => mine.reason === refusal.reason))];
  const next = nextFreeSlot(offer, wanted) ?? nextFreeSlot(offer);
  const quoted = wanted === null ? shop.pricing.quoteFor(cartBody(shop))?.promised_at : undefined;
  const promised = quoted ?? offer?.promised_at;
  const shownSlots = days.find((day) => day.business_day === shownDay);
  return (
    <fieldset class="card">
      <legend>{t(texts.time)}</legend>
      <label class="chip chip-wide">
        <input type="radio" name="slot" checked={wanted === null && open} disabled={!open || noAsap} onChange={() => choose(null)} />
        <span class="chip-face asap">
          <strong>{t(common.checkoutAsap)}</strong>
          <span class="chip-price">
            {noAsap && t(nothingFits ? texts.full : availability?.promised_at ? texts.asapCart : texts.asapFull)}
            {open && !noAsap && promised && t(texts.asapAt, { time: formatDayTime(promised, timeZone, now.value, locale.value) })}
            {!open && t(paused ? texts.asapPaused : texts.asapClosed)}
          </span>
        </span>
      </label>
      {days.length === 0 && offer && !nothingFits && <p class="soft">{t(texts.noSlots)}</p>}
      {days.length > 0 && (
        <div class="days" role="group" aria-label={t(texts.day)}>
          {days.map((day) => (
            <button
              type="button" key={day.business_day} class="tab" aria-pressed={day.business_day === shownDay}
              onClick={() => setDayTapped(day.business_day)}
            >
              {dayName(day.business_day, today, locale.value)}
              {!day.free && <span class="chip-note">{t(texts.full)}</span>}
            </button>
          ))}
        </div>
      )}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a list without focusable items must be focusable itself to scroll */}
      <div class="slots" tabIndex={shownSlots?.free === false ? 0 : undefined}>
        {shownSlots?.slots.map((each) => (
          <SlotChip key={each.starts_at} slot={each} timeZone={timeZone} checked={each.starts_at === wanted} onChoose={() => choose(each.starts_at)} />
        ))}
      </div>
      {nothingFits && (
        <div class="is-refused" tabIndex={-1}>
          <AskTheShop shop={shop} />
        </div>
      )}
      {shown.map((refusal) => (
        <div class="is-refused" tabIndex={-1} key={refusal.reason}>
          <Notice
            tone="bad"
            action={next && {
              label: t(texts.useSlot, { time: formatDayTime(next.starts_at, timeZone, now.value, locale.value) }),
              onClick: () => choose(next.starts_at),
            }}
          >
            {sentence(refusal, timeZone)}
          </Notice>
        </div>
      ))}
    </fieldset>
  );
}
