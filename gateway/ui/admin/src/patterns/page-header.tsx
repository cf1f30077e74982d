import { ArrowLeftOutlined } from "@ant-design/icons";
import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { useT } from "../i18n";
import { common } from "../i18n/common";
import styles from "./patterns.module.css";

interface PageHeaderProps {
  title: string;
  hint?: ReactNode;
  /** Where the arrow leads. */
  back?: string;
  actions?: ReactNode;
}

/** Title of a screen with its one sentence and its actions. */
export function PageHeader({ title, hint, back, actions }: PageHeaderProps) {
  const t = useT();
  return (
    <header className={styles.header}>
      {back ? (
        <Link to={back as LinkProps["to"]} className={styles.back} aria-label={t(common.actionBack)}>
          <ArrowLeftOutlined aria-hidden />
        </Link>
      ) : null}
      <div className={styles.headerText}>
        <h1>{title}</h1>
        {hint ? <p>{hint}</p> : null}
      </div>
      {actions ? <div className={styles.headerActions}>{actions}</div> : null}
    </header>
  );
}
