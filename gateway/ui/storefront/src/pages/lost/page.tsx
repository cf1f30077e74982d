import { useEffect } from "preact/hooks";
import { go, paths, route } from "../../lib/router";
import { load } from "../../lib/storage";
import { LanguageButton } from "../../parts/cover";
import { Empty } from "../../parts/empty";
import { keys } from "../../shop/keys";
import { t } from "../../text";
import { texts } from "./texts";

/** The root address: redirects to the shop visited last, else explains how to open one. */
export function StartPage() {
  const last = load<{ brand: string; branch: string }>(keys.lastShop);
  useEffect(() => {
    if (last) go(paths.menu(last.brand, last.branch), "replace");
  }, []);
  return (
    <main class="page-narrow" id="content" tabIndex={-1}>
      <Empty page title={t(texts.startTitle)} hint={t(texts.startHint)}>
        <LanguageButton />
      </Empty>
    </main>
  );
}

export function LostPage() {
  const { brand } = route.value as { brand?: string };
  return (
    <main class="page-narrow" id="content" tabIndex={-1}>
      <Empty page title={t(texts.title)} hint={t(texts.hint)}>
        <a class="primary" href={brand ? paths.brand(brand) : "/"}>
          {t(texts.home)}
        </a>
      </Empty>
    </main>
  );
}
