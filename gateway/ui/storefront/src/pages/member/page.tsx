import { useEffect, useMemo, useState } from "preact/hooks";
import type { MyAccount } from "../../api/members";
import { membership } from "../../api/membership";
import { ofGuest } from "../../domain/benefits";
import { back, paths, signInPath } from "../../lib/router";
import { LanguageButton } from "../../parts/cover";
import { Empty } from "../../parts/empty";
import { Icon } from "../../parts/icon";
import { Skeleton } from "../../parts/skeleton";
import type { Shop } from "../../shop/shop";
import { t } from "../../text";
import { common } from "../../text/common";
import "../../styles/member.css";
import { Addresses } from "./addresses";
import { CardSheet } from "./card-sheet";
import { Consents } from "./consents";
import { Coupons } from "./coupons";
import { Orders } from "./orders";
import { Points } from "./points";
import { Privacy } from "./privacy";
import { Profile } from "./profile";
import { Sessions } from "./sessions";
import { texts } from "./texts";
import { Tier } from "./tier";

function Own({ shop, me }: { shop: Shop; me: MyAccount }) {
  const api = useMemo(() => membership(shop.brand), [shop.brand]);
  const [showsCard, setShowsCard] = useState(false);
  /** The session is over: what only a member can use leaves the cart, which is kept. */
  const leave = () => {
    shop.member.set(null);
    shop.draft.edit({ entered: ofGuest(shop.draft.draft.value.entered) });
  };
  return (
    <>
      <section class="card member-head">
        <p class="member-name">{t(texts.hello, { name: me.name || t(texts.member) })}</p>
        <button type="button" class="primary" onClick={() => setShowsCard(true)}>
          {t(texts.card)}
        </button>
      </section>
      <Points api={api} timeZone={shop.timeZone.value} />
      <Coupons api={api} shop={shop} />
      <Tier api={api} shop={shop} />
      <Orders api={api} shop={shop} />
      <Addresses api={api} />
      <Profile api={api} shop={shop} me={me} />
      <Consents api={api} shop={shop} me={me} />
      <Sessions key={me.phone} api={api} timeZone={shop.timeZone.value} onSignedOut={leave} />
      <Privacy api={api} shop={shop} onErased={leave} />
      {showsCard && <CardSheet api={api} onClose={() => setShowsCard(false)} />}
    </>
  );
}

/** 會員: everything that is the member's own, also what the law gives a right to. */
export function MemberPage({ shop }: { shop: Shop }) {
  const me = shop.member.me.value;
  const [isUnknown, setUnknown] = useState(false);
  useEffect(() => {
    document.title = t(common.memberPage);
    shop.member.load().catch(() => setUnknown(true));
  }, [shop]);
  return (
    <>
      <header class="bar">
        <button type="button" class="round quiet" aria-label={t(common.cartBackToMenu)} onClick={() => back(paths.menu(shop.brand, shop.branch))}>
          <Icon name="back" />
        </button>
        <div>
          <h1>{t(common.memberPage)}</h1>
          <p class="soft">{shop.menu.value?.menu.brand.name}</p>
        </div>
        <LanguageButton />
      </header>
      <main class="page-narrow member-page" id="content" tabIndex={-1}>
        {me && <Own key={me.member_id} shop={shop} me={me} />}
        {me === undefined && !isUnknown && <Skeleton rows={4} />}
        {(me === null || (me === undefined && isUnknown)) && (
          <Empty title={t(texts.guest)} hint={t(texts.guestHint)}>
            <a class="primary" href={signInPath()}>
              {t(common.memberSignIn)}
            </a>
          </Empty>
        )}
      </main>
    </>
  );
}
