import type { ComponentChildren } from "preact";
import { Icon } from "./icon";

interface NoticeProps {
  tone: "warn" | "bad" | "ok";
  children: ComponentChildren;
  action?: { label: string; onClick: () => void };
  id?: string;
}

/** A message at the place that it is about, with an action that helps. */
export function Notice({ tone, children, action, id }: NoticeProps) {
  return (
    <div class={`notice notice-${tone}`} id={id} role={tone === "bad" ? "alert" : "status"}>
      <Icon name={tone === "ok" ? "check" : "alert"} size={18} />
      <div class="notice-text">{children}</div>
      {action && (
        <button type="button" class="text-button" onClick={action.onClick}>
          {action.label}
        </button>
      )}
    </div>
  );
}
