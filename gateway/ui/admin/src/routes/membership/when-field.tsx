import { Form, Radio } from "antd";
import type { KeyboardEvent } from "react";

import { useT } from "../../i18n";
import { WallField } from "../../patterns/wall-field";
import type { Start } from "./start";
import { texts } from "./texts";

const MOST_DAYS = 365;

/** When rules take effect: as soon as they are saved, or at a time. */
export function WhenField() {
  const t = useT();
  const starts = Form.useWatch<Start["starts"]>("starts");
  return (
    <>
      <Form.Item name="starts" label={t(texts.effective)} extra={t(texts.effectiveHint)} required>
        <Radio.Group options={[{ value: "now", label: t(texts.effectiveNow) }, { value: "later", label: t(texts.effectiveAt) }]} />
      </Form.Item>
      {starts === "later" ? (
        <Form.Item name="effective_at" rules={[{ required: true, message: t(texts.effectiveNeeded) }]}>
          <WallFormField label={t(texts.effectiveAt)} />
        </Form.Item>
      ) : null}
    </>
  );
}

interface WallFormFieldProps {
  label: string;
  value?: string | undefined;
  onChange?: (wall: string | undefined) => void;
}

function WallFormField({ label, value, onChange }: WallFormFieldProps) {
  // Enter confirms the time that was typed; it would send the whole form as well.
  const keep = (event: KeyboardEvent) => {
    if (event.key === "Enter") event.preventDefault();
  };
  return (
    <div role="presentation" onKeyDown={keep}>
      <WallField label={label} value={value} onChange={(wall) => onChange?.(wall)} daysAhead={MOST_DAYS} />
    </div>
  );
}
