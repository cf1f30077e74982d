import type { ReactNode } from "react";

import membership from "../membership/membership.module.css";
import styles from "./member.module.css";

interface CardProps {
  title: string;
  action?: ReactNode;
  children: ReactNode;
}

/** One part of the profile. */
export function Card({ title, action, children }: CardProps) {
  return (
    <section className={membership.card} style={{ margin: 0 }} aria-label={title}>
      <div className={styles.head}>
        <h2>{title}</h2>
        {action}
      </div>
      {children}
    </section>
  );
}
