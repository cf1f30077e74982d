import { useState } from "preact/hooks";
import { problemFrom, type Problem } from "@yizhimai/api";
import { displayPhone, mobileE164 } from "@yizhimai/kit";
import type { MyAccount } from "../../api/members";
import type { Membership } from "../../api/membership";
import { codeIncomplete, elsewhere, isWholeCode, phoneInvalid, under } from "../../domain/member";
import { refusalsOf } from "../../domain/refusals";
import { Notice } from "../../parts/notice";
import { Sheet } from "../../parts/sheet";
import type { Shop } from "../../shop/shop";
import { t, why } from "../../text";
import { PhoneField, SentTo } from "./phone-step";
import { texts } from "./texts";
import { useCode } from "./use-code";

interface PhoneSheetProps {
  api: Membership;
  shop: Shop;
  me: MyAccount;
  onClose: () => void;
}

/** The phone of the next order, where it was the one before. */
function follow({ draft }: Shop, before: string | null, now: string | null): void {
  if (before && now && mobileE164(draft.draft.value.phone) === before) draft.edit({ phone: displayPhone(now) });
}

/** 更換手機號碼: a code confirms the new phone; other devices are signed out. */
export function PhoneSheet({ api, shop, me, onClose }: PhoneSheetProps) {
  const sent = useCode(shop.brand, "change_phone");
  const [phone, setPhone] = useState("");
  const [hasCode, setHasCode] = useState(false);
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);

  function send(): void {
    setProblem(mobileE164(phone) ? undefined : phoneInvalid);
    if (mobileE164(phone)) void sent.send(phone);
  }

  function toPhone(): void {
    sent.reset();
    setHasCode(false);
    setCode("");
    setProblem(undefined);
  }

  async function change(): Promise<void> {
    if (isBusy) return;
    setProblem(isWholeCode(code) ? undefined : codeIncomplete);
    if (!isWholeCode(code)) return;
    setBusy(true);
    try {
      const { me: changed } = await api.changePhone(me.version, phone, code);
      follow(shop, me.phone, changed.phone);
      shop.member.set(changed);
      onClose();
    } catch (error) {
      const refused = problemFrom(error);
      // What is wrong with the phone is mended at the phone.
      if (under(refusalsOf(refused), "phone").length > 0) toPhone();
      setProblem(refused);
      // Changed on another device: the next attempt is made of what holds now.
      if (refused.reason === "VERSION_CONFLICT") await shop.member.load().catch(() => undefined);
      setBusy(false);
    }
  }

  const isCodeStep = sent.isSent || hasCode;
  const refused = problem ?? sent.problem;
  const refusals = refused ? refusalsOf(refused) : [];
  const isTaken = refusals.some(({ reason }) => reason === "PHONE_TAKEN");
  return (
    <Sheet
      title={t(texts.phoneChange)} onClose={onClose}
      footer={
        <button type="submit" form="change-phone" class="primary" aria-disabled={isBusy || sent.isSending}>
          {t(isCodeStep ? texts.phoneSubmit : texts.sendCode)}
        </button>
      }
    >
      <form
        id="change-phone" class="member-form" noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (isCodeStep) void change();
          else send();
        }}
      >
        <p class="soft">{t(texts.phoneHint)}</p>
        {elsewhere(refusals, ["phone", "code"]).map((refusal) => (
          <Notice key={refusal.reason} tone="bad">{why(refusal)}</Notice>
        ))}
        {isCodeStep ? (
          <SentTo
            phone={phone} code={code} sent={sent} refusals={under(refusals, "code")} left={problem?.params.left} onCode={setCode}
            onOtherPhone={toPhone}
          />
        ) : (
          <PhoneField
            label={t(texts.phoneNew)} phone={phone} sent={sent} refusals={under(refusals, "phone")} onChange={setPhone}
            onHasCode={isTaken ? undefined : () => setHasCode(true)}
          />
        )}
        {isTaken && <p class="soft">{t(texts.phoneTaken)}</p>}
      </form>
    </Sheet>
  );
}
