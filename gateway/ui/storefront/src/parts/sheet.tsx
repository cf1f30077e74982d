import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../text";
import { common } from "../text/common";
import { Icon } from "./icon";

interface SheetProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  footer?: ComponentChildren;
  size?: "tall" | "small";
}

/**
 * A sheet from the bottom on phones, a card in the middle on wide screens. The native dialog
 * keeps the focus inside and makes the page behind inert; the focus returns to where it was.
 */
export function Sheet({ title, onClose, children, footer, size = "tall" }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const left = useRef(false);

  /** Calls `onClose` once, however the sheet is closed. */
  function leave(): void {
    if (left.current) return;
    left.current = true;
    onClose();
  }

  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => {
      left.current = true;
      element?.close();
    };
  }, []);

  return (
    <dialog
      ref={dialog}
      class={`sheet sheet-${size}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        leave();
      }}
      onClose={leave}
      onClick={(event) => {
        if (event.target === dialog.current) leave();
      }}
    >
      <div class="sheet-frame">
        <header class="sheet-head">
          <h2 id={titleId} tabIndex={-1} autoFocus>
            {title}
          </h2>
          <button type="button" class="round quiet" aria-label={t(common.appClose)} onClick={leave}>
            <Icon name="close" />
          </button>
        </header>
        <div class="sheet-body">{children}</div>
        {footer && <footer class="sheet-foot">{footer}</footer>}
      </div>
    </dialog>
  );
}
