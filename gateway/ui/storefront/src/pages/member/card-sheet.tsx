import { useEffect, useRef, useState } from "preact/hooks";
import { problemFrom, type Problem } from "@yizhimai/api";
import type { Membership } from "../../api/membership";
import { qrCode, SIZE } from "../../domain/qr";
import { Notice } from "../../parts/notice";
import { Sheet } from "../../parts/sheet";
import { t, why } from "../../text";
import { common } from "../../text/common";
import { texts } from "./texts";

const QUIET = 4;
const PIXELS = 8;
/** Before a card ends it is replaced. */
const EARLY_MS = 20_000;

function draw(canvas: HTMLCanvasElement, text: string): void {
  const rows = qrCode(text);
  const context = canvas.getContext("2d");
  if (!rows || !context) return;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "#000";
  rows.forEach((row, y) => row.forEach((isDark, x) => isDark && context.fillRect((x + QUIET) * PIXELS, (y + QUIET) * PIXELS, PIXELS, PIXELS)));
}

/** The member's card for the counter: a code that is good for five minutes, and is renewed while it is shown. */
export function CardSheet({ api, onClose }: { api: Membership; onClose: () => void }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [problem, setProblem] = useState<Problem>();
  const [number, setNumber] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isGone = false;
    setProblem(undefined);
    api.card().then(
      ({ card, expires_at }) => {
        if (isGone) return;
        if (canvas.current) draw(canvas.current, card);
        timer = setTimeout(() => setNumber(number + 1), Math.max(EARLY_MS, Date.parse(expires_at) - Date.now() - EARLY_MS));
      },
      (error: unknown) => !isGone && setProblem(problemFrom(error)),
    );
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [api, number]);
  const side = (SIZE + 2 * QUIET) * PIXELS;
  return (
    <Sheet title={t(texts.card)} size="small" onClose={onClose}>
      {problem ? (
        <Notice tone="bad" action={{ label: t(common.appRetry), onClick: () => setNumber(number + 1) }}>{why(problem)}</Notice>
      ) : (
        <canvas ref={canvas} class="member-card" width={side} height={side} role="img" aria-label={t(texts.card)} />
      )}
      <p class="centred soft">{t(texts.cardHint)}</p>
    </Sheet>
  );
}
