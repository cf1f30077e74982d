import type { ReactNode } from "react";

import styles from "./membership.module.css";

/** A name with its colour beside it, so that it is readable in any colour. */
export function Dot({ colour, children }: { colour: string; children: ReactNode }) {
  return (
    <span className={styles.dotted}>
      <span className={styles.dot} style={{ background: colour }} aria-hidden />
      <span>{children}</span>
    </span>
  );
}
