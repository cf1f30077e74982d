import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined } from "@ant-design/icons";
import { Button, Checkbox, Input, Select, Switch } from "antd";

import type { LetterSize, PrintAlign, PrintBlock, PrintLayout } from "../../data/types";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { addable, blockText, changed, hasAlign, hasLetters, moved, withBlock, without } from "./layout";
import styles from "./printers.module.css";
import { texts } from "./texts";

const sizes = ["small", "normal", "large", "huge", "giant"] as const satisfies readonly LetterSize[];
const aligns = ["left", "center", "right"] as const satisfies readonly PrintAlign[];
const MOST_TEXT = 200;

interface BlockEditorProps {
  layout: PrintLayout;
  /** Kinds that the document may have. */
  kinds: readonly string[];
  readOnly: boolean;
  onChange: (layout: PrintLayout) => void;
}

/** What a slip consists of, from top to bottom. */
export function BlockEditor({ layout, kinds, readOnly, onChange }: BlockEditorProps) {
  const t = useT();
  const more = addable(kinds, layout);
  return (
    <section aria-label={t(texts.blocks)}>
      <h3 style={{ marginBottom: 8 }}>{t(texts.blocks)}</h3>
      <ol className={styles.list}>
        {layout.blocks.map((block, index) => (
          <BlockLine
            // Blocks of a kind are told apart by their place alone.
            key={`${block.kind}-${String(index)}`}
            block={block}
            isFirst={index === 0}
            isLast={index === layout.blocks.length - 1}
            readOnly={readOnly}
            onChange={(change) => onChange(changed(layout, index, change))}
            onMove={(by) => onChange(moved(layout, index, by))}
            onDrop={() => onChange(without(layout, index))}
          />
        ))}
      </ol>
      {readOnly || more.length === 0 ? null : (
        <Select<string>
          size="large"
          style={{ marginTop: 12, width: "100%", maxWidth: 320 }}
          aria-label={t(texts.addBlock)}
          placeholder={t(texts.addBlock)}
          value={null as unknown as string}
          onChange={(kind) => onChange(withBlock(layout, kind))}
          options={more.map((kind) => ({ value: kind, label: t(blockText(kind)) }))}
        />
      )}
    </section>
  );
}

interface BlockLineProps {
  block: PrintBlock;
  isFirst: boolean;
  isLast: boolean;
  readOnly: boolean;
  onChange: (change: Partial<PrintBlock>) => void;
  onMove: (by: -1 | 1) => void;
  onDrop: () => void;
}

function BlockLine({ block, isFirst, isLast, readOnly, onChange, onMove, onDrop }: BlockLineProps) {
  const t = useT();
  const name = t(blockText(block.kind));
  return (
    <li className={styles.block} data-off={block.visible ? undefined : true}>
      <Switch checked={block.visible} disabled={readOnly} aria-label={t(texts.shownOf, { name })} onChange={(visible) => onChange({ visible })} />
      <strong>{name}</strong>
      {readOnly ? <span /> : (
        <span className={styles.acts} style={{ flexWrap: "nowrap" }}>
          <Button type="text" icon={<ArrowUpOutlined />} disabled={isFirst} aria-label={t(common.actionUpNamed, { name })} onClick={() => onMove(-1)} />
          <Button type="text" icon={<ArrowDownOutlined />} disabled={isLast} aria-label={t(common.actionDownNamed, { name })} onClick={() => onMove(1)} />
          <Button type="text" danger icon={<DeleteOutlined />} aria-label={t(texts.dropOf, { name })} onClick={onDrop} />
        </span>
      )}
      {hasAlign(block.kind) ? (
        <div className={styles.style}>
          {hasLetters(block.kind) ? (
            <>
              <Select<LetterSize>
                style={{ width: 96 }}
                disabled={readOnly}
                aria-label={t(texts.sizeOf, { name })}
                value={block.size}
                onChange={(size) => onChange({ size })}
                options={sizes.map((one) => ({ value: one, label: t(texts.size[one]) }))}
              />
              <Checkbox checked={block.bold} disabled={readOnly} aria-label={t(texts.boldOf, { name })} onChange={({ target }) => onChange({ bold: target.checked })}>{t(texts.bold)}</Checkbox>
            </>
          ) : null}
          <Select<PrintAlign>
            style={{ width: 96 }}
            disabled={readOnly}
            aria-label={t(texts.alignOf, { name })}
            value={block.align}
            onChange={(align) => onChange({ align })}
            options={aligns.map((one) => ({ value: one, label: t(texts.align[one]) }))}
          />
          {block.kind === "text" ? (
            <Input style={{ flex: "1 1 180px" }} maxLength={MOST_TEXT} disabled={readOnly} aria-label={t(texts.textOf)} placeholder={t(texts.textOf)} value={block.text} onChange={({ target }) => onChange({ text: target.value })} />
          ) : null}
        </div>
      ) : null}
    </li>
  );
}
