import { App, Flex, Modal, Select } from "antd";
import { useState } from "react";

import type { Tag } from "../../data/types";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { useDeed } from "../../patterns/dialog-refusal";
import { mergeTags } from "./queries";
import { texts } from "./texts";

interface MergeDialogProps {
  tag: Tag;
  others: readonly Tag[];
  onClose: () => void;
  onMerged: () => Promise<unknown>;
}

/** Merges a tag into another. */
export function MergeDialog({ tag, others, onClose, onMerged }: MergeDialogProps) {
  const t = useT();
  const { message } = App.useApp();
  const { busy, run, alert } = useDeed();
  const [intoId, setIntoId] = useState<string>();
  const into = others.find((one) => one.tag_id === intoId);

  async function merge() {
    if (!into || !(await run(() => mergeTags(tag, into.tag_id)))) return;
    await onMerged();
    void message.success(t(texts.merged, { name: into.name }));
    onClose();
  }

  return (
    <Modal
      open
      title={t(texts.mergeTitle, { name: tag.name })}
      okText={into ? t(texts.mergeDo, { name: into.name }) : t(texts.mergeChoose)}
      okButtonProps={{ danger: true, disabled: !into, loading: busy, size: "large" }}
      cancelText={t(common.actionKeep)}
      cancelButtonProps={{ size: "large" }}
      onOk={() => void merge()}
      onCancel={onClose}
    >
      <Flex vertical gap={12}>
        <p>{t(texts.mergeText, { name: tag.name, count: tag.members })}</p>
        <Select
          size="large"
          showSearch={{ optionFilterProp: "label" }}
          aria-label={t(texts.mergeInto)}
          placeholder={t(texts.mergeChoose)}
          value={intoId}
          options={others.map((one) => ({ value: one.tag_id, label: one.name }))}
          onChange={setIntoId}
        />
        {alert}
      </Flex>
    </Modal>
  );
}
