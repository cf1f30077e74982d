import { Form, Input } from "antd";

import type { CredentialField, PaymentAccount } from "../../data/types";
import { useT } from "../../i18n";
import { credentialFault } from "./credentials";
import { texts } from "./texts";

interface CredentialFieldsProps {
  fields: readonly CredentialField[];
  /** What is stored now: of secrets the last four characters are shown. */
  stored?: PaymentAccount["credentials"];
}

/** The fields of a provider's credentials, by the names that the provider gives them. */
export function CredentialFields({ fields, stored = [] }: CredentialFieldsProps) {
  const t = useT();
  return fields.map((field) => {
    const { name, secret, optional, min_length: min, max_length: max } = field;
    const shown = stored.find((one) => one.name === name)?.shown;
    const length = min === max ? String(min) : `${String(min)}–${String(max)}`;
    const validator = (_: unknown, value: string | undefined) => {
      const fault = credentialFault(field, value);
      return fault ? Promise.reject(new Error(t(texts.keyFault[fault], { length }))) : Promise.resolve();
    };
    return (
      <Form.Item key={name} name={["credentials", name]} label={name} required={!optional} rules={[{ validator }]} validateTrigger="onBlur">
        {secret ? (
          <Input.Password size="large" autoComplete="new-password" spellCheck={false} {...(shown ? { placeholder: t(texts.ending, { shown }) } : {})} />
        ) : (
          <Input size="large" autoComplete="off" spellCheck={false} />
        )}
      </Form.Item>
    );
  });
}
