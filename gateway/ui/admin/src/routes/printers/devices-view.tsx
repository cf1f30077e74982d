import { DeleteOutlined, EditOutlined, PlusOutlined, PrinterOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { useState } from "react";

import type { PrintDevice } from "../../data/types";
import { useMe } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { EmptyState, QueryView } from "../../patterns/states";
import { useDanger } from "../../patterns/use-danger";
import { may } from "../../session/may";
import { AgentsPart } from "./agents-part";
import { CloudsPart } from "./clouds-part";
import { polls } from "./device";
import { DeviceDrawer } from "./device-drawer";
import { DeviceWords } from "./device-words";
import { PairDrawer } from "./pair-drawer";
import styles from "./printers.module.css";
import { agentsQuery, cloudsQuery, deleteDevice, devicesQuery, renewAddress } from "./queries";
import { texts } from "./texts";
import { useDeed } from "./use-deed";
import { useTestSlip } from "./use-test-slip";

interface Pairing {
  device: PrintDevice;
  address: string;
}

/** The printers of a branch, paired or not, and the agents that drive some of them. */
export function DevicesView({ branchId }: { branchId: string }) {
  const t = useT();
  const danger = useDanger();
  const manages = may(useMe(), "device.printers", "manage");
  const devices = useQuery(devicesQuery(branchId));
  const agents = useQuery(agentsQuery(branchId));
  const clouds = useQuery(cloudsQuery(branchId));
  const { busy, run } = useDeed(branchId);
  const testSlip = useTestSlip(branchId);
  const [edited, setEdited] = useState<PrintDevice | "new">();
  const [pairing, setPairing] = useState<Pairing>();
  const add = (
    <Button size="large" type="primary" icon={<PlusOutlined />} onClick={() => setEdited("new")}>
      {t(texts.addDevice)}
    </Button>
  );

  const renew = (device: PrintDevice) =>
    danger({
      title: t(texts.renewTitle, { name: device.name }),
      text: t(texts.renewText),
      deed: t(texts.renewAddress),
      act: () => run(device.device_id, () => renewAddress(device).then((made) => setPairing({ device: made.device, address: made.address })), t(texts.renewed)),
    });
  const remove = (device: PrintDevice) =>
    danger({
      title: t(texts.removeDeviceTitle, { name: device.name }),
      text: t(texts.removeDeviceText),
      deed: t(texts.remove),
      act: () => run(device.device_id, () => deleteDevice(device)),
    });

  return (
    <>
      {manages ? null : <Alert type="info" showIcon title={t(common.formReadOnly)} style={{ marginBottom: 12 }} />}
      <QueryView query={devices}>
        {(listed) =>
          listed.length === 0 ? (
            <EmptyState title={t(texts.noDevices)} hint={t(texts.noDevicesHint)} action={manages ? add : null} />
          ) : (
            <>
              <div className={styles.tools}>
                <h2>{t(texts.tab.devices)}</h2>
                {manages ? add : null}
              </div>
              <ul className={styles.list} aria-label={t(texts.tab.devices)}>
                {listed.map((device) => (
                  <li key={device.device_id} className={styles.row}>
                    <div className={styles.what}>
                      <span className={styles.head}>
                        <strong>{device.name}</strong>
                        <span className={`${styles.soft} tabular`}>{device.serial}</span>
                      </span>
                      <span className={styles.soft}>{[t(texts.paper[device.paper]), t(texts.channel[device.channel]), device.model, device.firmware].filter(Boolean).join(" · ")}</span>
                      <DeviceWords device={device} withAdvice />
                    </div>
                    {manages ? (
                      <span className={styles.acts}>
                        {device.paired ? (
                          <Button icon={<PrinterOutlined />} loading={testSlip.busy === device.device_id} aria-label={t(texts.testNamed, { name: device.name })} onClick={() => void testSlip.print(device.device_id)}>
                            {t(texts.test)}
                          </Button>
                        ) : (
                          <Button type="primary" onClick={() => setPairing({ device, address: "" })}>{t(texts.pair)}</Button>
                        )}
                        {polls(device.channel) ? <Button loading={busy === device.device_id} onClick={() => renew(device)}>{t(texts.renewAddress)}</Button> : null}
                        <Button type="text" icon={<EditOutlined />} aria-label={t(common.actionEditNamed, { name: device.name })} onClick={() => setEdited(device)} />
                        <Button type="text" danger icon={<DeleteOutlined />} aria-label={t(texts.removeNamed, { name: device.name })} onClick={() => remove(device)} />
                      </span>
                    ) : null}
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </QueryView>
      <QueryView query={agents} skeleton={null}>{(listed) => <AgentsPart branchId={branchId} agents={listed} manages={manages} />}</QueryView>
      <QueryView query={clouds} skeleton={null}>{(listed) => <CloudsPart branchId={branchId} accounts={listed} devices={devices.data ?? []} manages={manages} />}</QueryView>
      {edited ? (
        <DeviceDrawer
          branchId={branchId}
          device={edited === "new" ? undefined : edited}
          agents={agents.data ?? []}
          accounts={clouds.data}
          onClose={() => setEdited(undefined)}
          onCreated={(device, address) => {
            setEdited(undefined);
            setPairing({ device, address });
          }}
        />
      ) : null}
      {pairing ? <PairDrawer key={pairing.address} device={pairing.device} address={pairing.address} onClose={() => setPairing(undefined)} /> : null}
    </>
  );
}
