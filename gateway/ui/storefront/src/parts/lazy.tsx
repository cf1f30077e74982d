import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { Later } from "../lib/later";
import { t } from "../text";
import { common } from "../text/common";
import { Empty } from "./empty";

interface LazyProps<Part> {
  of: Later<Part>;
  /** Shown until it is loaded. */
  waiting: ComponentChildren;
  /** Set where it is the page's whole content. */
  page?: boolean;
  children: (part: Part) => ComponentChildren;
}

/** Shows a part of the app beside other content once it is loaded; without it the rest is complete. */
export function Beside<Part>({ of, children }: Pick<LazyProps<Part>, "of" | "children">) {
  useEffect(() => void of.fetch(), [of]);
  const part = of.part.value;
  return part ? <>{children(part)}</> : null;
}

/** Shows a part of the app once it is loaded; a failure offers to reload, for what was typed is stored on the device. */
export function Lazy<Part>({ of, waiting, page = false, children }: LazyProps<Part>) {
  useEffect(() => void of.fetch(), [of]);
  const part = of.part.value;
  if (part) return <>{children(part)}</>;
  if (!of.failed.value) return <>{waiting}</>;
  const failed = (
    <div role="alert">
      <Empty page={page} title={t(common.appIncomplete)} hint={t(common.appIncompleteHint)}>
        <button type="button" class="primary" onClick={() => location.reload()}>
          {t(common.appReload)}
        </button>
      </Empty>
    </div>
  );
  if (!page) return failed;
  return (
    <main class="page-narrow" id="content" tabIndex={-1}>
      {failed}
    </main>
  );
}
