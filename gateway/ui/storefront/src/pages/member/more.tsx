import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { problemFrom, type Problem } from "@yizhimai/api";
import { Notice } from "../../parts/notice";
import { t, why } from "../../text";
import { common } from "../../text/common";
import { texts } from "./texts";

interface Items<T> {
  items?: readonly T[];
  /** Token of the next page; null at the end. */
  next: string | null;
  problem?: Problem;
  load: () => void;
}

/** A list that comes a page at a time. */
export function useMore<T>(request: (token?: string) => Promise<{ items: T[]; next: string | null }>): Items<T> {
  const [state, setState] = useState<{ items?: readonly T[]; next: string | null; problem?: Problem }>({ next: null });
  const load = () => {
    request(state.next ?? undefined).then(
      ({ items, next }) => setState(({ items: before = [] }) => ({ items: [...before, ...items], next })),
      (error: unknown) => setState((before) => ({ ...before, problem: problemFrom(error) })),
    );
  };
  useEffect(load, []);
  return { ...state, load };
}

interface MoreProps<T> {
  of: Items<T>;
  empty: string;
  children: (item: T) => ComponentChildren;
}

export function More<T>({ of: { items, next, problem, load }, empty, children }: MoreProps<T>) {
  return (
    <>
      {items?.length === 0 && <p class="soft">{empty}</p>}
      {items && items.length > 0 && <ul class="rows">{items.map(children)}</ul>}
      {!items && !problem && <div class="bone bone-row" role="status" aria-label={t(common.appLoading)} />}
      {problem && <Notice tone="bad" action={{ label: t(common.appRetry), onClick: load }}>{why(problem)}</Notice>}
      {next && !problem && (
        <button type="button" class="text-button" onClick={load}>
          {t(texts.more)}
        </button>
      )}
    </>
  );
}
