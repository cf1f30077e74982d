import { Button } from "antd";
import { useState } from "react";

import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { disableSound, enableSound, soundChoice } from "../../live/bell";
import { useClockText } from "../../patterns/clock-text";
import styles from "./board.module.css";
import { texts } from "./texts";

interface BannersProps {
  up: boolean;
  updatedAt: number;
  /** Steps that wait for the line. */
  waiting: number;
  unseen: number;
  onSeen: () => void;
  onRetry: () => void;
}

/** What must not be overlooked: a dropped line, new orders, and the question about sound. */
export function Banners({ up, updatedAt, waiting, unseen, onSeen, onRetry }: BannersProps) {
  const t = useT();
  const clock = useClockText();
  const [asked, setAsked] = useState(() => soundChoice() !== undefined);
  return (
    <>
      {up ? null : (
        <div className={styles.banner} data-kind="lost" role="alert">
          <span>
            {t(texts.lineLost, { time: clock(updatedAt) })} {waiting > 0 ? t(texts.lineWaiting, { count: waiting }) : ""}
          </span>
          <Button onClick={onRetry}>{t(common.stateRetry)}</Button>
        </div>
      )}
      {unseen > 0 ? (
        <div className={styles.banner} data-kind="new" role="alert">
          <span>{t(texts.new, { count: unseen })}</span>
          <Button onClick={onSeen} size="large">
            {t(texts.seen)}
          </Button>
        </div>
      ) : null}
      {asked ? null : (
        <div className={styles.banner} role="region" aria-label={t(texts.soundLabel)}>
          <span>{t(texts.soundAsk)}</span>
          <span style={{ display: "flex", gap: 8 }}>
            <Button
              onClick={() => {
                disableSound();
                setAsked(true);
              }}
            >
              {t(texts.soundNo)}
            </Button>
            <Button
              type="primary"
              onClick={() => {
                void enableSound();
                setAsked(true);
              }}
            >
              {t(texts.soundYes)}
            </Button>
          </span>
        </div>
      )}
    </>
  );
}
