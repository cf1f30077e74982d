import { useQueryClient } from "@tanstack/react-query";
import { displayPhone, formatDate, formatDateTime } from "@yizhimai/kit";
import { Button } from "antd";
import { useState } from "react";

import { keys } from "../../data/keys";
import type { ConsentKind, MemberContact, MemberProfile } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { Facts } from "../../patterns/detail-drawer";
import { ReasonDialog } from "../../patterns/reason-dialog";
import { holdsShared, may, mayDo } from "../../session/may";
import { texts as memberTexts } from "../membership/member-texts";
import { genderWord, memberName, phoneText, sourceWord } from "../membership/member-words";
import membership from "../membership/membership.module.css";
import { Card } from "./card";
import { setConsent, unmask } from "./queries";
import { texts } from "./texts";

/** Version of the text that staff read out where the storefront's was not shown. */
const SPOKEN = "spoken";
const marketing = ["marketing_line", "marketing_sms", "marketing_email"] as const satisfies readonly ConsentKind[];

/** Who the member is, masked until somebody who may says why the whole of it is needed. */
export function ContactCard({ profile, edits }: { profile: MemberProfile; edits: boolean }) {
  const t = useT();
  const me = useMe();
  const { timeZone, branches } = useScope();
  const [contact, setContact] = useState<MemberContact>();
  const [asking, setAsking] = useState(false);
  const { member } = profile;
  const birthday = contact?.birthday ?? (member.birth_day ? `${member.birth_day}${profile.has_birth_year ? "" : t(texts.noYear)}` : "—");
  const phone = contact?.phone ? <a href={`tel:${contact.phone}`}>{displayPhone(contact.phone)}</a> : phoneText(member.phone);
  const addresses = contact?.addresses ?? profile.addresses;

  async function show(reason: string) {
    setContact((await unmask(member.member_id, reason)).contact);
  }

  return (
    <Card title={t(texts.contact)} action={mayDo(me, "member.unmask") && edits && !contact ? <Button onClick={() => setAsking(true)}>{t(texts.unmask)}</Button> : null}>
      <Facts
        facts={[
          [t(memberTexts.phone), <span key="phone">{phone} {member.phone ? <small className={membership.soft}>{t(profile.phone_verified ? texts.verified : texts.unverified)}</small> : null}</span>],
          [t(memberTexts.email), contact?.email ?? profile.email ?? "—"],
          [t(memberTexts.line), contact?.line_user ?? member.line_user ?? "—"],
          [t(memberTexts.birthday), birthday],
          [t(memberTexts.genderLabel), genderWord(t, member.gender)],
          [t(memberTexts.joined), formatDateTime(member.joined_at, timeZone)],
          [t(memberTexts.sourceLabel), [sourceWord(t, member.source), branches.find((one) => one.branch_id === member.source_branch_id)?.name].filter(Boolean).join(" · ")],
          [t(memberTexts.area), member.last_delivery_area || "—"],
        ]}
      />
      <h3 style={{ marginTop: 16 }}>{t(texts.addresses)}</h3>
      {addresses.length === 0 ? (
        <p className={membership.soft}>{t(texts.addressNone)}</p>
      ) : (
        <ul className={membership.list}>
          {addresses.map((address) => (
            <li key={address.address_id}>
              <span className={membership.grow}>
                <strong>{address.label}</strong> {[address.postal_code, address.city, address.district, address.street].filter(Boolean).join(" ")}
                {address.note ? <div className={membership.soft}>{address.note}</div> : null}
              </span>
              {address.preferred ? <small className={membership.soft}>{t(texts.addressPreferred)}</small> : null}
            </li>
          ))}
        </ul>
      )}
      <Consents profile={profile} edits={edits && holdsShared(me) && may(me, "member.profiles", "manage")} />
      {asking ? (
        <ReasonDialog
          title={t(texts.unmaskTitle, { name: memberName(t, member) })}
          text={t(texts.unmaskText)}
          deed={t(texts.unmask)}
          usual={[t(texts.unmaskWhyService), t(texts.unmaskWhyDelivery), t(texts.unmaskWhyIdentity)]}
          onDo={show}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </Card>
  );
}

function Consents({ profile, edits }: { profile: MemberProfile; edits: boolean }) {
  const t = useT();
  const { timeZone } = useScope();
  const client = useQueryClient();
  const [changing, setChanging] = useState<ConsentKind>();
  const { member, consents } = profile;
  const of = (kind: ConsentKind) => consents.find((one) => one.kind === kind);
  const given = changing ? (of(changing)?.agreed ?? false) : false;

  function said(kind: ConsentKind): string {
    const consent = of(kind);
    if (!consent) return t(texts.neverAsked);
    return t(consent.agreed ? texts.agreed : texts.withdrawn, { time: formatDate(consent.at, timeZone) }) + (consent.source === "staff" ? t(texts.byStaff) : "");
  }

  async function record(reason: string) {
    if (!changing) return;
    await setConsent(member.member_id, changing, !given, of(changing)?.text_version ?? SPOKEN, reason);
    await client.invalidateQueries({ queryKey: keys.membership() });
  }

  const named = (kind: ConsentKind) => t(of(kind)?.agreed ? texts.consentTakeNamed : texts.consentGiveNamed, { name: t(memberTexts.consent[kind]) });
  return (
    <>
      <h3 style={{ marginTop: 16 }}>{t(texts.consents)}</h3>
      <ul className={membership.list}>
        {(["terms", ...marketing] as const).map((kind) => (
          <li key={kind}>
            <span className={membership.grow}>
              {t(memberTexts.consent[kind])}
              <div className={membership.soft}>{said(kind)}</div>
            </span>
            {edits && kind !== "terms" ? (
              <Button aria-label={named(kind)} onClick={() => setChanging(kind)}>
                {t(of(kind)?.agreed ? texts.consentTake : texts.consentGive)}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {changing ? (
        <ReasonDialog
          title={named(changing)}
          text={t(texts.consentText)}
          deed={t(given ? texts.consentTake : texts.consentGive)}
          usual={[t(texts.consentWhyPhone), t(texts.consentWhyCounter)]}
          onDo={record}
          onClose={() => setChanging(undefined)}
        />
      ) : null}
    </>
  );
}
