import { Form, Input, Modal, type InputRef } from "antd";
import { useEffect, useRef, useState } from "react";

import { call, problemFrom, whenPasswordNeeded } from "../data/gateway";
import { useReason, useT } from "../i18n";
import { common } from "../i18n/common";
import { texts } from "./texts";
import { useMe } from "./use-scope";

/** Above drawers and dialogs, whose work waits for it. */
const LAYER = 1_200;

interface Entered {
  password: string;
}

/** Asks for the password where a request needs it again; what was being done stays as it is beneath. */
export function PasswordDialog() {
  const [resolve, setResolve] = useState<(confirmed: boolean) => void>();

  useEffect(() => {
    let pending: ((confirmed: boolean) => void) | undefined;
    whenPasswordNeeded(
      () =>
        new Promise((done) => {
          pending = done;
          setResolve(() => done);
        }),
    );
    return () => {
      whenPasswordNeeded(() => Promise.resolve(false));
      pending?.(false);
    };
  }, []);

  if (!resolve) return null;
  const end = (confirmed: boolean) => {
    setResolve(undefined);
    resolve(confirmed);
  };
  return <Question onEnd={end} />;
}

function Question({ onEnd }: { onEnd: (confirmed: boolean) => void }) {
  const t = useT();
  const sentence = useReason();
  const me = useMe();
  const [form] = Form.useForm<Entered>();
  const input = useRef<InputRef>(null);
  const [busy, setBusy] = useState(false);

  async function confirm({ password }: Entered) {
    setBusy(true);
    try {
      await call("POST", "/api/admin/session/reauthenticate", { body: { password } });
      onEnd(true);
    } catch (thrown) {
      const problem = problemFrom(thrown);
      const text = problem.reason === "LOGIN_FAILED" ? t(texts.passwordWrong) : sentence(problem);
      form.setFields([{ name: "password", errors: [text] }]);
      input.current?.focus();
      setBusy(false);
    }
  }

  return (
    <Modal
      open
      zIndex={LAYER}
      title={t(texts.passwordTitle)}
      okText={t(texts.passwordConfirm)}
      okButtonProps={{ size: "large", loading: busy }}
      cancelText={t(common.actionKeep)}
      cancelButtonProps={{ size: "large" }}
      mask={{ closable: false }}
      afterOpenChange={() => input.current?.focus()}
      onOk={() => form.submit()}
      onCancel={() => onEnd(false)}
    >
      <p style={{ marginBottom: 16 }}>{t(texts.passwordHint)}</p>
      <Form<Entered> form={form} layout="vertical" requiredMark={false} onFinish={(entered) => void confirm(entered)}>
        <input hidden readOnly autoComplete="username" value={me.account.account} />
        <Form.Item name="password" label={t(texts.passwordLabel)} rules={[{ required: true, message: t(texts.passwordNeeded) }]}>
          <Input.Password ref={input} size="large" autoComplete="current-password" onPressEnter={() => form.submit()} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
