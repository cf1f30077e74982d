import { useEffect, useState } from "preact/hooks";
import type { Slot } from "@yizhimai/api";
import { businessDay, dayName, formatDayTime, formatTime, pausesAt } from "@yizhimai/kit";
import type { FieldRefusal } from "../../domain/draft";
import { at } from "../../domain/refusals";
import { findSlot, nextFreeSlot, slotDays } from "../../domain/slots";
import { now } from "../../lib/clock";
import { Notice } from "../../parts/notice";
import type { Shop } from "../../shop/shop";
import { locale, t } from "../../text";
import { sentence } from "../../lib/sentence";

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
        <span class="figure">{formatTime(slot.starts_at, timeZone)}</span>
        {slot.state === "full" && <span class="chip-note">{t("checkout.full")}</span>}
        {slot.state === "filling" && <span class="chip-note">{t("checkout.filling")}</span>}
      </span>
    </label>
  );
}

/** As soon as possible, or a slot of a day; full ones stay in sight. */
export function TimeChoice({ shop, refusals }: { shop: Shop; refusals: readonly FieldRefusal[] }) {
  const availability = shop.availability.value;
  const timeZone = shop.menu.value?.menu.branch.time_zone ?? "Asia/Taipei";
  const wanted = shop.draft.draft.value.wanted_at;
  const days = slotDays(availability);
  const today = businessDay(now.value, timeZone);
  const [dayTapped, setDayTapped] = useState<string>();
  const shownDay = dayTapped ?? findSlot(availability, wanted)?.business_day ?? days.find((day) => day.free)?.business_day;
  const choose = (wanted_at: string | null) => shop.draft.edit({ wanted_at });

  const paused = availability && pausesAt(availability.pauses, now.value.getTime(), "web").of("branch") !== undefined;
  const open = (availability?.open ?? true) && !paused;
  const first = nextFreeSlot(availability)?.starts_at;
  useEffect(() => {
    if (!open && wanted === null && first) choose(first);
  }, [open, wanted, first]);

  const slot = findSlot(availability, wanted);
  const missed = wanted !== null && availability !== undefined && (slot === undefined || slot.state === "past" || slot.state === "full");
  const own: FieldRefusal[] = missed ? [{ field: "wanted_at", reason: slot?.state === "full" ? "SLOT_FULL" : "SLOT_PAST" }] : [];
  const told = [...own, ...at(refusals, "time").filter((refusal) => !own.some((mine) => mine.reason === refusal.reason))];
  const next = nextFreeSlot(availability, wanted);
  const promised = shop.pricing.priced.value?.quote?.promised_at ?? availability?.promised_at;
  return (
    <fieldset class="card">
      <legend>{t("checkout.time")}</legend>
      <label class="chip chip-wide">
        <input type="radio" name="slot" checked={wanted === null && open} disabled={!open} onChange={() => choose(null)} />
        <span class="chip-face asap">
          <strong>{t("checkout.asap")}</strong>
          <span class="chip-price">
            {open ? promised && wanted === null && t("checkout.asap_at", { time: formatDayTime(promised, timeZone, now.value, locale.value) }) : t(paused ? "checkout.asap_paused" : "checkout.asap_closed")}
          </span>
        </span>
      </label>
      {days.length === 0 && availability && <p class="soft">{t("checkout.no_slots")}</p>}
      {days.length > 0 && (
        <div class="days" role="group" aria-label={t("checkout.day")}>
          {days.map((day) => (
            <button
              type="button" key={day.business_day} class="tab" aria-pressed={day.business_day === shownDay}
              onClick={() => setDayTapped(day.business_day)}
            >
              {dayName(day.business_day, today, locale.value)}
              {!day.free && <span class="chip-note">{t("checkout.full")}</span>}
            </button>
          ))}
        </div>
      )}
      <div class="slots">
        {days
          .find((day) => day.business_day === shownDay)
          ?.slots.map((each) => (
            <SlotChip key={each.starts_at} slot={each} timeZone={timeZone} checked={each.starts_at === wanted} onChoose={() => choose(each.starts_at)} />
          ))}
      </div>
      {told.map((refusal) => (
        <div class="is-refused" tabIndex={-1} key={refusal.reason}>
          <Notice
            tone="bad"
            action={next && {
              label: t("checkout.use_slot", { time: formatDayTime(next.starts_at, timeZone, now.value, locale.value) }),
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
