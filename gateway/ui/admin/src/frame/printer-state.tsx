import { PrinterOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { formatDayTime } from "@yizhimai/kit";
import { Popover } from "antd";

import type { PrintDeviceSummary } from "../data/types";
import { useT } from "../i18n";
import { paths } from "../paths";
import { deviceStatesQuery } from "../routes/print-jobs/queries";
import { texts } from "../routes/print-jobs/texts";
import { adviceFor, deviceTone, summaryOf } from "../routes/print-jobs/words";
import { Badge } from "../routes/rules/badge";
import { may } from "../session/may";
import styles from "./frame.module.css";
import { useMe, useScope } from "./use-scope";

/** Whether the branch's printers print, and what to do when they don't; absent where there is none. */
export function PrinterState() {
  const { branch } = useScope();
  return branch && may(useMe(), "ops.orders") ? <OfBranch branchId={branch.branch_id} /> : null;
}

function OfBranch({ branchId }: { branchId: string }) {
  const t = useT();
  const { data: devices } = useQuery(deviceStatesQuery(branchId));
  if (!devices || devices.length === 0) return null;
  const { tone, text } = summaryOf(t, devices);
  return (
    <Popover trigger="click" placement="bottomLeft" title={t(texts.topTitle)} content={<Devices branchId={branchId} devices={devices} />}>
      <button type="button" className={styles.printers} data-tone={tone} aria-label={`${t(texts.topTitle)}：${text}`}>
        <PrinterOutlined aria-hidden />
        <span className={tone === "good" ? styles.onlineMore : undefined} role="status">{text}</span>
      </button>
    </Popover>
  );
}

function Devices({ branchId, devices }: { branchId: string; devices: readonly PrintDeviceSummary[] }) {
  const t = useT();
  return (
    <div className={styles.printerList}>
      <ul>
        {devices.map((device) => (
          <li key={device.device_id}>
            <Device device={device} />
          </li>
        ))}
      </ul>
      <Link to={paths.printJobs(branchId) as LinkProps["to"]}>{t(texts.topAll)}</Link>
    </div>
  );
}

function Device({ device }: { device: PrintDeviceSummary }) {
  const t = useT();
  const { timeZone } = useScope();
  const advice = adviceFor(device);
  const since = formatDayTime(device.state_since, timeZone, new Date(), t.locale);
  const lines = [
    ...(device.waiting_jobs > 0 ? [t(texts.printerWaits, { count: device.waiting_jobs })] : []),
    ...(device.unconfirmed_jobs > 0 ? [t(texts.topDecide, { count: device.unconfirmed_jobs })] : []),
    ...(device.failed_jobs > 0 ? [t(texts.topFailed, { count: device.failed_jobs })] : []),
  ];
  return (
    <>
      <div className={styles.printerHead}>
        <strong>{device.name}</strong>
        <Badge tone={deviceTone(device.state)}>{t(texts.deviceState[device.state])}</Badge>
        {device.state !== "online" ? <small>{t(texts.topSince, { time: since })}</small> : null}
      </div>
      {advice ? <p>{t(advice)}</p> : null}
      {lines.map((line) => <p key={line}>{line}</p>)}
    </>
  );
}
