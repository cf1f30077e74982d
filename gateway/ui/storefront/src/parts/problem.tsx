import type { Problem } from "@yizhimai/api";
import { t, why } from "../text";
import { common } from "../text/common";
import { Empty } from "./empty";

/** A page that could not be loaded: the reason, and a retry. */
export function ProblemPage({ title, problem, onRetry }: { title: string; problem: Problem; onRetry: () => void }) {
  return (
    <main class="page-narrow" id="content" tabIndex={-1}>
      <Empty page title={title} hint={why(problem)}>
        <button type="button" class="primary" onClick={onRetry}>
          {t(common.appRetry)}
        </button>
      </Empty>
    </main>
  );
}
