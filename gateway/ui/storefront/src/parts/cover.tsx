import type { ComponentChildren } from "preact";
import { t, toggleLocale } from "../text";
import { common } from "../text/common";

interface CoverProps {
  brand: string;
  title: string;
  introduction?: string;
  top?: ComponentChildren;
  /** Beside the language. */
  end?: ComponentChildren;
  children?: ComponentChildren;
}

/** The brand's cover, drawn from its colour: a glow, rising rings, and its first character set large. */
export function Cover({ brand, title, introduction, top, end, children }: CoverProps) {
  return (
    <header class="cover">
      <span class="cover-seal" aria-hidden="true">
        {Array.from(brand)[0]}
      </span>
      <div class="cover-top">
        <div>{top}</div>
        <div class="cover-end">
          {end}
          <LanguageButton />
        </div>
      </div>
      <div class="cover-text">
        {brand !== title && <p class="cover-brand">{brand}</p>}
        <h1>{title}</h1>
        {introduction && <p class="cover-introduction">{introduction}</p>}
        {children}
      </div>
    </header>
  );
}

export function LanguageButton() {
  return (
    <button type="button" class="language" onClick={toggleLocale} lang={t(common.appLanguage) === "English" ? "en" : "zh-Hant-TW"}>
      {t(common.appLanguage)}
    </button>
  );
}
