import { FileTextOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ProblemError, problemOf } from "@yizhimai/api";
import { Link, useParams, type LinkProps } from "@tanstack/react-router";
import { Button, Flex, Result, Select, Steps, Upload } from "antd";
import { useState } from "react";

import { call } from "../../data/gateway";
import { optionGroupsQuery } from "../../data/shared-queries";
import type { ImportReport } from "../../data/types";
import { texts as frameTexts } from "../../frame/texts";
import { useT } from "../../i18n";
import { paths } from "../../paths";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { useRefusalToast } from "../../patterns/use-toast";
import { texts as productTexts } from "../product/texts";
import { Report } from "./report";
import { texts } from "./texts";

interface Picked {
  file: File;
  report: ImportReport;
}

const MOST_BYTES = 10 * 1024 * 1024;

/** 匯入商品: pick a file, see what would happen, then do it. */
export function ImportPage() {
  const t = useT();
  const { brandId = "" } = useParams({ strict: false });
  const client = useQueryClient();
  const toast = useRefusalToast();
  const groups = useQuery(optionGroupsQuery(brandId));
  const [groupIds, setGroupIds] = useState<string[]>([]);
  const [picked, setPicked] = useState<Picked>();
  const [done, setDone] = useState<ImportReport>();
  const [busy, setBusy] = useState(false);

  function send(file: File, dryRun: boolean): Promise<ImportReport> {
    return call("POST", "/api/admin/brands/{brand_id}/products/import", {
      path: { brand_id: brandId }, query: { dry_run: dryRun, option_group_ids: groupIds.join(",") || undefined }, body: file,
    });
  }

  async function run(act: () => Promise<void>) {
    setBusy(true);
    await act().catch(toast);
    setBusy(false);
  }

  const check = (file: File) =>
    run(async () => setPicked({ file, report: await send(file, true) }));
  const apply = () =>
    run(async () => {
      if (!picked) return;
      const report = await send(picked.file, false);
      if (report.applied) {
        setDone(report);
        await client.invalidateQueries({ queryKey: ["brand", brandId] });
      } else setPicked({ ...picked, report });
    });

  const changes = picked ? picked.report.created + picked.report.updated : 0;
  const losing = picked?.report.losing ?? 0;
  if (done) {
    return (
      <Page narrow>
        <Result
          status="success"
          title={t(texts.done, { created: done.created, updated: done.updated })}
          subTitle={t(texts.doneHint)}
          extra={
            <Flex gap={8} justify="center" wrap>
              <Link to={paths.publish(brandId) as LinkProps["to"]}>
                <Button type="primary">{t(frameTexts.functionNames.publish)}</Button>
              </Link>
              <Link to={paths.products(brandId) as LinkProps["to"]}>
                <Button>{t(texts.toProducts)}</Button>
              </Link>
            </Flex>
          }
        />
      </Page>
    );
  }
  return (
    <Page narrow>
      <PageHeader title={t(productTexts.import)} hint={t(texts.hint)} back={paths.products(brandId)} />
      <Steps
        size="small"
        responsive={false}
        current={picked ? 1 : 0}
        items={[{ title: t(texts.stepPick) }, { title: t(texts.stepCheck) }, { title: t(texts.stepWrite) }]}
        style={{ marginBottom: 20 }}
      />
      <Upload.Dragger
        accept=".csv,text/csv"
        maxCount={1}
        showUploadList={false}
        disabled={busy}
        beforeUpload={(file) => {
          if (file.size > MOST_BYTES) toast(tooLarge);
          else void check(file);
          return false;
        }}
      >
        <p style={{ fontSize: 32, color: "var(--primary)" }}>
          <FileTextOutlined aria-hidden />
        </p>
        <p style={{ fontSize: 17, fontWeight: 600 }}>{picked ? t(texts.again, { name: picked.file.name }) : t(texts.drop)}</p>
        <p style={{ color: "var(--ink-2)" }}>{t(texts.columns)}</p>
      </Upload.Dragger>
      {picked ? (
        <Flex vertical gap={16} style={{ marginTop: 20 }}>
          <label>
            {t(texts.groups)}
            <Select
              mode="multiple"
              style={{ width: "100%", marginTop: 4 }}
              aria-label={t(texts.groups)}
              placeholder={t(texts.groupsNone)}
              value={groupIds}
              onChange={setGroupIds}
              options={groups.data?.map((group) => ({ value: group.option_group_id, label: group.name }))}
            />
          </label>
          <Report report={picked.report} />
          <Flex justify="end" gap={8}>
            <Button onClick={() => setPicked(undefined)}>{t(texts.dropFile)}</Button>
            <Button type="primary" size="large" danger={losing > 0} loading={busy} disabled={picked.report.problems.length > 0 || changes === 0} onClick={() => void apply()}>
              {losing > 0 ? t(texts.applyLosing, { count: changes, losing }) : t(texts.apply, { count: changes })}
            </Button>
          </Flex>
        </Flex>
      ) : null}
    </Page>
  );
}

const tooLarge = new ProblemError(problemOf({ reason: "FILE_TOO_LARGE", params: { max: "10 MB" } }, 413));
