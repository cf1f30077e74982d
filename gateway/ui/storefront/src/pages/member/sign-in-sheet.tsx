import { useEffect, useState } from "preact/hooks";
import { problemFrom, type Problem } from "@yizhimai/api";
import { displayPhone, mobileE164 } from "@yizhimai/kit";
import { callMembers, type ConsentKind, type MyAccount, type SignInOptions } from "../../api/members";
import { codeIncomplete, consentChoices, elsewhere, isWholeCode, phoneInvalid, under } from "../../domain/member";
import { refusalsOf } from "../../domain/refusals";
import { back, herePath, route } from "../../lib/router";
import { Notice } from "../../parts/notice";
import { Sheet } from "../../parts/sheet";
import type { Shop } from "../../shop/shop";
import { t, why } from "../../text";
import "../../styles/member.css";
import { ConsentBox } from "./consent-box";
import { Field } from "./field";
import { MembershipNotice } from "./notice";
import { PhoneField, SentTo } from "./phone-step";
import { texts } from "./texts";
import { useCode } from "./use-code";

const asked = ["terms", "marketing_line", "marketing_sms"] as const satisfies readonly ConsentKind[];
const fields = ["phone", "code", "name", "consents"];

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
    setProblem(isWholeCode(code) ? undefined : codeIncomplete);
    if (!isWholeCode(code)) return;
    setBusy(true);
    try {
      const body = { phone, code, name: name.trim(), consents: consentChoices(asked, agreed), branch_id: menu?.branch.branch_id ?? "" };
      const { me } = await callMembers(shop.brand, "POST", "sign-in", { body });
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
      const { authorize_url } = await callMembers(shop.brand, "POST", "line", { body });
      location.assign(authorize_url);
    } catch (error) {
      setProblem(problemFrom(error));
      setBusy(false);
    }
  }

  function send(): void {
    const isMobile = mobileE164(phone) !== undefined;
    setProblem(isMobile ? undefined : phoneInvalid);
    if (isMobile) void sent.send(phone);
  }

  const isCodeStep = sent.isSent || hasCode;
  const refused = problem ?? sent.problem;
  const refusals = refused ? refusalsOf(refused) : [];
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
            <SentTo
              phone={phone} code={code} sent={sent} refusals={under(refusals, "code")} left={problem?.params.left} onCode={setCode}
              onOtherPhone={() => {
                sent.reset();
                setHasCode(false);
                setCode("");
                setProblem(undefined);
              }}
            />
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
            <PhoneField phone={phone} sent={sent} refusals={under(refusals, "phone")} onChange={setPhone} onHasCode={() => setHasCode(true)} />
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
