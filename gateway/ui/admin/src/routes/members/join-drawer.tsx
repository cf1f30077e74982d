import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, type NavigateOptions } from "@tanstack/react-router";
import { mobileE164 } from "@yizhimai/kit";
import { App, Button, Checkbox, Flex, Form, Input, Select } from "antd";
import { useEffect, useState } from "react";

import { call, problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { ConsentKind, Gender } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { RefusalAlert, useFormRefusal } from "../../patterns/form-refusal";
import { useBodyKey } from "../../patterns/use-body-key";
import { texts as memberTexts } from "../membership/member-texts";
import membership from "../membership/membership.module.css";
import { genders, marketings } from "./search";
import { texts } from "./texts";

/** Version of the terms and of the marketing texts that are read out at the counter. */
const TEXT_VERSION = "2026-12";
const CODE = /^\d{6}$/u;
const DAY = /^\d{4}-\d{2}-\d{2}$/u;

interface JoinDraft {
  branch_id: string;
  phone: string;
  code: string;
  name: string;
  birthday: string;
  gender: Gender;
  email: string;
  marketing: ConsentKind[];
  terms: boolean;
}

/** Somebody joins at the counter: the phone is confirmed by a code where it is there. */
export function JoinDrawer({ onClose }: { onClose: () => void }) {
  const t = useT();
  const { branch, branches } = useScope();
  const navigate = useNavigate();
  const client = useQueryClient();
  const keyOf = useBodyKey();
  const { message } = App.useApp();
  const [form] = Form.useForm<JoinDraft>();
  const [busy, setBusy] = useState(false);
  const { refusal, refuse, clear } = useFormRefusal(form);
  const initial: JoinDraft = { branch_id: branch?.branch_id ?? "", phone: "", code: "", name: "", birthday: "", gender: "not_given", email: "", marketing: [], terms: false };

  async function join({ branch_id, code, birthday, email, marketing, terms: _, ...rest }: JoinDraft) {
    const consents = [{ kind: "terms" as const, agreed: true, text_version: TEXT_VERSION }, ...marketing.map((kind) => ({ kind, agreed: true, text_version: TEXT_VERSION }))];
    const body = { ...rest, name: rest.name.trim(), code, consents, ...(birthday ? { birthday } : {}), ...(email.trim() ? { email: email.trim() } : {}) };
    setBusy(true);
    clear();
    try {
      const { member } = await call("POST", "/api/admin/branches/{branch_id}/members", { path: { branch_id }, body, key: keyOf({ branch_id, ...body }) });
      await client.invalidateQueries({ queryKey: keys.members() });
      void message.success(t(texts.joinDone, { name: rest.name.trim() }));
      void navigate({ to: paths.member(member.member_id) } as NavigateOptions);
    } catch (thrown) {
      refuse(thrown);
      setBusy(false);
    }
  }

  const right = (isRight: (value: string) => boolean, wrong: string) => ({
    validator: (_: unknown, value: string) => (value.trim() === "" || isRight(value.trim()) ? Promise.resolve() : Promise.reject(new Error(wrong))),
  });
  return (
    <DetailDrawer
      open
      title={t(texts.join)}
      onClose={onClose}
      footer={
        <Flex gap={8} justify="end">
          <Button size="large" onClick={onClose}>{t(common.actionKeep)}</Button>
          <Button size="large" type="primary" loading={busy} onClick={() => form.submit()}>{t(texts.joinDo)}</Button>
        </Flex>
      }
    >
      <Form<JoinDraft> form={form} layout="vertical" initialValues={initial} requiredMark="optional" onFinish={(draft) => void join({ ...initial, ...draft })}>
        <Form.Item name="branch_id" required label={t(memberTexts.sourceBranch)}>
          <Select size="large" showSearch={{ optionFilterProp: "label" }} options={branches.map((one) => ({ value: one.branch_id, label: one.name }))} />
        </Form.Item>
        <Form.Item
          name="phone"
          label={t(memberTexts.phone)}
          rules={[{ required: true, message: t(texts.phoneWrong) }, right((value) => mobileE164(value) !== undefined, t(texts.phoneWrong))]}
        >
          <Input size="large" inputMode="tel" maxLength={20} autoComplete="off" />
        </Form.Item>
        <Form.Item name="code" label={t(texts.code)} extra={<SendCode />} rules={[right((value) => CODE.test(value), t(texts.codeWrong))]}>
          <Input size="large" inputMode="numeric" maxLength={6} autoComplete="one-time-code" style={{ maxWidth: 180 }} />
        </Form.Item>
        <Form.Item name="name" label={t(memberTexts.name)} rules={[{ required: true, whitespace: true, message: t(texts.nameNeeded) }]}>
          <Input size="large" maxLength={30} autoComplete="off" />
        </Form.Item>
        <Form.Item name="birthday" label={t(memberTexts.birthday)} rules={[right((value) => DAY.test(value), t(texts.birthdayWrong))]}>
          <Input size="large" inputMode="numeric" maxLength={10} autoComplete="off" placeholder="1990-05-20" />
        </Form.Item>
        <Form.Item name="gender" required label={t(memberTexts.genderLabel)}>
          <Select size="large" options={genders.map((one) => ({ value: one, label: t(memberTexts.gender[one]) }))} />
        </Form.Item>
        <Form.Item name="email" label={t(memberTexts.email)}>
          <Input size="large" inputMode="email" maxLength={254} autoComplete="off" />
        </Form.Item>
        <Form.Item name="marketing" label={t(memberTexts.marketing)}>
          <Checkbox.Group options={marketings.map((one) => ({ value: one, label: t(memberTexts.consent[one]) }))} />
        </Form.Item>
        <Form.Item
          name="terms"
          valuePropName="checked"
          rules={[{ validator: (_, agreed: boolean) => (agreed ? Promise.resolve() : Promise.reject(new Error(t(texts.termsNeeded)))) }]}
        >
          <Checkbox>{t(texts.terms)}</Checkbox>
        </Form.Item>
        <RefusalAlert refusal={refusal} onReload={clear} />
      </Form>
    </DetailDrawer>
  );
}

/** Sends a code to the phone on the form; another one after a while. */
function SendCode() {
  const t = useT();
  const sentence = useReason();
  const form = Form.useFormInstance<JoinDraft>();
  const phone = Form.useWatch("phone", form) ?? "";
  const [again, setAgain] = useState(0);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState("");

  useEffect(() => {
    if (again <= 0) return undefined;
    const timer = setTimeout(() => setAgain(again - 1), 1_000);
    return () => clearTimeout(timer);
  }, [again]);

  async function send() {
    setBusy(true);
    try {
      const { resend_in_secs } = await call("POST", "/api/admin/branches/{branch_id}/members/codes", { path: { branch_id: form.getFieldValue("branch_id") as string }, body: { phone } });
      setAgain(resend_in_secs);
      setSaid(t(texts.codeSent));
    } catch (thrown) {
      setSaid(sentence(problemFrom(thrown)));
    }
    setBusy(false);
  }

  return (
    <Flex vertical gap={6} align="flex-start">
      <span>{t(texts.codeHint)}</span>
      <Button disabled={mobileE164(phone) === undefined || again > 0} loading={busy} onClick={() => void send()}>
        {again > 0 ? t(texts.codeAgain, { seconds: again }) : t(texts.codeSend)}
      </Button>
      <span className={membership.soft} aria-live="polite">{said}</span>
    </Flex>
  );
}
