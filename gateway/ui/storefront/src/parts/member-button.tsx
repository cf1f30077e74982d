import { paths, signInPath } from "../lib/router";
import type { Shop } from "../shop/shop";
import { t } from "../text";
import { common } from "../text/common";
import { Icon } from "./icon";

/** Leads a member to the own page, and a guest to sign in. */
export function MemberButton({ shop, className = "on-cover" }: { shop: Shop; className?: string }) {
  const me = shop.member.me.value;
  return (
    <a class={`round ${className}`} href={me ? paths.member(shop.brand, shop.branch) : signInPath()} aria-label={t(me ? common.memberPage : common.memberSignIn)}>
      <Icon name="person" />
    </a>
  );
}
