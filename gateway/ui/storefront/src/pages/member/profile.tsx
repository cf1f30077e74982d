import { useState } from "preact/hooks";
import { problemFrom, type Problem } from "@yizhimai/api";
import { displayPhone, formatDate } from "@yizhimai/kit";
import type { MyAccount } from "../../api/members";
import type { Membership } from "../../api/membership";
import { elsewhere, under } from "../../domain/member";
import { refusalsOf } from "../../domain/refusals";
import { Notice } from "../../parts/notice";
import type { Shop } from "../../shop/shop";
import { t, why } from "../../text";
import { Field } from "./field";
import { PhoneSheet } from "./phone-sheet";
import { texts } from "./texts";

const genders = ["not_given", "female", "male", "other"] as const;
const fields = ["name", "email", "birthday", "gender"];

interface ProfileProps {
  api: Membership;
  shop: Shop;
  me: MyAccount;
}

/** Phone, name, e-mail, birthday and gender. The birthday can be changed once in 365 days. */
export function Profile({ api, shop, me }: ProfileProps) {
  const [name, setName] = useState(me.name);
  const [email, setEmail] = useState(me.email ?? "");
  const [birthday, setBirthday] = useState(me.birthday ?? "");
  const [gender, setGender] = useState(me.gender);
  const [problem, setProblem] = useState<Problem>();
  const [isSaved, setSaved] = useState(false);
  const [isChangingPhone, setChangingPhone] = useState(false);
  const isLocked = me.birthday_changeable_at !== null;
  const refusals = problem ? refusalsOf(problem) : [];

  async function change(request: () => Promise<{ me: MyAccount }>): Promise<void> {
    setSaved(false);
    setProblem(undefined);
    try {
      shop.member.set((await request()).me);
      setSaved(true);
    } catch (error) {
      const refused = problemFrom(error);
      setProblem(refused);
      // Changed on another device: the next attempt is made of what holds now.
      if (refused.reason === "VERSION_CONFLICT") await shop.member.load().catch(() => undefined);
    }
  }

  const save = () => api.update({
    version: me.version, name: name.trim(), email: email.trim(), gender,
    ...(birthday && birthday !== me.birthday ? { birthday } : {}),
  });
  return (
    <section class="card" aria-labelledby="own-profile">
      <h2 id="own-profile">{t(texts.profile)}</h2>
      <form
        class="member-form" noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void change(save);
        }}
      >
        {elsewhere(refusals, fields).map((refusal) => (
          <Notice key={refusal.reason} tone="bad">{why(refusal)}</Notice>
        ))}
        <p class="row">
          <span>
            <span class="soft">{t(texts.phone)}</span> <span class="figure">{me.phone ? displayPhone(me.phone) : "—"}</span>
          </span>
          <button type="button" class="text-button" aria-label={t(texts.phoneChange)} onClick={() => setChangingPhone(true)}>
            {t(texts.edit)}
          </button>
        </p>
        <Field label={t(texts.name)} refusals={under(refusals, "name")}>
          {(attributes) => <input {...attributes} type="text" autocomplete="name" maxLength={30} value={name} onInput={(event) => setName(event.currentTarget.value)} />}
        </Field>
        <Field label={t(texts.email)} refusals={under(refusals, "email")}>
          {(attributes) => <input {...attributes} type="email" autocomplete="email" value={email} onInput={(event) => setEmail(event.currentTarget.value)} />}
        </Field>
        <Field
          label={t(texts.birthday)} refusals={under(refusals, "birthday")}
          hint={isLocked ? t(texts.birthdayLocked, { date: formatDate(me.birthday_changeable_at, shop.timeZone.value) }) : t(texts.birthdayHint)}
        >
          {(attributes) => (
            <input {...attributes} type="date" autocomplete="bday" min="1900-01-01" disabled={isLocked} value={birthday} onInput={(event) => setBirthday(event.currentTarget.value)} />
          )}
        </Field>
        <Field label={t(texts.gender)} refusals={under(refusals, "gender")}>
          {(attributes) => (
            <select {...attributes} value={gender} onChange={(event) => setGender(genders.find((each) => each === event.currentTarget.value) ?? "not_given")}>
              {genders.map((each) => (
                <option key={each} value={each}>{t(texts.genders[each])}</option>
              ))}
            </select>
          )}
        </Field>
        {isSaved && <Notice tone="ok">{t(texts.saved)}</Notice>}
        <button type="submit" class="secondary">{t(texts.save)}</button>
        {me.has_line && (
          <button type="button" class="text-button" onClick={() => void change(() => api.unlinkLine().then(() => ({ me: { ...me, has_line: false } })))}>
            {t(texts.unlinkLine)}
          </button>
        )}
      </form>
      {isChangingPhone && <PhoneSheet api={api} shop={shop} me={me} onClose={() => setChangingPhone(false)} />}
    </section>
  );
}
