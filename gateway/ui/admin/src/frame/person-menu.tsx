import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Dropdown } from "antd";

import { call } from "../data/gateway";
import { useLocale, useT } from "../i18n";
import { paths } from "../paths";
import { useTheme, type ThemeChoice } from "../theme";
import styles from "./frame.module.css";
import { texts } from "./texts";
import { useMe } from "./use-scope";

/** Own sessions and password, language, theme, sign out. */
export function PersonMenu() {
  const t = useT();
  const me = useMe();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { locale, setLocale } = useLocale();
  const { choice, setChoice } = useTheme();

  async function signOut() {
    await call("POST", "/api/admin/sign-out").catch(() => undefined);
    client.clear();
    await navigate({ to: paths.signIn() });
  }

  const themes: readonly ThemeChoice[] = ["system", "light", "dark"];
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        selectedKeys: [locale, choice],
        items: [
          { key: "who", type: "group", label: `${me.organisation.name} · ${me.account.account}` },
          { key: "account", label: t(texts.personAccount), onClick: () => void navigate({ to: paths.account() }) },
          { type: "divider" },
          {
            type: "group", key: "language", label: t(texts.personLanguage),
            children: [
              { key: "zh-TW", label: "繁體中文", onClick: () => setLocale("zh-TW") },
              { key: "en", label: "English", onClick: () => setLocale("en") },
            ],
          },
          {
            type: "group", key: "theme", label: t(texts.personTheme),
            children: themes.map((one) => ({ key: one, label: t(texts.theme[one]), onClick: () => setChoice(one) })),
          },
          { type: "divider" },
          { key: "out", label: t(texts.personSignOut), onClick: () => void signOut() },
        ],
      }}
    >
      <button type="button" className={styles.person} aria-label={t(texts.personMenu, { name: me.account.name })}>
        <span className={styles.avatar} aria-hidden>
          {Array.from(me.account.name)[0]}
        </span>
        <span className={styles.personName}>{me.account.name}</span>
      </button>
    </Dropdown>
  );
}
