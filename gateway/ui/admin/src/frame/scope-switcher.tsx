import { DownOutlined } from "@ant-design/icons";
import { useLocation, useNavigate, useParams, type NavigateOptions } from "@tanstack/react-router";
import { Popover } from "antd";
import { useState } from "react";

import type { Branch } from "../data/types";
import { useT } from "../i18n";
import { common } from "../i18n/common";
import styles from "./frame.module.css";
import { texts } from "./texts";
import { useMe, useScope } from "./use-scope";

/** Organisation › brand › branch, and the way to another; the function worked in stays. */
export function ScopeSwitcher() {
  const t = useT();
  const me = useMe();
  const { brand, branch, brands, branches } = useScope();
  const { branchId } = useParams({ strict: false });
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);

  function choose(next: Branch) {
    setOpen(false);
    localStorage.setItem("yzm.branch", next.branch_id);
    const rest = pathname.split("/").slice(3)[0] ?? "";
    const here = branchId ? `/branches/${next.branch_id}/${rest}` : `/brands/${next.brand_id}/${rest}`;
    const target = pathname.startsWith("/branches/") || pathname.startsWith("/brands/") ? here : `/branches/${next.branch_id}/orders`;
    void navigate({ to: target } as NavigateOptions);
  }

  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomLeft"
      content={
        <div className={styles.scopeList}>
          {brands.map((one) => (
            <section key={one.brand_id} aria-label={one.name}>
              <div className={styles.scopeBrand}>{one.name}</div>
              {branches
                .filter((candidate) => candidate.brand_id === one.brand_id)
                .map((candidate) => (
                  <button
                    key={candidate.branch_id}
                    type="button"
                    className={styles.scopeItem}
                    aria-current={candidate.branch_id === branch?.branch_id ? "true" : undefined}
                    onClick={() => choose(candidate)}
                  >
                    {candidate.name}
                    <small>{candidate.state === "live" ? candidate.code : t(common.branchState[candidate.state])}</small>
                  </button>
                ))}
            </section>
          ))}
        </div>
      }
    >
      <button type="button" className={styles.scope} aria-haspopup="true" aria-expanded={open} aria-label={t(texts.switch, { here: branch?.name ?? brand?.name ?? me.organisation.name })}>
        <span className={styles.scopeAbove}>
          {me.organisation.name} › {brand?.name} ›
        </span>
        <span className={styles.scopeHere}>{branch?.name ?? t(texts.allBranches)}</span>
        <DownOutlined aria-hidden style={{ fontSize: 12 }} />
      </button>
    </Popover>
  );
}
