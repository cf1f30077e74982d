import { LockOutlined } from "@ant-design/icons";
import { formatDateTime, formatDayTime } from "@yizhimai/kit";
import { App, Button, Dropdown, Flex, Space, Tag } from "antd";
import { useState } from "react";

import type { Pause } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { useRefusalToast } from "../../patterns/use-toast";
import { holdsBrand } from "../../session/may";
import { pauseName } from "./names";
import styles from "./pauses.module.css";
import { resumePause } from "./queries";
import { countdown } from "./rows";
import { texts } from "./texts";
import { useNow } from "./use-now";

/** More than these would push what is to be paused next out of sight. */
const FEW = 3;

interface CurrentProps {
  branchId: string;
  brandId: string;
  pauses: readonly Pause[];
  manages: boolean;
  onChanged: () => void;
}

/** What is paused now, with the time that is left and the way back. */
export function CurrentPauses({ branchId, brandId, pauses, manages, onChanged }: CurrentProps) {
  const t = useT();
  const [all, setAll] = useState(false);
  const shown = all ? pauses : pauses.slice(0, FEW);
  return (
    <section aria-label={t(texts.current)}>
      <h2 className={styles.title}>{t(texts.currentCount, { count: pauses.length })}</h2>
      {pauses.length === 0 ? (
        <p className={styles.soft}>{t(texts.currentNone)}</p>
      ) : (
        <ul className={styles.list}>
          {shown.map((pause) => (
            <Lasting key={pause.pause_id} branchId={branchId} brandId={brandId} pause={pause} manages={manages} onChanged={onChanged} />
          ))}
        </ul>
      )}
      {pauses.length > FEW ? (
        <Button block size="large" type="text" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t(texts.currentFew) : t(texts.currentAll, { count: pauses.length })}
        </Button>
      ) : null}
    </section>
  );
}

function Lasting({ branchId, brandId, pause, manages, onChanged }: Omit<CurrentProps, "pauses"> & { pause: Pause }) {
  const t = useT();
  const now = useNow();
  const { message } = App.useApp();
  const refused = useRefusalToast();
  const { timeZone } = useScope();
  const ofBrand = holdsBrand(useMe(), brandId);
  const [busy, setBusy] = useState(false);
  const name = pauseName(t, pause);
  const locked = pause.locked && !ofBrand;
  const left = countdown(pause.ends_at, now);
  const back = pause.ends_at ? t(texts.until, { time: formatDayTime(pause.ends_at, timeZone, now, t.locale) }) : t(pause.end.kind === "restocked" ? texts.end.restocked : texts.end.manual);

  async function resume(everywhere: boolean) {
    setBusy(true);
    try {
      await resumePause(branchId, pause, everywhere);
      void message.success(t(texts.resumed, { name }));
    } catch (thrown) {
      refused(thrown);
    } finally {
      setBusy(false);
      onChanged();
    }
  }

  return (
    <li className={styles.line} data-paused>
      <span className={styles.what}>
        <strong>{name}</strong>
        <Flex gap={4} wrap align="center">
          <Tag>{t(texts.reasons[pause.reason])}</Tag>
          {pause.scope === "brand" ? <Tag color="blue">{t(texts.scopeBrand)}</Tag> : null}
          {pause.scope === "branches" && pause.branch_count > 1 ? <Tag color="blue">{t(texts.branches, { count: pause.branch_count })}</Tag> : null}
          {pause.channels.length > 0 ? <Tag>{pause.channels.map((channel) => t(common.channel[channel])).join("、")}</Tag> : null}
          {pause.locked ? (
            <Tag icon={<LockOutlined />} color="gold">
              {t(texts.locked)}
            </Tag>
          ) : null}
        </Flex>
        <span>
          {back}
          {pause.end.kind === "restocked" && pause.ends_at ? ` · ${t(texts.end.restocked)}` : ""}
        </span>
        {pause.note ? <span>「{pause.note}」</span> : null}
        <span>{t(texts.startedBy, { name: pause.started_by, time: formatDateTime(pause.started_at, timeZone).slice(5) })}</span>
      </span>
      <span className={styles.end}>
        {left ? (
          <b className="tabular" role="timer" aria-label={t(texts.left, { time: left })}>
            {left}
          </b>
        ) : null}
        {manages ? (
          <Space.Compact>
            <Button size="large" type="primary" className={styles.stop ?? ""} loading={busy} disabled={locked} title={locked ? t(texts.lockedHint) : undefined} aria-label={t(texts.resumeOf, { name })} onClick={() => void resume(false)}>
              {t(texts.resume)}
            </Button>
            {ofBrand && pause.branch_count > 1 ? (
              <Dropdown menu={{ items: [{ key: "all", label: t(texts.resumeAll, { count: pause.branch_count }), onClick: () => void resume(true) }] }} trigger={["click"]}>
                <Button size="large" type="primary" aria-label={t(texts.resumeMore, { name })}>
                  ⋯
                </Button>
              </Dropdown>
            ) : null}
          </Space.Compact>
        ) : null}
        {locked && manages ? <small>{t(texts.lockedHint)}</small> : null}
      </span>
    </li>
  );
}
