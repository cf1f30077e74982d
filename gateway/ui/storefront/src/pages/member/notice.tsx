import { t } from "../../text";
import { texts } from "./texts";

/** What somebody who joins agrees to. A change of its meaning needs another `TEXT_VERSION`. */
export function MembershipNotice({ brand }: { brand: string }) {
  return (
    <details class="membership-notice">
      <summary>{t(texts.noticeTitle)}</summary>
      <p>{t(texts.noticeWho, { brand })}</p>
      <p>{t(texts.noticeWhat)}</p>
      <p>{t(texts.noticeHow)}</p>
      <p>{t(texts.noticeRights)}</p>
    </details>
  );
}
