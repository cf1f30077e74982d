import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { App, Button, Flex } from "antd";
import { useState } from "react";

import type { PromoCode } from "../../data/benefit-types";
import { problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import { useReason, useT } from "../../i18n";
import { paths } from "../../paths";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { useBodyKey } from "../../patterns/use-body-key";
import { faultsAt, type Fault } from "../rules/faults";
import { codesFaults, newCodes, type CodesDraft } from "./code";
import { CodeFields } from "./code-fields";
import { copyPromoCode } from "./queries";
import { texts } from "./texts";

interface CopyDrawerProps {
  code: PromoCode;
  brandId: string;
  onClose: () => void;
}

/** A new code or batch with the offer of one that exists. */
export function CopyDrawer({ code, brandId, onClose }: CopyDrawerProps) {
  const t = useT();
  const sentence = useReason();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const keyOf = useBodyKey();
  const [codes, setCodes] = useState<CodesDraft>({ ...newCodes, kind: code.code ? "single" : "random" });
  const [faults, setFaults] = useState<Fault[]>([]);
  const [busy, setBusy] = useState(false);

  async function copy() {
    const own = codesFaults(codes).map((place) => ({ place: `beside.${place === "csv_size" ? "csv" : place}`, text: t(texts.bad[place]) }));
    setFaults(own);
    if (own.length > 0) return;
    setBusy(true);
    try {
      const made = await copyPromoCode(code.promo_code_id, codes, keyOf(codes));
      void client.invalidateQueries({ queryKey: keys.promoCodes(brandId) });
      void message.success(t(texts.copied));
      onClose();
      await navigate({ to: paths.promoCode(brandId, made.promo_code_id) as "/" });
    } catch (thrown) {
      const problem = problemFrom(thrown);
      const place = codes.kind === "single" ? "beside.code" : codes.kind === "file" ? "beside.csv" : "beside.count";
      setFaults((problem.fields.length > 0 ? problem.fields : [problem]).map((one) => ({ place, text: sentence(one) })));
    } finally {
      setBusy(false);
    }
  }

  return (
    <DetailDrawer
      open
      title={t(texts.copyTitle)}
      onClose={onClose}
      footer={
        <Flex justify="end">
          <Button size="large" type="primary" loading={busy} onClick={() => void copy()}>{t(texts.copy)}</Button>
        </Flex>
      }
    >
      <p>{t(texts.copyHint)}</p>
      <CodeFields codes={codes} faults={faultsAt(faults)} onChange={(part) => setCodes({ ...codes, ...part })} />
    </DetailDrawer>
  );
}
