import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, EditOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Button, Flex, Form, Input, Modal, Select } from "antd";
import { useState } from "react";

import { call, problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import { allProductsQuery, categoriesQuery } from "../../data/shared-queries";
import type { Category } from "../../data/types";
import { texts as frameTexts } from "../../frame/texts";
import { useMe } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { EmptyState, QueryView } from "../../patterns/states";
import { useRefusalToast } from "../../patterns/use-toast";
import { may } from "../../session/may";
import styles from "./categories.module.css";
import { texts } from "./texts";

type Draft = Pick<Category, "name" | "position"> & Partial<Category>;

function save(brandId: string, { category_id, name, position, version }: Draft): Promise<unknown> {
  return call("PUT", "/api/admin/brands/{brand_id}/categories", {
    path: { brand_id: brandId }, body: category_id ? { category_id, name, position, version } : { name, position },
  });
}

/** 店家／產品設定 › 分類: names and order as customers see them. */
export function CategoriesPage() {
  const t = useT();
  const { brandId = "" } = useParams({ strict: false });
  const client = useQueryClient();
  const toast = useRefusalToast();
  const query = useQuery(categoriesQuery(brandId));
  const products = useQuery(allProductsQuery(brandId));
  const manages = may(useMe(), "store.catalog", "manage");
  const [editing, setEditing] = useState<Draft>();
  const [removing, setRemoving] = useState<Category>();
  const refresh = () => client.invalidateQueries({ queryKey: keys.categories(brandId) });
  const count = (id: string) => products.data?.filter((product) => product.category_ids.includes(id)).length;
  const add = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing({ name: "", position: query.data?.length ?? 0 })}>
      {t(texts.add)}
    </Button>
  );

  async function swap(one: Category, other: Category | undefined) {
    if (!other) return;
    try {
      await save(brandId, { ...one, position: other.position });
      await save(brandId, { ...other, position: one.position });
    } catch (thrown) {
      toast(thrown);
    }
    await refresh();
  }

  return (
    <Page narrow>
      <PageHeader title={t(frameTexts.functionNames.categories)} hint={t(texts.hint)} actions={manages ? add : null} />
      <QueryView query={query}>
        {(categories) =>
          categories.length === 0 ? (
            <EmptyState title={t(texts.none)} hint={t(texts.noneHint)} action={add} />
          ) : (
            <ol className={styles.list}>
              {categories.map((category, index) => (
                <li key={category.category_id}>
                  <span className={styles.place}>{index + 1}</span>
                  <span className={styles.name}>{category.name}</span>
                  <span className={styles.count}>{count(category.category_id) === undefined ? "" : t(texts.products, { count: count(category.category_id) ?? 0 })}</span>
                  {manages ? (
                    <Flex>
                      <Button type="text" icon={<ArrowUpOutlined />} disabled={index === 0} aria-label={t(common.actionUpNamed, { name: category.name })} onClick={() => void swap(category, categories[index - 1])} />
                      <Button type="text" icon={<ArrowDownOutlined />} disabled={index === categories.length - 1} aria-label={t(common.actionDownNamed, { name: category.name })} onClick={() => void swap(category, categories[index + 1])} />
                      <Button type="text" icon={<EditOutlined />} aria-label={t(common.actionEditNamed, { name: category.name })} onClick={() => setEditing(category)} />
                      <Button type="text" icon={<DeleteOutlined />} aria-label={t(common.actionArchiveNamed, { name: category.name })} onClick={() => setRemoving(category)} />
                    </Flex>
                  ) : null}
                </li>
              ))}
            </ol>
          )
        }
      </QueryView>
      {editing ? <NameDialog brandId={brandId} draft={editing} onClose={() => setEditing(undefined)} onSaved={refresh} /> : null}
      {removing ? (
        <ArchiveDialog
          category={removing}
          others={query.data?.filter((one) => one.category_id !== removing.category_id) ?? []}
          products={count(removing.category_id) ?? 0}
          onClose={() => setRemoving(undefined)}
          onDone={() => client.invalidateQueries({ queryKey: ["brand", brandId] })}
        />
      ) : null}
    </Page>
  );
}

function NameDialog({ brandId, draft, onClose, onSaved }: { brandId: string; draft: Draft; onClose: () => void; onSaved: () => Promise<void> }) {
  const t = useT();
  const sentence = useReason();
  const [form] = Form.useForm<{ name: string }>();

  async function submit({ name }: { name: string }) {
    try {
      await save(brandId, { ...draft, name });
      await onSaved();
      onClose();
    } catch (thrown) {
      form.setFields([{ name: "name", errors: [sentence(problemFrom(thrown))] }]);
    }
  }

  return (
    <Modal open onCancel={onClose} onOk={() => form.submit()} okText={t(common.formSave)} title={draft.category_id ? t(texts.rename) : t(texts.add)}>
      <Form form={form} layout="vertical" initialValues={{ name: draft.name }} onFinish={(values) => void submit(values)}>
        <Form.Item name="name" label={t(texts.name)} rules={[{ required: true, message: t(texts.nameNeeded) }]}>
          <Input autoFocus maxLength={60} showCount placeholder={t(texts.placeholder)} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

interface ArchiveDialogProps {
  category: Category;
  others: Category[];
  products: number;
  onClose: () => void;
  onDone: () => Promise<void>;
}

/** A category with products asks where they go. */
function ArchiveDialog({ category, others, products, onClose, onDone }: ArchiveDialogProps) {
  const t = useT();
  const toast = useRefusalToast();
  const [target, setTarget] = useState<string>();

  async function archive() {
    try {
      await call("POST", "/api/admin/categories/{category_id}/archive", {
        path: { category_id: category.category_id },
        body: { version: category.version, ...(target ? { move_products_to: target } : {}) },
      });
      await onDone();
      onClose();
    } catch (thrown) {
      toast(thrown);
    }
  }

  return (
    <Modal
      open
      onCancel={onClose}
      onOk={archive}
      okText={t(texts.archive)}
      okButtonProps={{ danger: true, disabled: products > 0 && !target }}
      cancelText={t(common.actionKeep)}
      title={t(texts.archiveTitle, { name: category.name })}
    >
      {products > 0 ? (
        <Flex vertical gap={8}>
          <span>{t(texts.archiveMove, { count: products })}</span>
          <Select aria-label={t(texts.moveTo)} placeholder={t(texts.moveTo)} value={target} onChange={setTarget} options={others.map((one) => ({ value: one.category_id, label: one.name }))} />
        </Flex>
      ) : (
        t(texts.archiveEmpty)
      )}
    </Modal>
  );
}
