import { CopyOutlined } from "@ant-design/icons";
import { App, Button } from "antd";

import { useT } from "../../i18n";
import styles from "./printers.module.css";
import { texts } from "./texts";

/** A secret that is shown this once, to be copied. */
export function SecretLine({ label, secret }: { label: string; secret: string }) {
  const t = useT();
  const { message } = App.useApp();
  const copy = () => void navigator.clipboard.writeText(secret).then(() => message.success(t(texts.copied)));
  return (
    <div className={styles.secret} role="group" aria-label={label}>
      <code>{secret}</code>
      <Button type="text" icon={<CopyOutlined />} aria-label={`${t(texts.copy)}：${label}`} onClick={copy} />
    </div>
  );
}
