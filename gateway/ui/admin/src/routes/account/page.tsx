import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { formatDateTime } from "@yizhimai/kit";
import { Alert, Button, Flex, Form, Input, Tag } from "antd";
import { useState } from "react";

import { call, problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { Session } from "../../data/types";
import { texts as frameTexts } from "../../frame/texts";
import { useMe, useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { FormSection } from "../../patterns/form-page";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { QueryView } from "../../patterns/states";
import { useRefusalToast } from "../../patterns/use-toast";
import { texts as signInTexts } from "../sign-in/texts";
import { texts } from "./texts";

const sessionsQuery = queryOptions({
  queryKey: keys.sessions(),
  queryFn: async () => {
    const { sessions } = await call("GET", "/api/admin/sessions");
    return sessions;
  },
});

/** 我的帳號: where one is signed in, and the password. */
export function AccountPage() {
  const t = useT();
  const me = useMe();
  const client = useQueryClient();
  const toast = useRefusalToast();
  const { timeZone } = useScope();
  const query = useQuery(sessionsQuery);

  async function end({ session_id }: Session) {
    await call("DELETE", "/api/admin/sessions/{session_id}", { path: { session_id } }).catch(toast);
    await client.invalidateQueries({ queryKey: keys.sessions() });
  }

  return (
    <Page narrow>
      <PageHeader title={t(frameTexts.personAccount)} hint={`${me.organisation.name} · ${me.account.account}`} />
      <FormSection title={t(texts.sessions)} hint={t(texts.sessionsHint)}>
        <QueryView query={query}>
          {(sessions) => (
            <Flex vertical gap={12}>
              {sessions.map((session) => (
                <Flex key={session.session_id} justify="space-between" align="center" gap={12}>
                  <div>
                    <strong>{device(session.user_agent)}</strong> {session.current ? <Tag color="success">{t(texts.thisOne)}</Tag> : null}
                    <div className="tabular" style={{ color: "var(--ink-2)" }}>
                      {session.remote_address} · {t(texts.usedAt, { time: formatDateTime(session.used_at, timeZone) })}
                    </div>
                  </div>
                  {session.current ? null : <Button onClick={() => void end(session)}>{t(texts.end)}</Button>}
                </Flex>
              ))}
            </Flex>
          )}
        </QueryView>
      </FormSection>
      <FormSection title={t(texts.password)} hint={t(texts.passwordHint)}>
        <PasswordForm />
      </FormSection>
    </Page>
  );
}

/** 「Chrome · Windows」 out of a user agent. */
function device(agent: string): string {
  const browser = /Line|Edg|Firefox|Chrome|Safari/u.exec(agent)?.[0]?.replace("Edg", "Edge") ?? "";
  const system = /iPad|iPhone|Android|Windows|Mac OS|Linux/u.exec(agent)?.[0] ?? "";
  return [browser, system].filter(Boolean).join(" · ") || agent.slice(0, 40);
}

interface Passwords {
  current_password: string;
  new_password: string;
  again: string;
}

function PasswordForm() {
  const t = useT();
  const sentence = useReason();
  const [form] = Form.useForm<Passwords>();
  const [said, setSaid] = useState<{ good: boolean; text: string }>();

  async function change({ again: _, ...body }: Passwords) {
    try {
      await call("POST", "/api/admin/password", { body });
      form.resetFields();
      setSaid({ good: true, text: t(texts.passwordChanged) });
    } catch (thrown) {
      setSaid({ good: false, text: sentence(problemFrom(thrown)) });
    }
  }

  return (
    <Form<Passwords> form={form} layout="vertical" requiredMark={false} onFinish={(values) => void change(values)} style={{ maxWidth: 360 }}>
      <Form.Item name="current_password" label={t(texts.currentPassword)} rules={[{ required: true, message: t(signInTexts.passwordNeeded) }]}>
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      <Form.Item name="new_password" label={t(texts.newPassword)} extra={t(texts.passwordRule)} rules={[{ required: true, min: 10, max: 128, message: t(texts.passwordRule) }]}>
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Form.Item
        name="again"
        label={t(texts.again)}
        dependencies={["new_password"]}
        rules={[({ getFieldValue }) => ({ validator: async (_, value) => { if (value !== getFieldValue("new_password")) throw new Error(t(texts.differs)); } })]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      {said ? <Alert type={said.good ? "success" : "error"} role="status" showIcon title={said.text} style={{ marginBottom: 16 }} /> : null}
      <Button type="primary" htmlType="submit">
        {t(texts.changePassword)}
      </Button>
    </Form>
  );
}
