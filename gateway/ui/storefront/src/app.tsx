import { Component, type ComponentChildren } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { go, herePath, query, route } from "./lib/router";
import { BrandPage } from "./pages/brand/page";
import { ordering } from "./pages/checkout/ordering-later";
import { LostPage, StartPage } from "./pages/lost/page";
import { couponPage, memberPage, signingIn } from "./pages/member/later";
import { MenuPage } from "./pages/menu/page";
import { orderStatus } from "./pages/order/order-later";
import { Lazy } from "./parts/lazy";
import { Empty } from "./parts/empty";
import { Skeleton } from "./parts/skeleton";
import { openShop, type Shop } from "./shop/shop";
import { applyLocale, t } from "./text";
import { common } from "./text/common";

/** Shows an error page instead of an empty one; what was typed is stored on the device. */
class Guard extends Component<{ children: ComponentChildren }, { broken: boolean }> {
  override state = { broken: false };

  static override getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    if (!this.state.broken) return this.props.children;
    return (
      <main class="page-narrow">
        <Empty page title={t(common.appBroken)} hint={t(common.appBrokenHint)}>
          <button type="button" class="primary" onClick={() => location.reload()}>
            {t(common.appRetry)}
          </button>
        </Empty>
      </main>
    );
  }
}

/** The sheet to sign in, over whatever page asked for it; LINE comes back with what became of it. */
function SigningIn({ shop }: { shop: Shop }) {
  const line = query.value.has("item") ? null : query.value.get("line");
  useEffect(() => {
    if (line === "signed_in") go(herePath(), "replace");
  }, [line]);
  if (!query.value.has("sign-in") && (line === null || line === "signed_in")) return null;
  return (
    <Lazy of={signingIn} waiting={null}>
      {({ SignInSheet }) => <SignInSheet shop={shop} line={line} />}
    </Lazy>
  );
}

function InShop({ brand, branch }: { brand: string; branch: string }) {
  const shop = useMemo(() => openShop(brand, branch), [brand, branch]);
  useEffect(() => shop.close, [shop]);
  return (
    <>
      <ShopPage shop={shop} />
      <SigningIn shop={shop} />
    </>
  );
}

function ShopPage({ shop }: { shop: Shop }) {
  const current = route.value;
  if (current.page === "checkout") {
    return (
      <Lazy page of={ordering} waiting={<Skeleton rows={5} />}>
        {({ CheckoutPage }) => <CheckoutPage shop={shop} />}
      </Lazy>
    );
  }
  if (current.page === "member") {
    return (
      <Lazy page of={memberPage} waiting={<Skeleton rows={5} />}>
        {({ MemberPage }) => <MemberPage shop={shop} />}
      </Lazy>
    );
  }
  if (current.page === "coupon") {
    return (
      <Lazy page of={couponPage} waiting={<Skeleton rows={3} />}>
        {({ CouponPage }) => <CouponPage key={current.token} shop={shop} token={current.token} />}
      </Lazy>
    );
  }
  if (current.page === "order") {
    return (
      <Lazy page of={orderStatus} waiting={<Skeleton rows={4} />}>
        {({ OrderPage }) => <OrderPage key={current.token} shop={shop} token={current.token} />}
      </Lazy>
    );
  }
  return <MenuPage shop={shop} />;
}

function Screen() {
  const current = route.value;
  if (current.page === "start") return <StartPage />;
  if (current.page === "lost") return <LostPage />;
  if (current.page === "brand") return <BrandPage key={current.brand} brand={current.brand} />;
  return <InShop key={`${current.brand}/${current.branch}`} brand={current.brand} branch={current.branch} />;
}

export function App() {
  applyLocale();
  return (
    <Guard>
      <a class="skip" href="#content">
        {t(common.appSkip)}
      </a>
      <Screen />
    </Guard>
  );
}
