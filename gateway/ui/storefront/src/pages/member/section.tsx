import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Notice } from "../../parts/notice";
import { t, why } from "../../text";
import { common } from "../../text/common";
import type { Loaded } from "./use-loaded";

interface SectionProps<T> {
  title: string;
  of: Loaded<T>;
  children: (data: T) => ComponentChildren;
}

/** A part of the page with its own states: one that can't be loaded leaves the others as they are. */
export function Section<T>({ title, of: { data, problem, load }, children }: SectionProps<T>) {
  const id = useId();
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {data !== undefined && children(data)}
      {data === undefined && !problem && <div class="bone bone-row" role="status" aria-label={t(common.appLoading)} />}
      {problem && <Notice tone="bad" action={{ label: t(common.appRetry), onClick: load }}>{why(problem)}</Notice>}
    </section>
  );
}
