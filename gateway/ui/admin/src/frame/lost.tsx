import { Link, type ErrorComponentProps, type LinkProps } from "@tanstack/react-router";
import { Result } from "antd";

import { useT } from "../i18n";
import { paths } from "../paths";
import { ErrorState } from "../patterns/states";
import { texts } from "./texts";

/** An address that leads nowhere. */
export function LostPage() {
  const t = useT();
  return (
    <Result
      status="404"
      title={t(texts.lostTitle)}
      subTitle={t(texts.lostText)}
      extra={<Link to={paths.home() as LinkProps["to"]}>{t(texts.lostHome)}</Link>}
    />
  );
}

/** A screen that could not be shown. */
export function CrashedPage({ error }: ErrorComponentProps) {
  return <ErrorState thrown={error} onRetry={() => location.reload()} />;
}
