import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Flex, Form, InputNumber } from "antd";
import { useState } from "react";

import { keys } from "../../data/keys";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { RefusalAlert, useFormRefusal } from "../../patterns/form-refusal";
import { QueryView } from "../../patterns/states";
import { saveSettings, settingsQuery } from "./queries";
import { texts } from "./texts";

interface SettingsForm {
  cap_percent: number | null;
  max_codes: number;
  max_coupons: number;
}

interface SettingsDrawerProps {
  brandId: string;
  manages: boolean;
  onClose: () => void;
}

/** What a brand allows in one order: 總折扣上限, how many codes and coupons. */
export function SettingsDrawer({ brandId, manages, onClose }: SettingsDrawerProps) {
  const t = useT();
  const client = useQueryClient();
  const { message } = App.useApp();
  const settings = useQuery(settingsQuery(brandId));
  const [form] = Form.useForm<SettingsForm>();
  const { refusal, refuse, clear } = useFormRefusal(form);
  const [busy, setBusy] = useState(false);

  async function save({ cap_percent, max_codes, max_coupons }: SettingsForm) {
    setBusy(true);
    clear();
    try {
      const answer = await saveSettings(brandId, settings.data?.version ?? 0, { discount_cap_bp: cap_percent ? Math.round(cap_percent * 100) : null, max_codes, max_coupons });
      client.setQueryData(keys.benefitSettings(brandId), answer);
      void message.success(t(common.formSaved));
      onClose();
    } catch (thrown) {
      refuse(thrown);
    } finally {
      setBusy(false);
    }
  }

  return (
    <DetailDrawer
      open
      title={t(texts.settings)}
      onClose={onClose}
      footer={
        manages ? (
          <Flex justify="end">
            <Button size="large" type="primary" loading={busy} onClick={() => form.submit()}>{t(common.formSave)}</Button>
          </Flex>
        ) : null
      }
    >
      <p>{t(texts.settingsHint)}</p>
      <QueryView query={settings}>
        {({ settings: { discount_cap_bp, max_codes, max_coupons } }) => (
          <Form<SettingsForm>
            form={form}
            layout="vertical"
            disabled={!manages}
            initialValues={{ cap_percent: discount_cap_bp ? discount_cap_bp / 100 : null, max_codes, max_coupons }}
            onFinish={(values) => void save(values)}
          >
            <Form.Item name="cap_percent" label={t(texts.cap)} extra={t(texts.capHint)}>
              <InputNumber<number> size="large" min={1} max={100} precision={0} suffix="%" style={{ width: 140 }} />
            </Form.Item>
            <Form.Item name="max_codes" label={t(texts.maxCodes)}>
              <InputNumber<number> size="large" min={1} max={3} precision={0} style={{ width: 140 }} />
            </Form.Item>
            <Form.Item name="max_coupons" label={t(texts.maxCoupons)}>
              <InputNumber<number> size="large" min={1} max={3} precision={0} style={{ width: 140 }} />
            </Form.Item>
            <RefusalAlert refusal={refusal} onReload={() => void settings.refetch()} />
          </Form>
        )}
      </QueryView>
    </DetailDrawer>
  );
}
