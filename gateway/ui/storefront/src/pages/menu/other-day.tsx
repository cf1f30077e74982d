import { useEffect, useState } from "preact/hooks";
import type { MenuProduct } from "@yizhimai/api";
import { businessDay, dayName } from "@yizhimai/kit";
import type { MenuIndex } from "../../domain/menu-index";
import { productState } from "../../domain/stock";
import { now } from "../../lib/clock";
import { go, paths } from "../../lib/router";
import { Notice } from "../../parts/notice";
import type { Shop } from "../../shop/shop";
import { locale, t } from "../../text";
import { texts } from "./sheet-texts";

/** Number of days that are searched: a week, for what depends on the weekday. */
const DAYS = 7;

interface OtherDayProps {
  shop: Shop;
  index: MenuIndex;
  product: MenuProduct;
}

/** The first other day on which the product can be had; null when none of the next has it, undefined until that is known. */
function useOtherDay({ shop, index, product }: OtherDayProps): string | null | undefined {
  const [found, setFound] = useState<string | null>();
  const days = shop.otherDays.value.slice(0, DAYS);
  const names = days.map((day) => day.business_day).join();
  useEffect(() => {
    let left = false;
    async function look(): Promise<void> {
      for (const day of days) {
        const stock = await shop.stockOn(day);
        if (left) return;
        if (productState(index, product, stock).kind !== "sellable") continue;
        setFound(day.business_day);
        return;
      }
      if (days.length > 0) setFound(null);
    }
    // Without a response nothing is promised.
    look().catch(() => undefined);
    return () => {
      left = true;
    };
  }, [shop, index, product, names]);
  return found;
}

/** Sold out on the requested day, with a link to another day that has it. */
export function OtherDay({ shop, index, product }: OtherDayProps) {
  const found = useOtherDay({ shop, index, product });
  const { brand, branch } = shop;
  const today = shop.today.value ?? businessDay(now.value, shop.timeZone.value);
  const named = (day: string) => dayName(day, today, locale.value);
  const day = named(shop.stock.value.day ?? today);
  if (!found) return <Notice tone="bad">{t(found === null ? texts.itemSoldOutLong : texts.itemSoldOut, { day })}</Notice>;
  return (
    <Notice tone="warn" action={{ label: t(texts.itemOtherTime), onClick: () => go(paths.when(brand, branch, found)) }}>
      {t(texts.itemOtherDay, { day, other: named(found) })}
    </Notice>
  );
}
