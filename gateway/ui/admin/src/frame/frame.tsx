import { MenuFoldOutlined, MenuOutlined, MenuUnfoldOutlined, SearchOutlined } from "@ant-design/icons";
import { Link, Outlet, useLocation, type LinkProps } from "@tanstack/react-router";
import { Button, Drawer, Grid } from "antd";
import { Suspense, useEffect, useState } from "react";

import { useT } from "../i18n";
import { BrandMark } from "./brand-mark";
import styles from "./frame.module.css";
import { FunctionMenu } from "./function-menu";
import { OnlineState } from "./online-state";
import { Palette } from "./palette";
import { PasswordDialog } from "./password-dialog";
import { PersonMenu } from "./person-menu";
import { PrinterState } from "./printer-state";
import { ScopeSwitcher } from "./scope-switcher";
import { PageSkeleton } from "../patterns/states";
import { paths } from "../paths";
import { texts } from "./texts";

const FOLDED = "yzm.menu-folded";

/** What stands around every screen: functions at the left, where one works at the top. */
export function Frame() {
  const t = useT();
  const wide = Grid.useBreakpoint().lg ?? innerWidth >= 992;
  const [folded, setFolded] = useState(() => (localStorage.getItem(FOLDED) ?? (innerWidth < 1280 ? "yes" : "no")) === "yes");
  const [drawer, setDrawer] = useState(false);
  const [searching, setSearching] = useState(false);
  const { pathname } = useLocation();

  useEffect(() => setDrawer(false), [pathname]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setSearching(true);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  function fold() {
    localStorage.setItem(FOLDED, folded ? "no" : "yes");
    setFolded(!folded);
  }

  return (
    <div className={styles.frame}>
      <a href="#content" className={styles.skip}>
        {t(texts.skip)}
      </a>
      <header className={styles.top}>
        {wide ? null : (
          <Button type="text" size="large" icon={<MenuOutlined />} aria-label={t(texts.openMenu)} onClick={() => setDrawer(true)} />
        )}
        <Link to={paths.home() as LinkProps["to"]} className={styles.brand} aria-label={t(texts.home)}>
          <BrandMark />
        </Link>
        <ScopeSwitcher />
        <OnlineState />
        <PrinterState />
        <span className={styles.spring} />
        <Button
          className={styles.search}
          type={wide ? "default" : "text"}
          icon={<SearchOutlined />}
          aria-label={t(texts.search)}
          onClick={() => setSearching(true)}
        >
          {wide ? (
            <>
              {t(texts.search)} <kbd>{navigator.platform.startsWith("Mac") ? "⌘K" : "Ctrl K"}</kbd>
            </>
          ) : null}
        </Button>
        <PersonMenu />
      </header>
      {wide ? (
        <nav className={folded ? `${styles.side} ${styles.folded}` : styles.side} aria-label={t(texts.functions)}>
          <FunctionMenu folded={folded} />
          <Button
            type="text"
            className={styles.fold}
            icon={folded ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />}
            aria-label={folded ? t(texts.unfold) : t(texts.fold)}
            onClick={fold}
          >
            {folded ? null : t(texts.fold)}
          </Button>
        </nav>
      ) : (
        <Drawer open={drawer} onClose={() => setDrawer(false)} placement="left" size={280} title={t(texts.functions)}>
          <nav aria-label={t(texts.functions)}>
            <FunctionMenu folded={false} />
          </nav>
        </Drawer>
      )}
      <main id="content" className={styles.content} tabIndex={-1}>
        <Suspense fallback={<PageSkeleton />}>
          <Outlet />
        </Suspense>
      </main>
      <Palette open={searching} onClose={() => setSearching(false)} />
      <PasswordDialog />
    </div>
  );
}
