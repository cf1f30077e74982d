import type { ComponentChildren } from "preact";

interface EmptyProps {
  title: string;
  hint?: string;
  /** Set where it is the page's whole content, so that the page has its heading. */
  page?: boolean;
  children?: ComponentChildren;
}

/** A page or list with nothing in it: what it means and what to do next. */
export function Empty({ title, hint, page = false, children }: EmptyProps) {
  return (
    <div class="empty">
      <div class="empty-mark" aria-hidden="true" />
      {page ? <h1 class="empty-title">{title}</h1> : <p class="empty-title">{title}</p>}
      {hint && <p class="empty-hint">{hint}</p>}
      {children}
    </div>
  );
}
