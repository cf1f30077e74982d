import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { Alert, Button } from "antd";

import { keys } from "../../data/keys";
import type { PrintTemplate } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { paths } from "../../paths";
import { EmptyState, QueryView } from "../../patterns/states";
import { useDanger } from "../../patterns/use-danger";
import { holdsBrand, may } from "../../session/may";
import { texts as jobTexts } from "../print-jobs/texts";
import styles from "./printers.module.css";
import { deleteTemplate, templatesQuery } from "./queries";
import { texts } from "./texts";
import { useDeed } from "./use-deed";

/** How slips look: the templates of the brand. */
export function TemplatesView({ branchId }: { branchId: string }) {
  const t = useT();
  const danger = useDanger();
  const client = useQueryClient();
  const me = useMe();
  const { brand } = useScope();
  const { run } = useDeed(branchId);
  const brandId = brand?.brand_id ?? "";
  const manages = may(me, "device.printers", "manage") && holdsBrand(me, brandId);
  const query = useQuery({ ...templatesQuery(brandId), enabled: brandId !== "" });
  const add = (
    <Link to={paths.newPrintTemplate(branchId) as LinkProps["to"]}>
      <Button size="large" type="primary" icon={<PlusOutlined />} tabIndex={-1}>{t(texts.addTemplate)}</Button>
    </Link>
  );
  const remove = (template: PrintTemplate) =>
    danger({
      title: t(texts.removeTemplateTitle, { name: template.name }),
      text: t(texts.removeTemplateText),
      deed: t(texts.remove),
      act: async () => {
        await run(template.template_id, () => deleteTemplate(template));
        await client.invalidateQueries({ queryKey: keys.printTemplates(brandId) });
      },
    });
  return (
    <QueryView query={query}>
      {(templates) =>
        templates.length === 0 ? (
          <EmptyState title={t(texts.noTemplates)} hint={t(texts.noTemplatesHint)} action={manages ? add : null} />
        ) : (
          <>
            {manages ? null : <Alert type="info" showIcon title={t(texts.ofBrand)} style={{ marginBottom: 12 }} />}
            <div className={styles.tools}>
              <p className={styles.soft}>{t(texts.templatesHint)}</p>
              {manages ? add : null}
            </div>
            <ul className={styles.list} aria-label={t(texts.tab.templates)}>
              {templates.map((template) => (
                <li key={template.template_id} className={styles.row}>
                  <span className={styles.what}>
                    <Link to={paths.printTemplate(branchId, template.template_id) as LinkProps["to"]}><strong>{template.name}</strong></Link>
                    <span className={styles.soft}>{t(jobTexts.document[template.document])} · {t(texts.paper[template.paper])}</span>
                  </span>
                  {manages ? <Button type="text" danger icon={<DeleteOutlined />} style={{ minWidth: 44, minHeight: 44 }} aria-label={t(texts.removeNamed, { name: template.name })} onClick={() => remove(template)} /> : null}
                </li>
              ))}
            </ul>
          </>
        )
      }
    </QueryView>
  );
}
