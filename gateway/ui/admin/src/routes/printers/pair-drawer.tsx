import { Alert, Button, Flex, Form, Input } from "antd";
import { useState } from "react";

import { problemFrom } from "../../data/gateway";
import type { PrintDevice } from "../../data/types";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { PAIRING_CODE, polls } from "./device";
import styles from "./printers.module.css";
import { pairDevice, sendPairingSlip } from "./queries";
import { SecretLine } from "./secret-line";
import { texts } from "./texts";
import { useDeed } from "./use-deed";

interface PairDrawerProps {
  device: PrintDevice;
  /** Its secret address, where it was just made. */
  address: string;
  onClose: () => void;
}

/** What to set on the printer, and the code that it then prints. */
export function PairDrawer({ device, address, onClose }: PairDrawerProps) {
  const t = useT();
  const sentence = useReason();
  const { run, busy, refresh } = useDeed(device.branch_id);
  const [code, setCode] = useState("");
  const [wrong, setWrong] = useState<string>();
  const [paired, setPaired] = useState(device.paired);

  async function pair() {
    if (!PAIRING_CODE.test(code)) {
      setWrong(t(texts.pairCodeWrong));
      return;
    }
    setWrong(undefined);
    try {
      await pairDevice(device.device_id, code);
      setPaired(true);
    } catch (thrown) {
      setWrong(wordsOf(thrown));
      setCode("");
    } finally {
      await refresh();
    }
  }

  function wordsOf(thrown: unknown): string {
    const problem = problemFrom(thrown);
    if (problem.reason !== "PAIRING_FAILED") return sentence(problem);
    const left = problem.params?.left ?? "0";
    return left === "0" ? t(texts.pairOver) : t(texts.pairLeft, { left });
  }

  return (
    <DetailDrawer
      open
      title={t(texts.pairTitle, { name: device.name })}
      onClose={onClose}
      footer={
        <div className={styles.foot}>
          {paired ? (
            <Button size="large" type="primary" onClick={onClose}>{t(texts.close)}</Button>
          ) : (
            <>
              <Button size="large" loading={busy === "slip"} onClick={() => void run("slip", () => sendPairingSlip(device.device_id), t(texts.pairSent))}>{t(texts.pairAgain)}</Button>
              <Button size="large" type="primary" loading={busy === "pair"} onClick={() => void run("pair", pair)}>{t(texts.pair)}</Button>
            </>
          )}
        </div>
      }
    >
      {address ? (
        <Flex vertical gap={8}>
          <h3>{t(texts.address)}</h3>
          <SecretLine label={t(texts.address)} secret={address} />
          <Alert type="warning" showIcon title={t(texts.addressOnce)} />
        </Flex>
      ) : null}
      {paired ? (
        <Alert type="success" showIcon role="status" title={t(texts.paired)} />
      ) : (
        <>
          <p>{t(howTo[device.channel], { address: device.agent_address })}</p>
          {polls(device.channel) && !address ? <p className={styles.soft}>{t(texts.addressGone)}</p> : null}
          <Form layout="vertical" onFinish={() => void run("pair", pair)}>
            <Form.Item label={t(texts.pairCode)} htmlFor="pairing-code" extra={t(texts.pairCodeHint)} {...(wrong ? { validateStatus: "error" as const, help: wrong } : {})}>
              <Input
                id="pairing-code"
                size="large"
                inputMode="numeric"
                autoComplete="one-time-code"
                maxLength={6}
                style={{ width: 180, letterSpacing: "0.2em" }}
                value={code}
                onChange={({ target }) => setCode(target.value.normalize("NFKC").replace(/\D/gu, ""))}
              />
            </Form.Item>
          </Form>
          <Button type="link" style={{ alignSelf: "flex-start", paddingInline: 0 }} onClick={onClose}>{t(common.actionKeep)}</Button>
        </>
      )}
    </DetailDrawer>
  );
}

const howTo = {
  star_cloudprnt: texts.pairStar, epson_sdp: texts.pairEpson, agent: texts.pairAgent, xpyun: texts.pairCloud, feie: texts.pairCloud,
} as const;
