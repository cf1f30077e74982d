import { Link, type ErrorComponentProps, type LinkProps } from "@tanstack/react-router";
import { Result } from "antd";

import { useT } from "../i18n";
import { paths } from "../paths";
import { ErrorState } from "../patterns/states";

/** An address that leads nowhere. */
export function LostPage() {
  const t = useT();
  return (
    <Result
      status="404"
      title={t("lost.title")}
      subTitle={t("lost.text")}
      extra={<Link to={paths.home() as LinkProps["to"]}>{t("lost.home")}</Link>}
    />
  );
}

/** A screen that could not be shown. */
export function CrashedPage({ error }: ErrorComponentProps) {
  return <ErrorState thrown={error} onRetry={() => location.reload()} />;
}
