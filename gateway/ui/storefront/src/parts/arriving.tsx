import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { Later } from "../lib/later";
import { t } from "../text";
import { common } from "../text/common";
import { Empty } from "./empty";

interface ArrivingProps<Part> {
  of: Later<Part>;
  /** Stands in its place until it is there. */
  waiting: ComponentChildren;
  /** Set where it is the page's whole content. */
  page?: boolean;
  children: (part: Part) => ComponentChildren;
}

/** Shows a part of the app as soon as it is there; one that does not come says what helps. What was typed is on the device. */
export function Arriving<Part>({ of, waiting, page = false, children }: ArrivingProps<Part>) {
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
