import { App } from "antd";
import { useCallback } from "react";

import { useT } from "../i18n";
import { common } from "../i18n/common";

interface Danger {
  /** Says what will happen, in the words of the thing itself; never 「確定嗎？」. */
  title: string;
  text: string;
  /** The deed, as on the button. */
  deed: string;
  act: () => Promise<unknown>;
}

/** Asks before something that cannot simply be taken back. */
export function useDanger(): (danger: Danger) => void {
  const t = useT();
  const { modal } = App.useApp();
  return useCallback(
    ({ title, text, deed, act }) => {
      modal.confirm({
        title, content: text, okText: deed, okButtonProps: { danger: true }, cancelText: t(common.actionKeep), autoFocusButton: "cancel", onOk: act,
      });
    },
    [modal, t],
  );
}
