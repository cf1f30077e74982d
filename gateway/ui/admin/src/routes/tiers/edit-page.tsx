import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch, type NavigateOptions } from "@tanstack/react-router";
import { Form } from "antd";
import { useMemo } from "react";

import { keys } from "../../data/keys";
import type { TierProgramme } from "../../data/types";
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
import { tierProgrammesQuery } from "../membership/queries";
import { scopeOf } from "../membership/scope-field";
import { startOf } from "../membership/start";
import { TierFields } from "./fields";
import { saveBody, saveTiers } from "./queries";
import { draftOf, leftOut, rulesOf, type TiersDraft } from "./rules";
import { texts } from "./texts";

/** The form of tiers: of a programme, or of a new one. */
export function TiersEditPage() {
  const search = useSearch({ strict: false }) as ProgrammeSearch;
  const query = useQuery(tierProgrammesQuery);
  return (
    <Page narrow>
      <QueryView query={query}>{(programmes) => <TiersForm programmes={programmes} search={search} onReload={() => void query.refetch()} />}</QueryView>
    </Page>
  );
}

interface TiersFormProps {
  programmes: readonly TierProgramme[];
  search: ProgrammeSearch;
  onReload: () => void;
}

function TiersForm({ programmes, search, onReload }: TiersFormProps) {
  const t = useT();
  const me = useMe();
  const { brands, timeZone } = useScope();
  const navigate = useNavigate();
  const client = useQueryClient();
  const keyOf = useBodyKey();
  const [form] = Form.useForm<TiersDraft>();
  const programme = programmes.find((one) => one.programme_id === search.programme);
  const free = freeScopes(programmes, brands, me);
  const begin = search.begin ?? (free[0] ? scopeKey(free[0]) : "");
  const initial = useMemo(
    () => draftOf(programme, search.replaces, programme ? scopeKey(programme) : begin, { base: t(texts.baseName), first: t(texts.firstName) }),
    [programme, search.replaces, begin, t],
  );
  const edits = may(me, "member.vip", "manage") && hasPlan(me, "max") && (programme ? mayEdit(me, programme) : free.length > 0);

  async function save() {
    const draft = form.getFieldsValue(true) as TiersDraft;
    const { tiers } = draft.rules;
    const replacements = leftOut(programme, tiers).flatMap(({ tier }) => {
      const to_place = tiers.findIndex((one) => one.name === draft.replacements[tier.tier_id ?? ""]);
      return tier.tier_id && to_place >= 0 ? [{ tier_id: tier.tier_id, to_place }] : [];
    });
    const body = saveBody({
      programme, scope: programme ?? scopeOf(draft.scope), rules: rulesOf(draft), mode: draft.mode, replacements, effective_at: startOf(draft, timeZone),
      replaces: programme ? search.replaces : undefined,
    });
    const saved = await saveTiers(body, keyOf(body));
    await client.invalidateQueries({ queryKey: keys.tierProgrammes() });
    setTimeout(() => void navigate({ to: paths.tiers(), search: { programme: saved.programme.programme_id } } as NavigateOptions));
  }

  return (
    <>
      <PageHeader title={t(programme ? texts.editTitle : texts.newTitle)} back={paths.tiers()} />
      <FormPage<TiersDraft> form={form} initial={initial} onSave={save} onReload={onReload} readOnly={!edits}>
        <TierFields programme={programme} free={free} form={form} />
      </FormPage>
    </>
  );
}
