import type { ReactNode } from "react";

import styles from "./patterns.module.css";

/** The body of an ordinary screen. */
export function Page({ children, narrow = false }: { children: ReactNode; narrow?: boolean }) {
  return <div className={narrow ? `${styles.page} ${styles.narrow}` : styles.page}>{children}</div>;
}
