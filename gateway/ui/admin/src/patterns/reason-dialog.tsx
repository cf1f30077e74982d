import { Button, Flex, Input, Modal } from "antd";
import { useState, type ReactNode } from "react";

import { useT } from "../i18n";
import { common } from "../i18n/common";
import { useDeed } from "./dialog-refusal";

interface ReasonDialogProps {
  title: string;
  /** What will happen, in the words of the thing itself. */
  text: ReactNode;
  /** The deed, as on the button. */
  deed: string;
  danger?: boolean;
  /** Reasons that are usual; one is taken with a tap. */
  usual?: readonly string[];
  /** More has to be entered before it can be done. */
  incomplete?: boolean;
  children?: ReactNode;
  onDo: (reason: string) => Promise<unknown>;
  onClose: () => void;
}

const MOST = 200;

/** Asks for the reason of what is recorded with one; a refusal stays in the dialog. */
export function ReasonDialog({ title, text, deed, danger = false, usual = [], incomplete = false, children, onDo, onClose }: ReasonDialogProps) {
  const t = useT();
  const [reason, setReason] = useState("");
  const { busy, run, alert } = useDeed();

  async function act() {
    if (await run(() => onDo(reason.trim()))) onClose();
  }

  return (
    <Modal
      open
      title={title}
      okText={deed}
      okButtonProps={{ danger, disabled: reason.trim() === "" || incomplete, loading: busy, size: "large" }}
      cancelText={t(common.actionKeep)}
      cancelButtonProps={{ size: "large" }}
      mask={{ closable: false }}
      onOk={() => void act()}
      onCancel={onClose}
    >
      <Flex vertical gap={12}>
        <div>{text}</div>
        {children}
        {usual.length > 0 ? (
          <Flex wrap gap={8} role="group" aria-label={t(common.reasonUsual)}>
            {usual.map((one) => (
              <Button key={one} type={reason === one ? "primary" : "default"} aria-pressed={reason === one} onClick={() => setReason(one)}>
                {one}
              </Button>
            ))}
          </Flex>
        ) : null}
        <Input.TextArea
          aria-label={t(common.reasonLabel)}
          placeholder={t(common.reasonLabel)}
          maxLength={MOST}
          autoSize={{ minRows: 2 }}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
        {alert}
      </Flex>
    </Modal>
  );
}
