import { useCallback, useEffect, useState } from "preact/hooks";
import { problemFrom, type BrandPage as BrandDocument, type Problem, type ShopBranch } from "@yizhimai/api";
import { displayPhone, folded } from "@yizhimai/kit";
import { paths } from "../../lib/router";
import { BranchState } from "../../parts/branch-state";
import { Cover } from "../../parts/cover";
import { Empty } from "../../parts/empty";
import { Icon } from "../../parts/icon";
import { ProblemPage } from "../../parts/problem";
import { Skeleton } from "../../parts/skeleton";
import { followBrand, loadBrand } from "../../shop/brand";
import { t } from "../../text";
import { common } from "../../text/common";
import { texts } from "./texts";

/** From this many branches on there is a search. */
const MANY = 6;

function BranchCard({ brand, branch }: { brand: string; branch: ShopBranch }) {
  return (
    <li>
      <article class="branch-card">
        <a class="branch-link" href={paths.menu(brand, branch.slug)}>
          <h2>{branch.name}</h2>
          <BranchState opening={branch} timeZone={branch.time_zone} />
          <p class="soft">{branch.address}</p>
        </a>
        <div class="branch-actions">
          <a class="round quiet" href={`tel:${branch.phone}`} aria-label={t(common.branchCall, { name: branch.name })} title={displayPhone(branch.phone)}>
            <Icon name="phone" />
          </a>
          <a
            class="round quiet" target="_blank" rel="noreferrer" aria-label={t(common.branchMap, { name: branch.name })}
            href={`https://www.google.com/maps/search/?api=1&query=${encodeURIComponent(branch.address)}`}
          >
            <Icon name="pin" />
          </a>
        </div>
      </article>
    </li>
  );
}

export function BrandPage({ brand }: { brand: string }) {
  const [page, setPage] = useState<BrandDocument>();
  const [problem, setProblem] = useState<Problem>();
  const [text, setText] = useState("");
  const load = useCallback(() => {
    setProblem(undefined);
    loadBrand(brand).then(setPage, (error: unknown) => setProblem(problemFrom(error)));
  }, [brand]);
  useEffect(load, [load]);
  useEffect(() => followBrand(brand, load), [brand, load]);

  if (problem && !page) return <ProblemPage title={t(common.menuError)} problem={problem} onRetry={load} />;
  if (!page) return <Skeleton rows={4} cover />;
  document.title = page.brand.name;
  const wanted = folded(text);
  const branches = page.branches.filter((branch) => folded(`${branch.name}${branch.address}`).includes(wanted));
  return (
    <>
      <Cover brand={page.brand.name} title={page.brand.name} introduction={page.brand.introduction} />
      <main class="page-narrow" id="content" tabIndex={-1}>
        <h2 class="section-title">{t(common.brandChoose)}</h2>
        {page.branches.length >= MANY && (
          <label class="search">
            <Icon name="search" />
            <input type="search" value={text} placeholder={t(texts.search)} aria-label={t(texts.search)} onInput={(event) => setText(event.currentTarget.value)} />
          </label>
        )}
        {page.branches.length === 0 && <Empty title={t(texts.none)} hint={t(texts.noneHint)} />}
        {page.branches.length > 0 && branches.length === 0 && <Empty title={t(texts.noMatch, { text })} />}
        <ul class="branches">
          {branches.map((branch) => (
            <BranchCard key={branch.branch_id} brand={brand} branch={branch} />
          ))}
        </ul>
      </main>
    </>
  );
}
