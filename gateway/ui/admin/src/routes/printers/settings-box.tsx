import { useQuery } from "@tanstack/react-query";
import { InputNumber, Skeleton, Switch } from "antd";
import { useState } from "react";

import type { PrintSettings } from "../../data/types";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { ErrorState } from "../../patterns/states";
import styles from "./printers.module.css";
import { saveSettings, settingsQuery } from "./queries";
import { texts } from "./texts";
import { useDeed } from "./use-deed";

const KEEP = { min: 10, max: 720 };

/** What holds for all printing of a branch; each change is saved at once. */
export function SettingsBox({ branchId, manages }: { branchId: string; manages: boolean }) {
  const t = useT();
  const query = useQuery(settingsQuery(branchId));
  if (query.isError && !query.data) return <ErrorState thrown={query.error} onRetry={() => void query.refetch()} />;
  return (
    <section className={styles.box} aria-label={t(texts.settingsTitle)}>
      <h2>{t(texts.settingsTitle)}</h2>
      {query.data ? <Settings key={query.data.version} branchId={branchId} settings={query.data} manages={manages} /> : <Skeleton active paragraph={{ rows: 2 }} title={false} />}
    </section>
  );
}

function Settings({ branchId, settings, manages }: { branchId: string; settings: PrintSettings; manages: boolean }) {
  const t = useT();
  const { busy, run } = useDeed(branchId);
  const [minutes, setMinutes] = useState<number | null>(settings.keep_minutes);
  const save = (change: Partial<PrintSettings>) => void run("settings", () => saveSettings(branchId, { ...settings, ...change }), t(common.formSaved));

  function keep() {
    if (minutes === null) setMinutes(settings.keep_minutes);
    else if (minutes !== settings.keep_minutes) save({ keep_minutes: minutes });
  }

  return (
    <>
      <div className={styles.setting}>
        <Switch
          checked={settings.accepts_after_printing}
          disabled={!manages}
          loading={busy !== undefined}
          aria-label={t(texts.accepts)}
          onChange={(accepts_after_printing) => save({ accepts_after_printing })}
        />
        <strong>{t(texts.accepts)}</strong>
        <span className={styles.soft}>{t(texts.acceptsHint)}</span>
      </div>
      <div className={styles.setting}>
        <span>{t(texts.keep)}</span>
        <InputNumber<number>
          {...KEEP}
          size="large"
          precision={0}
          style={{ width: 140 }}
          suffix={t(common.unitMinutes)}
          aria-label={t(texts.keep)}
          disabled={!manages || busy !== undefined}
          value={minutes}
          onChange={setMinutes}
          onBlur={keep}
          onPressEnter={keep}
        />
      </div>
    </>
  );
}
