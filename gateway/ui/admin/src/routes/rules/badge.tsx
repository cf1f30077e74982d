import type { ReactNode } from "react";

import styles from "./rules.module.css";

/** How a state is meant: under way, to come, to look at, over for the worse, or nothing of these. */
export type Tone = "good" | "soon" | "warn" | "bad" | "plain";

/** A state in a word. */
export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={styles.badge} data-tone={tone}>
      {children}
    </span>
  );
}
