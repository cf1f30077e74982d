import { App, Button, Flex } from "antd";
import { useRef } from "react";

import { useT } from "../../i18n";
import { base64Of, MOST_LOGO_BYTES } from "./layout";
import styles from "./printers.module.css";
import { texts } from "./texts";

interface LogoFieldProps {
  /** PNG as base64; empty for none. */
  logo: string;
  readOnly: boolean;
  onChange: (logo: string) => void;
}

/** The picture of a template. */
export function LogoField({ logo, readOnly, onChange }: LogoFieldProps) {
  const t = useT();
  const { message } = App.useApp();
  const input = useRef<HTMLInputElement>(null);

  async function choose(file: File | undefined) {
    if (!file) return;
    if (file.size > MOST_LOGO_BYTES) void message.error(t(texts.logoTooLarge), 6);
    else onChange(await base64Of(file));
  }

  return (
    <section aria-label={t(texts.logo)} style={{ marginTop: 16 }}>
      <h3>{t(texts.logo)}</h3>
      <p className={styles.formHint}>{t(texts.logoHint)}</p>
      <Flex gap={12} align="center" wrap>
        {logo ? <img src={`data:image/png;base64,${logo}`} alt={t(texts.logoSet)} style={{ maxWidth: 160, maxHeight: 80, background: "#ffffff" }} /> : null}
        {readOnly ? null : (
          <>
            <input
              ref={input}
              type="file"
              accept="image/png"
              hidden
              aria-label={t(texts.logoChoose)}
              onChange={({ target }) => {
                void choose(target.files?.[0]);
                target.value = "";
              }}
            />
            <Button size="large" onClick={() => input.current?.click()}>{t(texts.logoChoose)}</Button>
            {logo ? <Button size="large" onClick={() => onChange("")}>{t(texts.logoDrop)}</Button> : null}
          </>
        )}
      </Flex>
    </section>
  );
}
