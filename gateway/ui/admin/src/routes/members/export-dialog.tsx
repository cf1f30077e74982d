import { App, Checkbox } from "antd";
import { formatDate } from "@yizhimai/kit";
import { useState } from "react";

import { call } from "../../data/gateway";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { ReasonDialog } from "../../patterns/reason-dialog";
import { saveFile } from "../../patterns/save-file";
import { mayDo } from "../../session/may";
import { filterOf, type MemberSearch } from "./search";
import { texts } from "./texts";

interface ExportDialogProps {
  search: MemberSearch;
  text: string;
  onClose: () => void;
}

/** Exports the members of the filter as CSV, with a reason and the password. */
export function ExportDialog({ search, text, onClose }: ExportDialogProps) {
  const t = useT();
  const { timeZone } = useScope();
  const { message } = App.useApp();
  const unmasks = mayDo(useMe(), "member.unmask");
  const [unmasked, setUnmasked] = useState(false);

  async function exportMembers(reason: string) {
    const found = filterOf(search, text, timeZone, Date.now());
    const filter = { ...found, text: found.text ?? undefined };
    const file = await call("POST", "/api/admin/members/export", { body: { reason, unmasked, filter }, parseAs: "blob" });
    saveFile(file as unknown as Blob, `members-${formatDate(new Date(), timeZone)}.csv`);
    void message.success(t(texts.exported));
  }

  return (
    <ReasonDialog
      title={t(texts.exportTitle)}
      text={t(texts.exportText)}
      deed={t(texts.exportDo)}
      danger={unmasked}
      usual={[t(texts.exportWhyAccounting), t(texts.exportWhyService), t(texts.exportWhyMoving)]}
      onDo={exportMembers}
      onClose={onClose}
    >
      {unmasks ? (
        <Checkbox checked={unmasked} onChange={({ target }) => setUnmasked(target.checked)}>
          {t(texts.exportUnmasked)}
        </Checkbox>
      ) : null}
    </ReasonDialog>
  );
}
