import { useBlocker } from "@tanstack/react-router";
import { Alert, App, Button, Flex, Form, type FormInstance } from "antd";
import { useEffect, useState, type ReactNode } from "react";

import { problemFrom } from "../data/gateway";
import { useReason, useT } from "../i18n";
import { common } from "../i18n/common";
import styles from "./patterns.module.css";
import { placeProblems } from "./problem-fields";

interface FormPageProps<V extends object> {
  form: FormInstance<V>;
  initial: V;
  /** Sends the values; a refusal is shown at its fields. */
  onSave: (values: V) => Promise<void>;
  /** Fetches the present state after somebody else saved in between. */
  onReload?: () => void;
  /** May not be changed by this account. */
  readOnly?: boolean;
  saveText?: string;
  children: ReactNode;
}

/** Asks before unsaved work is left behind. */
export function useLeaveGuard(dirty: boolean) {
  const t = useT();
  const { modal } = App.useApp();
  useBlocker({
    shouldBlockFn: () =>
      new Promise<boolean>((resolve) => {
        modal.confirm({
          title: t(common.formLeaveTitle),
          content: t(common.formLeaveText),
          okText: t(common.formLeaveDrop),
          okButtonProps: { danger: true },
          cancelText: t(common.formLeaveStay),
          onOk: () => resolve(false),
          onCancel: () => resolve(true),
        });
      }),
    disabled: !dirty,
    enableBeforeUnload: dirty,
  });
}

/** The one form pattern: sections, errors at their fields, a guard for unsaved work, and conflicts explained. */
export function FormPage<V extends object>({ form, initial, onSave, onReload, readOnly = false, saveText, children }: FormPageProps<V>) {
  const t = useT();
  const sentence = useReason();
  const { message } = App.useApp();
  const [dirty, setDirty] = useState(false);
  const [saving, setSaving] = useState(false);
  const [refused, setRefused] = useState<{ conflict: boolean; lines: string[] }>();
  useLeaveGuard(dirty && !saving);

  // A fresh version from the server replaces the form only while nothing was typed.
  useEffect(() => {
    if (!dirty) form.setFieldsValue(initial as Parameters<typeof form.setFieldsValue>[0]);
  }, [initial, dirty, form]);

  async function save(values: V) {
    setSaving(true);
    setRefused(undefined);
    try {
      await onSave(values);
      setDirty(false);
      void message.success(t(common.formSaved));
    } catch (thrown) {
      const problem = problemFrom(thrown);
      const { placed, unplaced } = placeProblems(problem.fields, form.getFieldsError().map(({ name }) => name));
      form.setFields(placed.map(({ name, problem: field }) => ({ name: name as never, errors: [sentence(field)] })));
      const [first] = placed;
      if (first) form.scrollToField(first.name as never, { block: "center", focus: true });
      setRefused({
        conflict: problem.reason === "VERSION_CONFLICT",
        lines: unplaced.length > 0 ? unplaced.map(sentence) : [sentence(problem)],
      });
    } finally {
      setSaving(false);
    }
  }

  function takeLatest() {
    setDirty(false);
    setRefused(undefined);
    form.resetFields();
    onReload?.();
  }

  return (
    <Form<V>
      form={form}
      layout="vertical"
      initialValues={initial}
      disabled={readOnly}
      requiredMark="optional"
      onValuesChange={() => setDirty(true)}
      onFinish={(values) => void save(values)}
      onFinishFailed={({ errorFields }) => errorFields[0] && form.scrollToField(errorFields[0].name, { block: "center", focus: true })}
      scrollToFirstError
    >
      {readOnly ? <Alert type="info" showIcon title={t(common.formReadOnly)} style={{ marginBottom: 16 }} /> : null}
      {children}
      {readOnly ? null : (
        <div className={styles.formFoot}>
          {refused ? (
            <Alert
              style={{ flex: "1 0 100%" }}
              role="alert"
              type={refused.conflict ? "warning" : "error"}
              showIcon
              title={refused.conflict ? t(common.formConflictTitle) : t(common.formRefused)}
              description={refused.conflict ? t(common.formConflictText) : refused.lines.join(" ")}
              action={refused.conflict ? <Button onClick={takeLatest}>{t(common.formTakeLatest)}</Button> : undefined}
            />
          ) : null}
          <span style={{ color: "var(--ink-2)", marginRight: "auto" }} aria-live="polite">
            {dirty ? t(common.formUnsaved) : ""}
          </span>
          <Flex gap={8}>
            <Button
              disabled={!dirty || saving}
              onClick={() => {
                form.resetFields();
                setDirty(false);
                setRefused(undefined);
              }}
            >
              {t(common.formReset)}
            </Button>
            <Button type="primary" htmlType="submit" loading={saving}>
              {saveText ?? t(common.formSave)}
            </Button>
          </Flex>
        </div>
      )}
    </Form>
  );
}

/** A part of a form with its title and one sentence beside it. */
export function FormSection({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <section className={styles.section}>
      <div>
        <h2>{title}</h2>
        {hint ? <p className={styles.sectionHint}>{hint}</p> : null}
      </div>
      <div>{children}</div>
    </section>
  );
}
