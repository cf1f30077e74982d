import { Radio } from "antd";
import { useState } from "react";

import type { Member } from "../../data/types";
import { useT } from "../../i18n";
import { ReasonDialog } from "../../patterns/reason-dialog";
import { memberName } from "../membership/member-words";
import { setState } from "./queries";
import { texts } from "./texts";

interface BlockDialogProps {
  member: Member;
  onClose: () => void;
  onDone: () => Promise<unknown>;
}

/** Puts a member on the blacklist, wholly or so that it has to pay first. */
export function BlockDialog({ member, onClose, onDone }: BlockDialogProps) {
  const t = useT();
  const [kind, setKind] = useState<"blocked" | "prepays">("prepays");

  async function block(reason: string) {
    await setState(member, kind, reason);
    await onDone();
  }

  return (
    <ReasonDialog
      title={t(texts.blockTitle, { name: memberName(t, member) })}
      text={t(texts.blockText)}
      deed={t(texts.blockDo)}
      danger
      usual={[t(texts.blockWhyNoShow), t(texts.blockWhyAbuse), t(texts.blockWhyFraud)]}
      onDo={block}
      onClose={onClose}
    >
      <Radio.Group
        aria-label={t(texts.blockLabel)}
        value={kind}
        onChange={({ target }) => setKind(target.value as typeof kind)}
        options={(["prepays", "blocked"] as const).map((one) => ({ value: one, label: t(texts.blockKind[one]) }))}
      />
    </ReasonDialog>
  );
}
