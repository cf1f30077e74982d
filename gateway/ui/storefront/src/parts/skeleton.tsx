import { t } from "../text";
import { common } from "../text/common";

/** Placeholder rows, so that the layout does not shift. */
export function Skeleton({ rows, cover = false }: { rows: number; cover?: boolean }) {
  return (
    <div class="skeleton" role="status" aria-label={t(common.appLoading)}>
      {cover && <div class="cover bone" />}
      {Array.from({ length: rows }, (_, row) => (
        <div class="bone bone-row" key={row}>
          <span class="bone bone-line" />
          <span class="bone bone-line bone-short" />
        </div>
      ))}
    </div>
  );
}
