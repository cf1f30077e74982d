import { useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Button, ColorPicker, Flex, Form, Input, Modal, Select, Tabs, TimePicker } from "antd";
import dayjs from "dayjs";
import { useState } from "react";

import { call, newIdempotencyKey, problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { Brand, BrandInput, Branch, BranchInput, BranchState } from "../../data/types";
import { texts as frameTexts } from "../../frame/texts";
import { useMe, useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { FormPage, FormSection } from "../../patterns/form-page";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { EmptyState } from "../../patterns/states";
import { placeProblems } from "../../patterns/problem-fields";
import { may } from "../../session/may";
import { texts } from "./texts";

const states: readonly BranchState[] = ["setup", "live", "suspended", "closed"];

/** 店家／產品設定 › 店家資料: the brand and its branches. */
export function ShopPage() {
  const t = useT();
  const { brandId = "" } = useParams({ strict: false });
  const { brands, branches, branch } = useScope();
  const manages = may(useMe(), "store.catalog", "manage");
  const [adding, setAdding] = useState(false);
  const brand = brands.find((one) => one.brand_id === brandId);
  const mine = branches.filter((one) => one.brand_id === brandId);
  if (!brand) return <EmptyState title={t(texts.noBrand)} />;
  return (
    <Page narrow>
      <PageHeader title={t(frameTexts.functionNames.shop)} hint={t(texts.hint)} actions={manages ? <Button onClick={() => setAdding(true)}>{t(texts.branchAdd)}</Button> : null} />
      <Tabs
        defaultActiveKey={branch?.brand_id === brandId ? branch.branch_id : "brand"}
        destroyOnHidden
        items={[
          { key: "brand", label: t(texts.brand, { name: brand.name }), children: <BrandForm brand={brand} readOnly={!manages} /> },
          ...mine.map((one) => ({ key: one.branch_id, label: one.name, children: <BranchForm branch={one} readOnly={!manages} /> })),
        ]}
      />
      {adding ? <AddBranch brandId={brandId} onClose={() => setAdding(false)} /> : null}
    </Page>
  );
}

function BrandForm({ brand, readOnly }: { brand: Brand; readOnly: boolean }) {
  const t = useT();
  const client = useQueryClient();
  const [form] = Form.useForm<BrandInput>();
  const { brand_id, ...initial } = brand;
  const refresh = () => client.invalidateQueries({ queryKey: keys.brands() });

  async function save(values: BrandInput) {
    await call("PUT", "/api/admin/brands/{brand_id}", { path: { brand_id }, body: { ...values, currency: brand.currency, version: brand.version } });
    await refresh();
  }

  return (
    <FormPage form={form} initial={initial} onSave={save} onReload={() => void refresh()} readOnly={readOnly}>
      <FormSection title={t(texts.basics)} hint={t(texts.brandHint)}>
        <Form.Item name="name" label={t(texts.brandName)} rules={[{ required: true, message: t(texts.nameNeeded) }]}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item name="slug" label={t(texts.slug)} extra={t(texts.slugHint)} rules={[{ required: true, message: t(texts.slugNeeded) }]}>
          <Input prefix="/" maxLength={60} />
        </Form.Item>
        <Form.Item name="introduction" label={t(texts.introduction)}>
          <Input.TextArea autoSize={{ minRows: 3 }} maxLength={2000} showCount />
        </Form.Item>
        <Form.Item name="accent" required label={t(texts.accent)} extra={t(texts.accentHint)} getValueFromEvent={(colour: { toHexString: () => string }) => colour.toHexString()}>
          <ColorPicker showText disabledAlpha size="large" />
        </Form.Item>
      </FormSection>
    </FormPage>
  );
}

function BranchFields() {
  const t = useT();
  return (
    <>
      <Form.Item name="name" label={t(texts.branchName)} rules={[{ required: true, message: t(texts.nameNeeded) }]}>
        <Input maxLength={60} />
      </Form.Item>
      <Flex gap={16} wrap>
        <Form.Item name="code" label={t(texts.branchCode)} style={{ flex: "1 1 160px" }} rules={[{ required: true, message: t(texts.branchCodeNeeded) }]}>
          <Input maxLength={20} />
        </Form.Item>
        <Form.Item name="slug" label={t(texts.slug)} style={{ flex: "1 1 160px" }} rules={[{ required: true, message: t(texts.slugNeeded) }]}>
          <Input maxLength={60} />
        </Form.Item>
      </Flex>
      <Form.Item name="phone" label={t(texts.branchPhone)} extra={t(texts.branchPhoneHint)}>
        <Input inputMode="tel" maxLength={20} />
      </Form.Item>
      <Form.Item name="address" label={t(texts.branchAddress)}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="state" required label={t(texts.branchState)} extra={t(texts.branchStateHint)}>
        <Select options={states.map((state) => ({ value: state, label: t(common.branchState[state]) }))} />
      </Form.Item>
      <Form.Item
        name="cutoff_minutes"
        required
        label={t(texts.branchCutoff)}
        extra={t(texts.branchCutoffHint)}
        getValueProps={(minutes: number) => ({ value: dayjs().startOf("day").add(minutes, "minute") })}
        normalize={(value: dayjs.Dayjs | null) => (value ? value.hour() * 60 + value.minute() : 240)}
      >
        <TimePicker format="HH:mm" minuteStep={30} allowClear={false} disabledTime={() => ({ disabledHours: () => Array.from({ length: 12 }, (_, hour) => hour + 12) })} />
      </Form.Item>
    </>
  );
}

function BranchForm({ branch, readOnly }: { branch: Branch; readOnly: boolean }) {
  const t = useT();
  const client = useQueryClient();
  const [form] = Form.useForm<BranchInput>();
  const { branch_id, ...initial } = branch;
  const refresh = () => client.invalidateQueries({ queryKey: keys.brands() });

  async function save(values: BranchInput) {
    await call("PUT", "/api/admin/branches/{branch_id}", { path: { branch_id }, body: { ...initial, ...values, version: branch.version } });
    await refresh();
  }

  return (
    <FormPage form={form} initial={initial as BranchInput} onSave={save} onReload={() => void refresh()} readOnly={readOnly}>
      <FormSection title={t(texts.basics)} hint={t(texts.branchHint)}>
        <BranchFields />
      </FormSection>
    </FormPage>
  );
}

function AddBranch({ brandId, onClose }: { brandId: string; onClose: () => void }) {
  const t = useT();
  const sentence = useReason();
  const client = useQueryClient();
  const [form] = Form.useForm<BranchInput>();
  const [key] = useState(() => newIdempotencyKey());
  const [busy, setBusy] = useState(false);

  async function create(values: BranchInput) {
    setBusy(true);
    try {
      await call("POST", "/api/admin/branches", { body: { ...values, brand_id: brandId, time_zone: "Asia/Taipei" }, key });
      await client.invalidateQueries({ queryKey: keys.brands() });
      onClose();
    } catch (thrown) {
      const problem = problemFrom(thrown);
      const { placed } = placeProblems(problem.fields, form.getFieldsError().map(({ name }) => name));
      form.setFields(placed.length > 0 ? placed.map(({ name, problem: field }) => ({ name: name as never, errors: [sentence(field)] })) : [{ name: "name", errors: [sentence(problem)] }]);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal open onCancel={onClose} onOk={() => form.submit()} confirmLoading={busy} okText={t(texts.branchCreate)} title={t(texts.branchAdd)}>
      <Form form={form} layout="vertical" initialValues={{ state: "setup", cutoff_minutes: 240, phone: "", address: "" }} onFinish={(values) => void create(values)}>
        <BranchFields />
      </Form>
    </Modal>
  );
}
