import { BellOutlined, ExperimentOutlined, InboxOutlined, SearchOutlined } from "@ant-design/icons";
import { Button, Checkbox, Input, Tooltip, type InputRef } from "antd";
import { useEffect, useRef, useState } from "react";

import { texts as frameTexts } from "../../frame/texts";
import { useT } from "../../i18n";
import { disableSound, enableSound, resumeSoundOnTouch, soundChoice } from "../../live/bell";
import { useClockText } from "../../patterns/clock-text";
import { PrepButton } from "../prep-list/prep-button";
import styles from "./board.module.css";
import { texts } from "./texts";

interface BarProps {
  branchId: string;
  text: string;
  onText: (text: string) => void;
  updatedAt: number;
  onClosed: () => void;
  /** Whether test orders are shown too. */
  tests: boolean;
  onTests: (shown: boolean) => void;
  /** Where test orders are placed, for those who may. */
  testShop: string | undefined;
}

/** What stands above the board: search, sound, and what was closed today. */
export function Bar({ branchId, text, onText, updatedAt, onClosed, tests, onTests, testShop }: BarProps) {
  const t = useT();
  const clock = useClockText();
  const find = useRef<InputRef>(null);
  const [sound, setSound] = useState(() => soundChoice() === "on");

  useEffect(resumeSoundOnTouch, []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "/" || /input|textarea/iu.test((event.target as HTMLElement).tagName)) return;
      event.preventDefault();
      find.current?.focus();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  return (
    <div className={styles.bar}>
      <h1>{t(frameTexts.functionNames.orders)}</h1>
      <span className={styles.asOf}>{updatedAt ? t(texts.asOf, { time: clock(updatedAt) }) : ""}</span>
      <Input
        ref={find}
        allowClear
        className={styles.find ?? ""}
        prefix={<SearchOutlined aria-hidden />}
        aria-label={t(texts.find)}
        placeholder={t(texts.find)}
        defaultValue={text}
        onChange={({ target }) => onText(target.value)}
        style={{ height: 44 }}
      />
      <Tooltip title={sound ? t(texts.soundOn) : t(texts.soundOff)}>
        <Button
          style={{ height: 44, minWidth: 44 }}
          icon={<BellOutlined />}
          type={sound ? "primary" : "default"}
          ghost={sound}
          aria-pressed={sound}
          aria-label={t(texts.soundLabel)}
          onClick={() => {
            if (sound) disableSound();
            else void enableSound();
            setSound(!sound);
          }}
        />
      </Tooltip>
      <Checkbox checked={tests} onChange={({ target }) => onTests(target.checked)}>
        {t(texts.withTests)}
      </Checkbox>
      {testShop ? (
        <Button style={{ height: 44 }} icon={<ExperimentOutlined />} href={testShop} target="_blank" rel="noopener">
          {t(texts.placeTest)}
        </Button>
      ) : null}
      <PrepButton branchId={branchId} />
      <Button style={{ height: 44 }} icon={<InboxOutlined />} onClick={onClosed}>
        {t(texts.closed)}
      </Button>
    </div>
  );
}
