import { useEffect, useState } from "preact/hooks";
import { problemFrom, type Problem } from "@yizhimai/api";
import { displayPhone, mobileE164 } from "@yizhimai/kit";
import { callMembers, type ConsentKind, type MyAccount, type SignInOptions } from "../../api/members";
import { consentChoices, elsewhere, isWholeCode, under } from "../../domain/member";
import { refusalsOf } from "../../domain/refusals";
import { back, herePath, route } from "../../lib/router";
import { Notice } from "../../parts/notice";
import { Sheet } from "../../parts/sheet";
import type { Shop } from "../../shop/shop";
import { t, why } from "../../text";
import "../../styles/member.css";
import { CodeField } from "./code-field";
import { ConsentBox } from "./consent-box";
import { Field } from "./field";
import { MembershipNotice } from "./notice";
import { texts } from "./texts";
import { useCode } from "./use-code";

const asked = ["terms", "marketing_line", "marketing_sms"] as const satisfies readonly ConsentKind[];
const fields = ["phone", "code", "name", "consents"];
const incomplete: Problem = { status: 422, reason: "OTP_INVALID", params: {}, fields: [{ field: "code", reason: "OTP_INVALID" }], members: {} };

/** Fills in what the customer has not typed. The cart stays as it is. */
function prefill({ draft }: Shop, { name, phone }: MyAccount): void {
  const typed = draft.draft.value;
  draft.edit({ name: typed.name || name, phone: typed.phone || (phone ? displayPhone(phone) : "") });
}

/** Phone, then the code of an SMS; who joins also says a name and agrees. Nobody needs it to order. */
export function SignInSheet({ shop, line }: { shop: Shop; line: string | null }) {
  const sent = useCode(shop.brand, "sign_in");
  const [options, setOptions] = useState<SignInOptions>();
  const [phone, setPhone] = useState(shop.draft.draft.value.phone);
  const [phoneInvalid, setPhoneInvalid] = useState(false);
  const [hasCode, setHasCode] = useState(false);
  const [code, setCode] = useState("");
  const [name, setName] = useState(shop.draft.draft.value.name);
  const [agreed, setAgreed] = useState<ReadonlySet<ConsentKind>>(new Set());
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const close = () => back(herePath());
  const menu = shop.menu.value?.menu;
  useEffect(() => {
    shop.member.load().then(setOptions, () => undefined);
  }, [shop]);

  async function signIn(): Promise<void> {
    if (isBusy) return;
    setProblem(isWholeCode(code) ? undefined : incomplete);
    if (!isWholeCode(code)) return;
    setBusy(true);
    try {
      const body = { phone, code, name: name.trim(), consents: consentChoices(asked, agreed), branch_id: menu?.branch.branch_id ?? "" };
      const { me } = await callMembers<{ me: MyAccount }>(shop.brand, "sign-in", { method: "POST", body });
      shop.member.set(me);
      prefill(shop, me);
      close();
    } catch (error) {
      setProblem(problemFrom(error));
      setBusy(false);
    }
  }

  async function withLine(): Promise<void> {
    setBusy(true);
    try {
      const body = { return_path: location.pathname, branch_id: menu?.branch.branch_id ?? "" };
      const { authorize_url } = await callMembers<{ authorize_url: string }>(shop.brand, "line", { method: "POST", body });
      location.assign(authorize_url);
    } catch (error) {
      setProblem(problemFrom(error));
      setBusy(false);
    }
  }

  function send(): void {
    const isMobile = mobileE164(phone) !== undefined;
    setPhoneInvalid(!isMobile);
    setProblem(undefined);
    if (isMobile) void sent.send(phone);
  }

  const isCodeStep = sent.isSent || hasCode;
  const refused = problem ?? sent.problem;
  const refusals = refused ? refusalsOf(refused) : [];
  const atPhone = phoneInvalid ? [{ field: "phone", reason: "PHONE_INVALID" }] : under(refusals, "phone");
  const toggle = (kind: ConsentKind, isOn: boolean) => {
    const next = new Set(agreed);
    if (isOn) next.add(kind);
    else next.delete(kind);
    setAgreed(next);
  };
  return (
    <Sheet
      title={t(texts.signInTitle)} onClose={close}
      footer={
        <button type="submit" form="sign-in" class="primary" aria-disabled={isBusy || sent.isSending}>
          {t(isCodeStep ? texts.signInSubmit : texts.sendCode)}
        </button>
      }
    >
      <form
        id="sign-in" class="member-form" noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (isCodeStep) void signIn();
          else send();
        }}
      >
        {line === "phone_needed" && <Notice tone="ok">{t(texts.linePhone, { name: options?.line_name ?? "LINE" })}</Notice>}
        {line === "cancelled" && <Notice tone="warn">{t(texts.lineCancelled)}</Notice>}
        {line === "failed" && <Notice tone="bad">{t(texts.lineFailed)}</Notice>}
        {elsewhere(refusals, fields).map((refusal) => (
          <Notice key={refusal.reason} tone="bad">{why(refusal)}</Notice>
        ))}
        {isCodeStep ? (
          <>
            <p>
              {t(texts.codeSent, { phone: displayPhone(mobileE164(phone) ?? phone) })}{" "}
              <button
                type="button" class="text-button"
                onClick={() => {
                  sent.reset();
                  setHasCode(false);
                  setCode("");
                  setProblem(undefined);
                }}
              >
                {t(texts.otherPhone)}
              </button>
            </p>
            <CodeField code={code} sent={sent} phone={phone} refusals={under(refusals, "code")} left={problem?.params.left} onChange={setCode} />
            <fieldset class="joining">
              <legend>{t(texts.joining)}</legend>
              <Field label={t(texts.name)} refusals={under(refusals, "name")}>
                {(attributes) => (
                  <input {...attributes} type="text" autocomplete="name" maxLength={30} value={name} onInput={(event) => setName(event.currentTarget.value)} />
                )}
              </Field>
              {asked.map((kind) => (
                <ConsentBox key={kind} kind={kind} checked={agreed.has(kind)} onChange={(isOn) => toggle(kind, isOn)} />
              ))}
              {under(refusals, "consents").map((refusal) => (
                <p class="field-error" role="alert" key={refusal.reason}>{why(refusal)}</p>
              ))}
              <MembershipNotice brand={menu?.brand.name ?? ""} />
            </fieldset>
          </>
        ) : (
          <>
            <p class="soft">{t(texts.signInHint)}</p>
            <Field label={t(texts.phone)} refusals={atPhone}>
              {(attributes) => (
                <input
                  {...attributes} type="tel" inputmode="tel" autocomplete="tel" placeholder="0912-345-678" enterkeyhint="send" value={phone}
                  onInput={(event) => setPhone(event.currentTarget.value)}
                />
              )}
            </Field>
            {sent.wait > 0 && (
              <button type="button" class="text-button" onClick={() => setHasCode(true)}>
                {t(texts.haveCode)}
              </button>
            )}
            {options?.line && line !== "phone_needed" && (
              <button type="button" class="line-button" disabled={isBusy} onClick={() => void withLine()}>
                {t(texts.withLine)}
              </button>
            )}
            {route.value.page !== "member" && (
              <button type="button" class="text-button" onClick={close}>
                {t(texts.asGuest)}
              </button>
            )}
          </>
        )}
      </form>
    </Sheet>
  );
}
