import { Form, Radio } from "antd";

import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { scopeKey, scopeName, type Scope } from "./programmes";
import { texts } from "./texts";

/** Which brands a new programme counts together. */
export function ScopeField({ free }: { free: readonly Scope[] }) {
  const t = useT();
  const { brands } = useScope();
  return (
    <Form.Item name="scope" label={t(texts.scope)} extra={t(texts.scopeHint)} required>
      <Radio.Group options={free.map((one) => ({ value: scopeKey(one), label: scopeName(t, one, brands) }))} />
    </Form.Item>
  );
}

/** The scope that a key of {@link ScopeField} means. */
export function scopeOf(key: string): Scope {
  return key === "organisation" ? { scope: key } : { scope: "brand", brand_id: key };
}
