import { useState } from "preact/hooks";
import { problemFrom, type Problem } from "@yizhimai/api";
import type { Membership } from "../../api/membership";
import { elsewhere, isWholeCode, under } from "../../domain/member";
import { refusalsOf } from "../../domain/refusals";
import { Notice } from "../../parts/notice";
import { Sheet } from "../../parts/sheet";
import type { Shop } from "../../shop/shop";
import { t, why } from "../../text";
import { CodeField } from "./code-field";
import { texts } from "./texts";
import { useCode } from "./use-code";

function download(copy: unknown): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(copy, null, 2)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "my-data.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}

interface EraseSheetProps {
  api: Membership;
  shop: Shop;
  onClose: () => void;
  onErased: () => void;
}

/** Says what is lost, and erases with a code that only the owner of the phone gets. */
function EraseSheet({ api, shop, onClose, onErased }: EraseSheetProps) {
  const sent = useCode(shop.brand, "erase");
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState<Problem>();
  const refused = problem ?? sent.problem;
  const refusals = refused ? refusalsOf(refused) : [];
  async function erase(): Promise<void> {
    if (!isWholeCode(code)) return;
    setProblem(undefined);
    try {
      await api.erase(code);
      onErased();
    } catch (error) {
      setProblem(problemFrom(error));
    }
  }
  return (
    <Sheet
      title={t(texts.erase)} onClose={onClose}
      footer={
        <div class="sheet-actions">
          <button type="button" class="secondary" onClick={onClose}>
            {t(texts.eraseNo)}
          </button>
          {sent.isSent ? (
            <button type="button" class="primary danger" aria-disabled={!isWholeCode(code)} onClick={() => void erase()}>
              {t(texts.eraseYes)}
            </button>
          ) : (
            <button type="button" class="primary danger" aria-disabled={sent.isSending || sent.wait > 0} onClick={() => sent.wait === 0 && void sent.send()}>
              {t(texts.sendCode)}
            </button>
          )}
        </div>
      }
    >
      <div class="member-form">
        <p>{t(texts.eraseWhat)}</p>
        <p class="soft">{t(texts.eraseKept)}</p>
        {elsewhere(refusals, ["code"]).map((refusal) => (
          <Notice key={refusal.reason} tone="bad">{why(refusal)}</Notice>
        ))}
        {sent.isSent && <CodeField code={code} sent={sent} refusals={under(refusals, "code")} left={problem?.params.left} onChange={setCode} />}
      </div>
    </Sheet>
  );
}

/** A copy of everything that is kept, and erasing the membership. */
export function Privacy({ api, shop, onErased }: Omit<EraseSheetProps, "onClose">) {
  const [isErasing, setErasing] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  return (
    <section class="card" aria-labelledby="own-data">
      <h2 id="own-data">{t(texts.privacy)}</h2>
      <p class="soft">{t(texts.privacyHint)}</p>
      {problem && <Notice tone="bad">{why(problem)}</Notice>}
      <button
        type="button" class="secondary"
        onClick={() => {
          setProblem(undefined);
          api.copy().then(({ copy }) => download(copy), (error: unknown) => setProblem(problemFrom(error)));
        }}
      >
        {t(texts.copy)}
      </button>
      <button type="button" class="text-button danger" onClick={() => setErasing(true)}>
        {t(texts.erase)}
      </button>
      {isErasing && <EraseSheet api={api} shop={shop} onClose={() => setErasing(false)} onErased={onErased} />}
    </section>
  );
}
