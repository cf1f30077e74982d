import { Link, useLocation, type LinkProps } from "@tanstack/react-router";
import { Tooltip } from "antd";

import { useT } from "../i18n";
import { common } from "../i18n/common";
import styles from "./frame.module.css";
import { groupsFor, type WorkFunction } from "./functions";
import { useMe, useScope } from "./use-scope";
import { hasPlan } from "../session/may";

/** The functions that work and that the account may use, in the manual's groups. */
export function FunctionMenu({ folded }: { folded: boolean }) {
  const t = useT();
  const me = useMe();
  const scope = useScope();
  const { pathname } = useLocation();
  return groupsFor(me).map((group) => (
    <section key={t(group.title)} className={styles.group} aria-label={t(group.title)}>
      <div className={styles.groupTitle} aria-hidden>
        {t(group.title)}
      </div>
      {partsOf(group.functions).map(({ of, functions }) => (
        <div key={functions[0]?.id} role={of ? "group" : undefined} aria-label={of && t(of)}>
          {of && !folded ? <div className={styles.parent}>{t(of)}</div> : null}
          <ul className={of && !folded ? `${styles.list} ${styles.nested}` : styles.list}>
            {functions.map((one) => {
              const path = one.path(scope);
              if (!path) return null;
              const here = pathname === path || pathname.startsWith(`${path}/`);
              return (
                <li key={one.id}>
                  <Tooltip title={folded ? t(one.title) : ""} placement="right">
                    <Link to={path as LinkProps["to"]} className={styles.item} aria-current={here ? "page" : undefined} aria-label={t(one.title)}>
                      <span className={styles.icon} aria-hidden>
                        {one.icon}
                      </span>
                      {folded ? null : t(one.title)}
                      {!folded && one.plan && !hasPlan(me, one.plan) ? <span className={styles.planBadge}>{t(common.plan[one.plan])}</span> : null}
                    </Link>
                  </Tooltip>
                </li>
              );
            })}
          </ul>
        </div>
      ))}
    </section>
  ));
}

/** Adjacent screens of one function of the manual, grouped. */
function partsOf(functions: readonly WorkFunction[]): { of: WorkFunction["of"]; functions: WorkFunction[] }[] {
  const parts: { of: WorkFunction["of"]; functions: WorkFunction[] }[] = [];
  for (const one of functions) {
    const last = parts.at(-1);
    if (last && one.of && last.of === one.of) last.functions.push(one);
    else parts.push({ of: one.of, functions: [one] });
  }
  return parts;
}
