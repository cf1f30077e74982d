import { useEffect, useState } from "preact/hooks";
import { folded, formatDayTime } from "@yizhimai/kit";
import { now } from "../../lib/clock";
import { whenIdle } from "../../lib/later";
import { back, paths, query } from "../../lib/router";
import { BranchState } from "../../parts/branch-state";
import { Cover } from "../../parts/cover";
import { Empty } from "../../parts/empty";
import { Icon } from "../../parts/icon";
import { Lazy } from "../../parts/lazy";
import { MemberButton } from "../../parts/member-button";
import { Notice } from "../../parts/notice";
import { ProblemPage } from "../../parts/problem";
import { Sheet } from "../../parts/sheet";
import { Skeleton } from "../../parts/skeleton";
import { WhenButton } from "../../parts/when-button";
import { currentOrder } from "../../shop/orders-seen";
import type { Shop } from "../../shop/shop";
import { locale, t } from "../../text";
import { common } from "../../text/common";
import { ordering } from "../checkout/ordering-later";
import { CartBar, CartPanel, CartSheet } from "./cart";
import { CategoryTabs } from "./category-tabs";
import { ProductRow } from "./product-row";
import { sheets } from "./sheets-later";
import { texts } from "./texts";

function Opening({ shop }: { shop: Shop }) {
  const availability = shop.availability.value;
  if (!availability) return <p class="branch-state">&nbsp;</p>;
  return <BranchState opening={availability} timeZone={availability.time_zone} when={<WhenButton shop={shop} />} />;
}

function Notices({ shop }: { shop: Shop }) {
  const [seen, setSeen] = useState(0);
  const current = currentOrder(shop.brand, shop.branch);
  const stored = shop.menuFrom.value;
  return (
    <div class="notices">
      {stored && (
        <Notice tone="warn">{t(texts.appOffline, { time: formatDayTime(stored, shop.timeZone.value, now.value, locale.value) })}</Notice>
      )}
      {shop.menuChanges.value > seen && (
        <Notice tone="ok" action={{ label: t(common.cartAcknowledge), onClick: () => setSeen(shop.menuChanges.value) }}>
          {t(texts.updated)}
        </Notice>
      )}
      {current && (
        <a class="current-order" href={paths.order(shop.brand, shop.branch, current.token)}>
          <strong>{current.pickup_number ? t(texts.yourOrder, { number: current.pickup_number }) : t(texts.yourUnpaid, { number: current.order_number })}</strong>
          <span>{t(current.pickup_number ? texts.yourOrderHint : texts.yourUnpaidHint)}</span>
          <Icon name="chevron" size={18} />
        </a>
      )}
    </div>
  );
}

function Sections({ shop, text }: { shop: Shop; text: string }) {
  const index = shop.menu.value;
  if (!index) return null;
  const wanted = folded(text);
  const sections = index.menu.categories
    .map((category) => ({
      ...category,
      products: category.product_ids
        .flatMap((id) => index.products.get(id) ?? [])
        .filter((product) => folded(`${product.name} ${product.name_en ?? ""}`).includes(wanted)),
    }))
    .filter((section) => section.products.length > 0);
  if (index.menu.products.length === 0) return <Empty title={t(texts.empty)} hint={t(texts.emptyHint)} />;
  if (sections.length === 0) return <Empty title={t(texts.noMatch, { text })} />;
  return (
    <>
      {sections.map((section) => (
        <section class="category" key={section.category_id} id={`c-${section.category_id}`} aria-labelledby={`h-${section.category_id}`}>
          <h2 id={`h-${section.category_id}`}>{section.name}</h2>
          <ul class="products">
            {section.products.map((product) => (
              <ProductRow key={product.product_id} shop={shop} index={index} product={product} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

/** Prefetches the sheets once the menu is there; the checkout when idle, and at once when the cart has an item. */
function useAhead(shop: Shop): void {
  const shown = shop.menu.value !== undefined;
  const wanted = shop.cart.units.value > 0;
  useEffect(() => {
    const fetch = () => void ordering.fetch();
    if (!shown) return undefined;
    void sheets.fetch();
    if (!wanted) return whenIdle(fetch);
    fetch();
    return undefined;
  }, [shown, wanted]);
}

export function MenuPage({ shop }: { shop: Shop }) {
  const [text, setText] = useState("");
  const index = shop.menu.value;
  const when = query.value.get("when");
  const item = when === null ? query.value.get("item") : null;
  const rule = query.value.get("offer");
  const offer = rule ? { rule, variant: query.value.get("variant") ?? "" } : undefined;
  useAhead(shop);
  useEffect(() => {
    if (index) document.title = `${index.menu.branch.name}｜${index.menu.brand.name}`;
  }, [index]);

  const problem = shop.problem.value;
  if (problem && !index) return <ProblemPage title={t(common.menuError)} problem={problem} onRetry={() => void shop.reload()} />;
  if (!index) return <Skeleton rows={7} cover />;
  const { menu } = index;
  const product = item ? index.products.get(item) : undefined;
  const over = sheets.part.value;
  const home = paths.menu(shop.brand, shop.branch);
  const closeSheet = () => back(home);
  return (
    <>
      <Cover
        brand={menu.brand.name} title={menu.branch.name} introduction={menu.brand.introduction}
        end={<MemberButton shop={shop} />}
        top={
          <a class="round on-cover" href={paths.brand(shop.brand)} aria-label={t(common.brandChoose)}>
            <Icon name="back" />
          </a>
        }
      >
        <Opening shop={shop} />
      </Cover>
      <div class="menu-layout">
        <main class="menu-main" id="content" tabIndex={-1}>
          <Notices shop={shop} />
          <CategoryTabs categories={menu.categories} text={text} onSearch={setText} />
          <Sections shop={shop} text={text} />
        </main>
        <CartPanel shop={shop} />
      </div>
      <CartBar shop={shop} />
      {item && product && over && (
        <over.ItemSheet
          key={`${item}/${query.value.get("line") ?? ""}`} shop={shop} index={index} product={product}
          lineId={query.value.get("line") ?? undefined} offer={offer} onClose={closeSheet}
        />
      )}
      {when !== null && over && <over.WhenSheet shop={shop} day={when || undefined} onClose={closeSheet} />}
      {!over && (product || when !== null) && (
        <Sheet title={product?.name ?? t(common.whenTitle)} onClose={closeSheet}>
          <Lazy of={sheets} waiting={<Skeleton rows={4} />}>{() => null}</Lazy>
        </Sheet>
      )}
      {item && !product && (
        <Sheet title={t(texts.itemGone)} size="small" onClose={closeSheet}>
          <p>{t(texts.itemGoneHint)}</p>
        </Sheet>
      )}
      {when === null && !item && query.value.has("cart") && !query.value.has("sign-in") && <CartSheet shop={shop} onClose={closeSheet} />}
    </>
  );
}
