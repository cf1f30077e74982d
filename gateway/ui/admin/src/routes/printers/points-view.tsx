import { DeleteOutlined, EditOutlined, PlusOutlined, PrinterOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { Alert, Button, Switch, Table, type TableColumnType } from "antd";
import { useState } from "react";

import { newIdempotencyKey } from "../../data/gateway";
import type { Branch, PrintDevice, PrintPoint } from "../../data/types";
import { useMe } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { EmptyState, QueryView } from "../../patterns/states";
import { useDanger } from "../../patterns/use-danger";
import { may } from "../../session/may";
import { DeviceWords } from "./device-words";
import { pointInput } from "./point";
import { PointDrawer } from "./point-drawer";
import styles from "./printers.module.css";
import { deletePoint, devicesQuery, pointsQuery, savePoint } from "./queries";
import { RouteWarnings } from "./route-warnings";
import { SettingsBox } from "./settings-box";
import { texts } from "./texts";
import { useDeed } from "./use-deed";
import { useTestSlip } from "./use-test-slip";

interface PointsViewProps {
  branch: Branch;
  onDevices: () => void;
}

/** The manual's table: what is printed where, on which printer, and how that printer is. */
export function PointsView({ branch, onDevices }: PointsViewProps) {
  const t = useT();
  const branchId = branch.branch_id;
  const manages = may(useMe(), "device.printers", "manage");
  const points = useQuery(pointsQuery(branchId));
  const devices = useQuery(devicesQuery(branchId));
  const [edited, setEdited] = useState<PrintPoint | "new">();
  const paired = (devices.data ?? []).some((device) => device.paired);
  const add = (
    <Button size="large" type="primary" icon={<PlusOutlined />} onClick={() => setEdited("new")}>
      {t(texts.addPoint)}
    </Button>
  );
  return (
    <>
      {manages ? null : <Alert type="info" showIcon title={t(common.formReadOnly)} style={{ marginBottom: 12 }} />}
      <SettingsBox branchId={branchId} manages={manages} />
      <QueryView query={points}>
        {(listed) =>
          listed.length === 0 ? (
            <EmptyState
              title={t(texts.noPoints)}
              hint={t(paired || !devices.data ? texts.noPointsHint : texts.noPairedHint)}
              action={manages ? paired ? add : <Button size="large" type="primary" onClick={onDevices}>{t(texts.toDevices)}</Button> : null}
            />
          ) : (
            <>
              <RouteWarnings branch={branch} />
              <div className={styles.tools}>
                <h2>{t(texts.tab.points)}</h2>
                {manages ? add : null}
              </div>
              <Points branchId={branchId} points={listed} devices={devices.data ?? []} manages={manages} onEdit={setEdited} />
            </>
          )
        }
      </QueryView>
      {edited ? (
        <PointDrawer
          branch={branch}
          point={edited === "new" ? undefined : edited}
          points={points.data ?? []}
          devices={devices.data ?? []}
          onClose={() => setEdited(undefined)}
        />
      ) : null}
    </>
  );
}

interface PointsProps {
  branchId: string;
  points: readonly PrintPoint[];
  devices: readonly PrintDevice[];
  manages: boolean;
  onEdit: (point: PrintPoint) => void;
}

function Points({ branchId, points, devices, manages, onEdit }: PointsProps) {
  const t = useT();
  const danger = useDanger();
  const { busy, run } = useDeed(branchId);
  const testSlip = useTestSlip(branchId);
  const deviceOf = (point: PrintPoint) => devices.find(({ device_id }) => device_id === point.device_id);

  const remove = (point: PrintPoint) =>
    danger({
      title: t(texts.removePointTitle, { name: point.name }),
      text: t(texts.removePointText),
      deed: t(texts.remove),
      act: () => run(point.print_point_id, () => deletePoint(point)),
    });

  const columns: TableColumnType<PrintPoint>[] = [
    {
      title: t(texts.pointName), key: "name",
      render: (_, point) => (
        <div style={{ minWidth: 140, maxWidth: 240, whiteSpace: "normal" }}>
          <strong>{point.name}</strong>
          <div><Link to={paths.printPoint(branchId, point.print_point_id) as LinkProps["to"]}>{t(texts.rules)}</Link></div>
        </div>
      ),
    },
    { title: t(texts.kind), key: "kind", render: (_, point) => t(texts.paper[point.paper]) },
    { title: t(texts.serial), key: "serial", render: (_, point) => <span className="tabular">{deviceOf(point)?.serial ?? "—"}</span> },
    { title: t(texts.scenes), key: "scenes", render: (_, point) => point.scenes.map((one) => t(common.method[one])).join("+") },
    { title: t(texts.place), dataIndex: "place" },
    { title: t(texts.copies), dataIndex: "copies", align: "right" },
    {
      title: t(texts.state), key: "state",
      render: (_, point) => {
        const device = deviceOf(point);
        return <div style={{ minWidth: 180, maxWidth: 280, whiteSpace: "normal" }}>{device ? <DeviceWords device={device} /> : "—"}</div>;
      },
    },
    {
      title: t(texts.enabled), key: "enabled",
      render: (_, point) => (
        <Switch
          checked={point.enabled}
          disabled={!manages}
          loading={busy === point.print_point_id}
          aria-label={t(texts.switchPoint, { name: point.name })}
          onChange={(enabled) => void run(point.print_point_id, () => savePoint(branchId, point.print_point_id, { ...pointInput(point), enabled }, newIdempotencyKey()))}
        />
      ),
    },
    ...(manages
      ? [{
          title: t(common.actionMore), key: "acts", align: "right" as const,
          render: (_: unknown, point: PrintPoint) => (
            <div className={styles.acts} style={{ flexWrap: "nowrap" }}>
              <Button type="text" icon={<PrinterOutlined />} loading={testSlip.busy === point.device_id} aria-label={t(texts.testNamed, { name: point.name })} title={t(texts.test)} onClick={() => void testSlip.print(point.device_id)} />
              <Button type="text" icon={<EditOutlined />} aria-label={t(common.actionEditNamed, { name: point.name })} onClick={() => onEdit(point)} />
              <Button type="text" danger icon={<DeleteOutlined />} aria-label={t(texts.removeNamed, { name: point.name })} onClick={() => remove(point)} />
            </div>
          ),
        }]
      : []),
  ];
  return (
    <div className={styles.panel}>
      <Table<PrintPoint> columns={columns} dataSource={[...points]} rowKey="print_point_id" pagination={false} size="middle" scroll={{ x: "max-content" }} />
    </div>
  );
}
