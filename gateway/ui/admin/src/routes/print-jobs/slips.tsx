import { useT } from "../../i18n";
import styles from "./print-jobs.module.css";
import { texts } from "./texts";

interface SlipsProps {
  /** What is shown, for whoever can't see it. */
  label: string;
  /** Pictures of slips, PNG as base64. */
  pages: readonly string[];
  /** Another picture is on its way. */
  busy?: boolean;
}

/** Slips as they come out of the printer, dot by dot. */
export function Slips({ label, pages, busy = false }: SlipsProps) {
  const t = useT();
  return (
    <div className={busy ? `${styles.slips} ${styles.busy}` : styles.slips} role="group" aria-label={label} aria-busy={busy} tabIndex={0}>
      {pages.map((page, index) => (
        <img
          key={`${String(index)} ${String(page.length)}`}
          src={`data:image/png;base64,${page}`}
          alt={`${label} · ${t(texts.page, { number: index + 1, count: pages.length })}`}
        />
      ))}
    </div>
  );
}
