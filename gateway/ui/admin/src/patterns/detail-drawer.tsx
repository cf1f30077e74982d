import { Drawer, Flex } from "antd";
import type { ReactNode } from "react";

import styles from "./patterns.module.css";

interface DetailDrawerProps {
  open: boolean;
  title: ReactNode;
  onClose: () => void;
  extra?: ReactNode;
  footer?: ReactNode;
  children: ReactNode;
}

/** The one detail pattern: summary, related parts and timeline beside the list they came from. */
export function DetailDrawer({ open, title, onClose, extra, footer, children }: DetailDrawerProps) {
  return (
    <Drawer open={open} title={title} onClose={onClose} extra={extra} footer={footer} size={Math.min(520, innerWidth)} destroyOnHidden>
      <Flex vertical gap={24}>
        {children}
      </Flex>
    </Drawer>
  );
}

/** Name and value pairs of a summary. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name} style={{ display: "contents" }}>
          <dt>{name}</dt>
          <dd className="tabular">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
