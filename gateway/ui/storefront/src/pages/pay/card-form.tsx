import { useEffect, useRef, useState } from "preact/hooks";
import { CardRefused, formatMoney, showCardFields, type CardFields } from "@yizhimai/kit";
import type { NextStep } from "../../api/payment";
import { Notice } from "../../parts/notice";
import { t } from "../../text";
import { common } from "../../text/common";
import { texts } from "./texts";

interface CardFormProps {
  step: NextStep;
  amount: number;
  currency: string;
  busy: boolean;
  onToken: (token: string) => void;
  onOther: () => void;
}

/** The provider's own fields for a card: what is typed there goes to the provider and never to us. */
export function CardForm({ step, amount, currency, busy, onToken, onOther }: CardFormProps) {
  const place = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const [fields, setFields] = useState<CardFields>();
  const [fault, setFault] = useState<{ refused?: string }>();
  const [paying, setPaying] = useState(false);
  const [tries, setTries] = useState(0);

  useEffect(() => {
    heading.current?.focus();
  }, []);
  useEffect(() => {
    let isGone = false;
    if (!place.current) return undefined;
    showCardFields(step, place.current, { goesOn: true }).then(
      (shown) => !isGone && setFields(shown),
      () => !isGone && setFault({}),
    );
    return () => {
      isGone = true;
    };
  }, [step, tries]);

  function again(): void {
    setFault(undefined);
    setTries(tries + 1);
  }

  async function submit(): Promise<void> {
    if (!fields || paying || busy) return;
    setPaying(true);
    setFault(undefined);
    try {
      const token = await fields.submit();
      // Without a token the provider has taken the payment and leads on to the page that notes the return.
      if (token) onToken(token);
    } catch (thrown) {
      setFault({ refused: thrown instanceof CardRefused ? thrown.message : "" });
    }
    setPaying(false);
  }

  const isBusy = busy || paying;
  return (
    <section class="card" aria-labelledby="pay-card">
      <h2 id="pay-card" ref={heading} tabIndex={-1}>{t(texts.card)}</h2>
      {!fault && !fields && <div class="bone card-fields-bone" role="status" aria-label={t(common.appLoading)} />}
      <div ref={place} class="card-fields" />
      {fault && (
        <Notice tone="bad" action={fields ? undefined : { label: t(common.appRetry), onClick: again }}>
          {fields ? t(texts.cardRefused, { text: fault.refused ?? "" }) : t(texts.cardMissing)}
        </Notice>
      )}
      {fields && (
        <button type="button" class="primary" aria-disabled={isBusy} onClick={() => void submit()}>
          <span>{isBusy ? t(texts.paying) : t(texts.payCard)}</span>
          <span class="figure">{formatMoney(amount, currency)}</span>
        </button>
      )}
      <p class="soft centred">{t(texts.cardHint)}</p>
      <button type="button" class="text-button" onClick={onOther}>{t(texts.other)}</button>
    </section>
  );
}
