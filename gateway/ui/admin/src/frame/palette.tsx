import { useNavigate, type NavigateOptions } from "@tanstack/react-router";
import { Input, Modal } from "antd";
import { useState, type KeyboardEvent } from "react";

import { useT } from "../i18n";
import styles from "./frame.module.css";
import { groupsFor } from "./functions";
import { texts } from "./texts";
import { useMe, useScope } from "./use-scope";

/** Goes to a function by a part of its Chinese or English name. */
export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useT();
  return (
    <Modal open={open} onCancel={onClose} footer={null} title={t(texts.search)} destroyOnHidden width={520}>
      <PaletteBody onClose={onClose} />
    </Modal>
  );
}

function PaletteBody({ onClose }: { onClose: () => void }) {
  const t = useT();
  const me = useMe();
  const scope = useScope();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const wanted = text.trim().toLowerCase();
  const found = groupsFor(me)
    .flatMap((group) => group.functions.map((one) => ({ ...one, group: group.title, to: one.path(scope) })))
    .filter((one) => one.to && `${one.title.join(" ")} ${one.also}`.toLowerCase().includes(wanted));

  function go(to: string | undefined) {
    if (!to) return;
    onClose();
    void navigate({ to } as NavigateOptions);
  }

  function onKey(event: KeyboardEvent) {
    if (event.key === "ArrowDown") setAt((now) => Math.min(now + 1, found.length - 1));
    else if (event.key === "ArrowUp") setAt((now) => Math.max(now - 1, 0));
    else if (event.key === "Enter" && !event.nativeEvent.isComposing) go(found[at]?.to);
    else return;
    event.preventDefault();
  }

  return (
    <div onKeyDown={onKey} role="presentation">
      <Input
        autoFocus
        size="large"
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={found[at] ? `palette-${found[at].id}` : undefined}
        aria-label={t(texts.searchHint)}
        placeholder={t(texts.searchHint)}
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          setAt(0);
        }}
      />
      <div id="palette-list" role="listbox" aria-label={t(texts.functions)} className={styles.paletteList}>
        {found.map((one, index) => (
          <div
            key={one.id}
            id={`palette-${one.id}`}
            role="option"
            aria-selected={index === at}
            tabIndex={-1}
            className={styles.scopeItem}
            onClick={() => go(one.to)}
            onKeyDown={() => undefined}
          >
            <span>
              <span aria-hidden style={{ marginRight: 12 }}>
                {one.icon}
              </span>
              {t(one.title)}
            </span>
            <small>{t(one.group)}</small>
          </div>
        ))}
      </div>
      {found.length === 0 ? <p style={{ padding: 16, color: "var(--ink-2)" }}>{t(texts.searchNone)}</p> : null}
    </div>
  );
}
