import { mobileE164 } from "@yizhimai/kit";
import { App, Button, Flex, Form, Input, Select } from "antd";
import { useState } from "react";

import type { MemberProfile } from "../../data/types";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { RefusalAlert, useFormRefusal } from "../../patterns/form-refusal";
import { texts as memberTexts } from "../membership/member-texts";
import { phoneText } from "../membership/member-words";
import membership from "../membership/membership.module.css";
import { changesOf, type EditDraft } from "./profile";
import { updateMember } from "./queries";
import { texts } from "./texts";

interface EditDrawerProps {
  profile: MemberProfile;
  onClose: () => void;
  onSaved: () => Promise<unknown>;
}

const genders = ["male", "female", "other", "not_given"] as const;
const DAY = /^\d{4}-\d{2}-\d{2}$/u;

/** Corrects a member's data: masked values are replaced, never shown. */
export function EditDrawer({ profile, onClose, onSaved }: EditDrawerProps) {
  const t = useT();
  const { message } = App.useApp();
  const [form] = Form.useForm<EditDraft & { reason: string }>();
  const { refusal, refuse, clear } = useFormRefusal(form);
  const [busy, setBusy] = useState(false);
  const { member } = profile;
  const initial = { name: member.name, phone: "", email: "", birthday: "", gender: member.gender, reason: "" };
  const kept = (value: string | null | undefined) => t(texts.unchanged, { value: value || "—" });

  async function save({ reason, ...draft }: EditDraft & { reason: string }) {
    const changes = changesOf(draft, profile);
    if (Object.keys(changes).length === 0) {
      form.setFields([{ name: "reason", errors: [t(texts.editNothing)] }]);
      return;
    }
    setBusy(true);
    clear();
    try {
      await updateMember(member, changes, reason.trim());
      await onSaved();
      void message.success(t(common.formSaved));
      onClose();
    } catch (thrown) {
      refuse(thrown);
    } finally {
      setBusy(false);
    }
  }

  const optional = (isRight: (value: string) => boolean, wrong: string) => ({
    validator: (_: unknown, value: string) => (value.trim() === "" || isRight(value.trim()) ? Promise.resolve() : Promise.reject(new Error(wrong))),
  });
  return (
    <DetailDrawer
      open
      title={t(texts.editTitle)}
      onClose={onClose}
      footer={
        <Flex gap={8} justify="end">
          <Button size="large" onClick={onClose}>{t(common.actionKeep)}</Button>
          <Button size="large" type="primary" loading={busy} onClick={() => form.submit()}>{t(common.formSave)}</Button>
        </Flex>
      }
    >
      <Form form={form} layout="vertical" initialValues={initial} onFinish={(values) => void save(values)}>
        <p className={membership.soft} style={{ marginBottom: 16 }}>{t(texts.editHint)}</p>
        <Form.Item name="name" label={t(memberTexts.name)}>
          <Input size="large" maxLength={30} autoComplete="off" />
        </Form.Item>
        <Form.Item name="phone" label={t(memberTexts.phone)} rules={[optional((value) => mobileE164(value) !== undefined, t(texts.phoneWrong))]}>
          <Input size="large" inputMode="tel" maxLength={20} autoComplete="off" placeholder={kept(phoneText(member.phone))} />
        </Form.Item>
        <Form.Item name="email" label={t(memberTexts.email)}>
          <Input size="large" inputMode="email" maxLength={254} autoComplete="off" placeholder={kept(profile.email)} />
        </Form.Item>
        <Form.Item name="birthday" label={t(memberTexts.birthday)} extra={t(texts.birthdayForm)} rules={[optional((value) => DAY.test(value), t(texts.birthdayWrong))]}>
          <Input size="large" inputMode="numeric" maxLength={10} autoComplete="off" placeholder={kept(member.birth_day)} />
        </Form.Item>
        <Form.Item name="gender" label={t(memberTexts.genderLabel)}>
          <Select size="large" options={genders.map((one) => ({ value: one, label: t(memberTexts.gender[one]) }))} />
        </Form.Item>
        <Form.Item name="reason" label={t(common.reasonLabel)} rules={[{ required: true, whitespace: true, message: t(common.reasonLabel) }]}>
          <Input.TextArea maxLength={200} autoSize={{ minRows: 2 }} />
        </Form.Item>
        <RefusalAlert refusal={refusal} onReload={() => void onSaved().then(onClose)} />
      </Form>
    </DetailDrawer>
  );
}
