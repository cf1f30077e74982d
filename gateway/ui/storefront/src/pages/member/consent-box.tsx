import type { ConsentKind } from "../../api/members";
import { t } from "../../text";
import { texts } from "./texts";

interface ConsentBoxProps {
  kind: ConsentKind;
  checked: boolean;
  disabled?: boolean;
  onChange: (isOn: boolean) => void;
}

export function ConsentBox({ kind, checked, disabled = false, onChange }: ConsentBoxProps) {
  return (
    <label class="consent">
      <input type="checkbox" checked={checked} disabled={disabled} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{t(texts.consents[kind])}</span>
    </label>
  );
}
