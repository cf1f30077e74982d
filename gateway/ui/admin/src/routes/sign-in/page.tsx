import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch, type NavigateOptions } from "@tanstack/react-router";
import { Alert, Button, Form, Input } from "antd";
import { useState } from "react";

import { call, problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import { BrandMark } from "../../frame/brand-mark";
import { useLocale, useReason, useT } from "../../i18n";
import styles from "./sign-in.module.css";
import { texts } from "./texts";

interface Credentials {
  organisation_code: string;
  account: string;
  password: string;
}

const LAST_CODE = "yzm.organisation-code";

/** 登入畫面. Wrong account and wrong password read alike; a lock says how long it lasts. */
export function SignInPage() {
  const t = useT();
  const sentence = useReason();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { next } = useSearch({ strict: false });
  const { locale, setLocale } = useLocale();
  const [form] = Form.useForm<Credentials>();
  const [refused, setRefused] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function signIn(credentials: Credentials) {
    setBusy(true);
    setRefused(undefined);
    try {
      const { me } = await call("POST", "/api/admin/sign-in", { body: credentials });
      localStorage.setItem(LAST_CODE, credentials.organisation_code);
      client.clear();
      client.setQueryData(keys.me(), me);
      await navigate({ to: (next ?? "/").replace(/^\/admin(?=\/|$)/u, "") || "/", replace: true } as NavigateOptions);
    } catch (thrown) {
      setRefused(sentence(problemFrom(thrown)));
      form.setFieldValue("password", "");
      form.focusField("password");
    } finally {
      setBusy(false);
    }
  }

  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <BrandMark />
        <h1>{t(texts.title)}</h1>
        <p className={styles.lead}>{t(texts.lead)}</p>
        {refused ? <Alert type="error" role="alert" showIcon title={refused} style={{ marginBottom: 16 }} /> : null}
        <Form<Credentials>
          form={form}
          layout="vertical"
          size="large"
          requiredMark={false}
          initialValues={{ organisation_code: localStorage.getItem(LAST_CODE) ?? "", account: "", password: "" }}
          onFinish={(values) => void signIn(values)}
        >
          <Form.Item name="organisation_code" label={t(texts.code)} rules={[{ required: true, message: t(texts.codeNeeded) }]}>
            <Input autoComplete="organization" autoCapitalize="none" spellCheck={false} autoFocus />
          </Form.Item>
          <Form.Item name="account" label={t(texts.account)} rules={[{ required: true, message: t(texts.accountNeeded) }]}>
            <Input autoComplete="username" autoCapitalize="none" spellCheck={false} />
          </Form.Item>
          <Form.Item name="password" label={t(texts.password)} rules={[{ required: true, message: t(texts.passwordNeeded) }]}>
            <Input.Password autoComplete="current-password" />
          </Form.Item>
          <Button type="primary" htmlType="submit" block loading={busy}>
            {t(texts.enter)}
          </Button>
        </Form>
        <p className={styles.foot}>
          {t(texts.forgot)}
          <Button type="link" onClick={() => setLocale(locale === "en" ? "zh-TW" : "en")}>
            {locale === "en" ? "繁體中文" : "English"}
          </Button>
        </p>
      </div>
    </main>
  );
}
