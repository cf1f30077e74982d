import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch, type NavigateOptions } from "@tanstack/react-router";
import { Form } from "antd";
import { useMemo } from "react";

import { keys } from "../../data/keys";
import type { PointsProgramme } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { paths } from "../../paths";
import { FormPage } from "../../patterns/form-page";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { QueryView } from "../../patterns/states";
import { useBodyKey } from "../../patterns/use-body-key";
import { hasPlan, may } from "../../session/may";
import type { ProgrammeSearch } from "../membership/programme-search";
import { freeScopes, mayEdit, scopeKey } from "../membership/programmes";
import { pointProgrammesQuery } from "../membership/queries";
import { scopeOf } from "../membership/scope-field";
import { startOf } from "../membership/start";
import { RulesFields } from "./fields";
import { saveBody, savePointRules } from "./queries";
import { draftOf, rulesOf, type RulesDraft } from "./rules";
import { texts } from "./texts";

/** The form of rules of points: of a programme, or of a new one. */
export function PointRulesEditPage() {
  const search = useSearch({ strict: false }) as ProgrammeSearch;
  const query = useQuery(pointProgrammesQuery);
  return (
    <Page narrow>
      <QueryView query={query}>{(programmes) => <RulesForm programmes={programmes} search={search} onReload={() => void query.refetch()} />}</QueryView>
    </Page>
  );
}

interface RulesFormProps {
  programmes: readonly PointsProgramme[];
  search: ProgrammeSearch;
  onReload: () => void;
}

function RulesForm({ programmes, search, onReload }: RulesFormProps) {
  const t = useT();
  const me = useMe();
  const { brands, timeZone } = useScope();
  const navigate = useNavigate();
  const client = useQueryClient();
  const keyOf = useBodyKey();
  const [form] = Form.useForm<RulesDraft>();
  const programme = programmes.find((one) => one.programme_id === search.programme);
  const free = freeScopes(programmes, brands, me);
  const begin = search.begin ?? (free[0] ? scopeKey(free[0]) : "");
  const initial = useMemo(() => draftOf(programme, search.replaces, programme ? scopeKey(programme) : begin), [programme, search.replaces, begin]);
  const edits = may(me, "member.point_rules", "manage") && hasPlan(me, "advanced") && (programme ? mayEdit(me, programme) : free.length > 0);

  async function save() {
    const draft = form.getFieldsValue(true) as RulesDraft;
    const body = saveBody({
      programme, scope: programme ?? scopeOf(draft.scope), rules: rulesOf(draft), effective_at: startOf(draft, timeZone), replaces: programme ? search.replaces : undefined,
    });
    const saved = await savePointRules(body, keyOf(body));
    await client.invalidateQueries({ queryKey: keys.pointProgrammes() });
    setTimeout(() => void navigate({ to: paths.pointRules(), search: { programme: saved.programme.programme_id } } as NavigateOptions));
  }

  return (
    <>
      <PageHeader title={t(programme ? texts.editTitle : texts.newTitle)} back={paths.pointRules()} />
      <FormPage<RulesDraft> form={form} initial={initial} onSave={save} onReload={onReload} readOnly={!edits}>
        <RulesFields programme={programme} free={free} form={form} />
      </FormPage>
    </>
  );
}
