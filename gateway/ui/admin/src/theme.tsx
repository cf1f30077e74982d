import { App as AntApp, ConfigProvider, theme as antTheme, type ThemeConfig } from "antd";
import enUS from "antd/locale/en_US";
import zhTW from "antd/locale/zh_TW";
import dayjs from "dayjs";
import "dayjs/locale/zh-tw";
import { createContext, use, useMemo, useState, useSyncExternalStore, type ReactNode } from "react";

import { useLocale } from "./i18n";

export type ThemeChoice = "system" | "light" | "dark";

const STORED = "yzm.theme";
const darkQuery = matchMedia("(prefers-color-scheme: dark)");

function subscribe(changed: () => void): () => void {
  darkQuery.addEventListener("change", changed);
  return () => darkQuery.removeEventListener("change", changed);
}

const font = `system-ui, -apple-system, "PingFang TC", "Microsoft JhengHei", "Noto Sans TC", "Noto Sans CJK TC", sans-serif`;

const shared: ThemeConfig["token"] = { fontFamily: font, fontSize: 15, lineHeight: 1.6, borderRadius: 8, controlHeight: 40, controlHeightLG: 48 };

const flat: ThemeConfig["components"] = { Button: { primaryShadow: "none", defaultShadow: "none", dangerShadow: "none" } };

/** The same values as theme.css, for Ant Design. */
const light: ThemeConfig = {
  token: {
    ...shared,
    colorPrimary: "#0f6f68", colorLink: "#0f6f68", colorBgLayout: "#f3f5f7", colorText: "#16202a",
    colorTextSecondary: "#505d69", colorTextTertiary: "#5f6c78", colorTextDescription: "#505d69", colorTextPlaceholder: "#66727d",
    colorError: "#b3141b", colorSuccess: "#187a3d", colorWarning: "#8a5200", colorInfo: "#1c5fb8", colorBorder: "#b9c3cb",
    colorErrorBg: "#fdecec", colorSuccessBg: "#e4f5ea", colorWarningBg: "#fdf2dc", colorInfoBg: "#e6f0fc",
    colorErrorBorder: "#e9a5a8", colorSuccessBorder: "#97cfab", colorWarningBorder: "#e3c27f", colorInfoBorder: "#9fc2ef",
  },
  components: { ...flat, Segmented: { trackBg: "#e3e8ec", itemColor: "#3c4852" } },
};

const dark: ThemeConfig = {
  algorithm: antTheme.darkAlgorithm,
  token: {
    ...shared,
    colorPrimary: "#4ec9bd", colorLink: "#4ec9bd", colorBgBase: "#101315", colorBgLayout: "#101315", colorBgContainer: "#1a1f23",
    colorBgElevated: "#20262b", colorTextLightSolid: "#06201d", colorText: "#eef2f4", colorTextSecondary: "#a9b5bf",
    colorTextTertiary: "#a0acb6", colorTextDescription: "#a9b5bf", colorTextPlaceholder: "#95a1ab",
    colorError: "#ff8f88", colorSuccess: "#74d99a", colorWarning: "#f3c064", colorInfo: "#86b8ff", colorBorder: "#4a555e",
  },
  components: flat,
};

interface ThemeState {
  choice: ThemeChoice;
  setChoice: (choice: ThemeChoice) => void;
}

const ThemeContext = createContext<ThemeState | undefined>(undefined);

/** Light, dark, or as the device says; Ant Design follows, its words too. */
export function ThemeProvider({ children }: { children: ReactNode }) {
  const { locale } = useLocale();
  // The calendars of Ant Design name months and weekdays by it.
  dayjs.locale(locale === "en" ? "en" : "zh-tw");
  const systemDark = useSyncExternalStore(subscribe, () => darkQuery.matches);
  const [choice, store] = useState<ThemeChoice>(() => (localStorage.getItem(STORED) as ThemeChoice | null) ?? "system");
  const isDark = choice === "dark" || (choice === "system" && systemDark);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
  const state = useMemo<ThemeState>(
    () => ({
      choice,
      setChoice: (next) => {
        localStorage.setItem(STORED, next);
        store(next);
      },
    }),
    [choice],
  );
  return (
    <ThemeContext value={state}>
      <ConfigProvider locale={locale === "en" ? enUS : zhTW} theme={isDark ? dark : light} button={{ autoInsertSpace: false }}>
        <AntApp style={{ height: "100%" }}>{children}</AntApp>
      </ConfigProvider>
    </ThemeContext>
  );
}

/** The theme chosen and how to change it. */
export function useTheme(): ThemeState {
  const state = use(ThemeContext);
  if (!state) throw new Error("ThemeProvider is missing above this component");
  return state;
}
