import { useEffect, useRef, useState } from "preact/hooks";
import type { MenuCategory } from "@yizhimai/api";
import { Icon } from "../../parts/icon";
import { t } from "../../text";
import { texts } from "./texts";

interface CategoryTabsProps {
  categories: readonly MenuCategory[];
  text: string;
  onSearch: (text: string) => void;
}

/** The category below the tabs at the present scroll position. */
function useCategoryInView(categories: readonly MenuCategory[]): string | undefined {
  const [active, setActive] = useState(categories[0]?.category_id);
  useEffect(() => {
    const inView = new Set<string>();
    const observer = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) {
          const id = entry.target.id.slice(2);
          if (entry.isIntersecting) inView.add(id);
          else inView.delete(id);
        }
        const first = categories.find((category) => inView.has(category.category_id));
        if (first) setActive(first.category_id);
      },
      { rootMargin: "-88px 0px -70% 0px" },
    );
    for (const category of categories) {
      const section = document.getElementById(`c-${category.category_id}`);
      if (section) observer.observe(section);
    }
    return () => observer.disconnect();
  }, [categories]);
  return active;
}

/** Tabs of the categories: they follow the scroll position and lead to their section. */
export function CategoryTabs({ categories, text, onSearch }: CategoryTabsProps) {
  const strip = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [searching, setSearching] = useState(false);
  const active = useCategoryInView(categories);

  useEffect(() => {
    const tab = strip.current?.querySelector<HTMLElement>("[aria-current]");
    if (!tab || !strip.current) return;
    const left = tab.offsetLeft - (strip.current.clientWidth - tab.offsetWidth) / 2;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    strip.current.scrollTo({ left, behavior: calm ? "auto" : "smooth" });
  }, [active]);

  useEffect(() => {
    if (searching) input.current?.focus();
  }, [searching]);

  if (searching) {
    return (
      <div class="tabs tabs-search">
        <label class="search">
          <Icon name="search" />
          <input ref={input} type="search" value={text} placeholder={t(texts.search)} aria-label={t(texts.search)} onInput={(event) => onSearch(event.currentTarget.value)} />
        </label>
        <button
          type="button" class="round quiet" aria-label={t(texts.searchClear)}
          onClick={() => {
            onSearch("");
            setSearching(false);
          }}
        >
          <Icon name="close" />
        </button>
      </div>
    );
  }
  return (
    <nav class="tabs" aria-label={t(texts.categories)}>
      <button type="button" class="round quiet" aria-label={t(texts.search)} onClick={() => setSearching(true)}>
        <Icon name="search" />
      </button>
      <div class="tabs-strip" ref={strip}>
        {categories.map((category) => (
          <a
            key={category.category_id} class="tab" href={`#c-${category.category_id}`}
            aria-current={category.category_id === active ? "true" : undefined}
            onClick={(event) => {
              event.preventDefault();
              document.getElementById(`c-${category.category_id}`)?.scrollIntoView({ block: "start" });
            }}
          >
            {category.name}
          </a>
        ))}
      </div>
    </nav>
  );
}
