import { useState } from "preact/hooks";
import { problemFrom, type Problem } from "@yizhimai/api";
import type { ConsentKind, MyAccount } from "../../api/members";
import type { Membership } from "../../api/membership";
import { TEXT_VERSION } from "../../domain/member";
import { Notice } from "../../parts/notice";
import type { Shop } from "../../shop/shop";
import { t, why } from "../../text";
import { ConsentBox } from "./consent-box";
import { MembershipNotice } from "./notice";
import { texts } from "./texts";

const kinds = ["marketing_line", "marketing_sms", "marketing_email"] as const satisfies readonly ConsentKind[];

/** Consents to marketing, each given and withdrawn at once. That to the terms ends with the membership. */
export function Consents({ api, shop, me }: { api: Membership; shop: Shop; me: MyAccount }) {
  const [problem, setProblem] = useState<Problem>();
  async function set(kind: ConsentKind, agreed: boolean): Promise<void> {
    setProblem(undefined);
    try {
      await api.setConsents([{ kind, agreed, text_version: TEXT_VERSION }]);
      await shop.member.load();
    } catch (error) {
      setProblem(problemFrom(error));
    }
  }
  return (
    <section class="card" aria-labelledby="own-consents">
      <h2 id="own-consents">{t(texts.consentsTitle)}</h2>
      {kinds.map((kind) => (
        <ConsentBox key={kind} kind={kind} checked={me.consents.some((consent) => consent.kind === kind && consent.agreed)} onChange={(isOn) => void set(kind, isOn)} />
      ))}
      {problem && <Notice tone="bad">{why(problem)}</Notice>}
      <MembershipNotice brand={shop.menu.value?.menu.brand.name ?? ""} />
    </section>
  );
}
