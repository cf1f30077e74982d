import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Segmented } from "antd";

import { texts as frameTexts } from "../../frame/texts";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { useLine } from "../../live/line";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { PrepButton } from "../prep-list/prep-button";
import { isOfPrinting, refreshPrinting } from "../print-jobs/live";
import { DevicesView } from "./devices-view";
import { PointsView } from "./points-view";
import styles from "./printers.module.css";
import { tabs, type PrinterTab } from "./search";
import { TemplatesView } from "./templates-view";
import { texts } from "./texts";

const route = getRouteApi("/signed-in/branches/$branchId/printers");

/** 出單機設定: the print points of a branch with their rules, its printers, and how slips look. */
export function PrintersPage() {
  const t = useT();
  const { branchId } = route.useParams();
  const { tab = "points" } = route.useSearch();
  const navigate = route.useNavigate();
  const client = useQueryClient();
  const { branch } = useScope();
  const refresh = () => refreshPrinting(client, branchId);
  useLine(branchId, (event) => isOfPrinting(event) && refresh(), refresh);
  const open = (next: PrinterTab) => void navigate({ search: next === "points" ? {} : { tab: next } });
  return (
    <Page>
      <PageHeader title={t(frameTexts.functionNames.printers)} hint={t(texts.hint, { branch: branch?.name ?? "" })} actions={<PrepButton branchId={branchId} />} />
      <Segmented<PrinterTab>
        size="large"
        block
        className={styles.tabs ?? ""}
        aria-label={t(frameTexts.functionNames.printers)}
        value={tab}
        onChange={open}
        options={tabs.map((one) => ({ value: one, label: t(texts.tab[one]) }))}
      />
      {tab === "devices" ? <DevicesView key={branchId} branchId={branchId} /> : null}
      {tab === "templates" ? <TemplatesView key={branchId} branchId={branchId} /> : null}
      {tab === "points" && branch ? <PointsView key={branchId} branch={branch} onDevices={() => open("devices")} /> : null}
    </Page>
  );
}
