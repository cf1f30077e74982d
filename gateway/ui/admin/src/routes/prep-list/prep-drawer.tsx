import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { App, Button, DatePicker, Segmented, Select } from "antd";
import dayjs from "dayjs";
import { useState } from "react";

import { keys } from "../../data/keys";
import type { PrepPoint } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { paths } from "../../paths";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { EmptyState, QueryView } from "../../patterns/states";
import { useBodyKey } from "../../patterns/use-body-key";
import { useBusinessDay } from "../../patterns/use-business-day";
import { useRefusalToast } from "../../patterns/use-toast";
import { may } from "../../session/may";
import { ClockField } from "../hours/clock-field";
import styles from "./prep-list.module.css";
import { Preview } from "./preview";
import { prepPointsQuery, prepPreviewQuery, printPrepList, type Span } from "./queries";
import { isOvernight, lunch, partOf } from "./span";
import { texts } from "./texts";

interface PrepDrawerProps {
  /** The branch it opens at. */
  branchId: string;
  onClose: () => void;
}

/** 備料表: for which branch, day and time, on which print point, beside the very raster that it prints. */
export function PrepDrawer({ branchId, onClose }: PrepDrawerProps) {
  const t = useT();
  const client = useQueryClient();
  const { message } = App.useApp();
  const toast = useRefusalToast();
  const { branches: all } = useScope();
  const [chosen, setChosen] = useState(branchId);
  const branches = all.filter((one) => one.state !== "closed" || one.branch_id === branchId);
  const branch = branches.find((one) => one.branch_id === chosen);
  const cutoff = branch?.cutoff_minutes ?? 0;
  const today = useBusinessDay(branch?.time_zone ?? "Asia/Taipei", branch?.cutoff_minutes);
  const [day, setDay] = useState<string>();
  const [clocks, setClocks] = useState<{ from: number; to: number }>();
  const [pointId, setPointId] = useState<string>();
  const [busy, setBusy] = useState(false);
  const keyOf = useBodyKey();

  const points = useQuery(prepPointsQuery(chosen));
  const point = points.data?.find((one) => one.print_point_id === pointId) ?? usual(points.data);
  const part = clocks && partOf(clocks.from, clocks.to, cutoff);
  const span: Span = { business_day: day ?? today, ...part };
  const preview = useQuery(prepPreviewQuery(chosen, point?.print_point_id ?? "", span));
  const isReady = point !== undefined && preview.data !== undefined && preview.data.orders > 0 && !preview.isPlaceholderData;

  async function print({ print_point_id }: PrepPoint) {
    setBusy(true);
    try {
      await printPrepList(print_point_id, span, keyOf({ print_point_id, ...span }));
      void message.success(t(texts.printed));
      void client.invalidateQueries({ queryKey: keys.printing(chosen) });
      onClose();
    } catch (thrown) {
      toast(thrown);
      void preview.refetch();
    } finally {
      setBusy(false);
    }
  }

  return (
    <DetailDrawer
      open
      title={t(texts.title)}
      onClose={onClose}
      footer={
        <div className={styles.foot}>
          <Button size="large" type="primary" loading={busy} disabled={!isReady} onClick={() => point && void print(point)}>{t(texts.print)}</Button>
        </div>
      }
    >
      <p className={styles.soft}>{t(texts.hint)}</p>
      <div className={styles.fields}>
        {branches.length > 1 ? (
          <label className={`${styles.field} ${styles.wide}`}>
            {t(texts.branch)}
            <Select
              size="large"
              showSearch={{ optionFilterProp: "label" }}
              aria-label={t(texts.branch)}
              value={chosen}
              onChange={setChosen}
              options={branches.map((one) => ({ value: one.branch_id, label: one.name }))}
            />
          </label>
        ) : null}
        <label className={styles.field}>
          {t(texts.day)}
          <DatePicker size="large" allowClear={false} aria-label={t(texts.day)} value={dayjs(span.business_day)} onChange={(date) => setDay(dayjs(date).format("YYYY-MM-DD"))} />
        </label>
        <div className={styles.field}>
          {t(texts.span)}
          <Segmented<"whole" | "part">
            size="large"
            block
            aria-label={t(texts.span)}
            value={clocks ? "part" : "whole"}
            onChange={(next) => setClocks(next === "part" ? lunch : undefined)}
            options={(["whole", "part"] as const).map((one) => ({ value: one, label: t(texts.spanOf[one]) }))}
          />
        </div>
        {clocks && part ? (
          <div className={`${styles.field} ${styles.wide}`}>
            <div className={styles.clocks}>
              <ClockField label={t(texts.from)} minute={clocks.from} onChange={(from) => setClocks({ ...clocks, from })} />
              <span aria-hidden>–</span>
              <ClockField label={t(texts.to)} minute={clocks.to} onChange={(to) => setClocks({ ...clocks, to })} />
              {isOvernight(part) ? <span className={styles.soft}>{t(texts.overnight)}</span> : null}
            </div>
            <span className={styles.soft}>{t(texts.partHint)}</span>
          </div>
        ) : null}
      </div>
      <QueryView query={points}>
        {(listed) =>
          listed.length === 0 ? (
            <NoPoints branchId={chosen} />
          ) : (
            <>
              <label className={styles.field}>
                {t(texts.point)}
                <Select
                  size="large"
                  aria-label={t(texts.point)}
                  value={point?.print_point_id}
                  onChange={setPointId}
                  options={listed.map((one) => ({ value: one.print_point_id, label: t(texts.pointWords, { name: one.name, place: one.place }) }))}
                />
              </label>
              <Preview query={preview} />
            </>
          )
        }
      </QueryView>
    </DetailDrawer>
  );
}

/** The print point that is offered first: a list of labels is hard to read. */
function usual(points: readonly PrepPoint[] | undefined): PrepPoint | undefined {
  return points?.find(({ paper }) => paper !== "label_40x25") ?? points?.[0];
}

function NoPoints({ branchId }: { branchId: string }) {
  const t = useT();
  const leads = may(useMe(), "device.printers");
  return (
    <EmptyState
      title={t(texts.noPoints)}
      hint={t(texts.noPointsHint)}
      action={leads ? <Link to={paths.printers(branchId) as LinkProps["to"]}>{t(texts.toPrinters)}</Link> : undefined}
    />
  );
}
