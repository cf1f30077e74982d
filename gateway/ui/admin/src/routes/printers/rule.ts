import { formatMoney } from "@yizhimai/kit";

import type { PrintDocument, PrintPaper, PrintRule, PrintRuleInput, SlipsPer } from "../../data/types";
import type { T } from "../../i18n";
import { common } from "../../i18n/common";
import { texts as jobTexts } from "../print-jobs/texts";
import { documents } from "./search";
import { texts } from "./texts";

/** A rule as it is worked on. */
export interface RuleDraft {
  document: PrintDocument;
  trigger: NonNullable<PrintRule["trigger"]>;
  per: SlipsPer;
  methods: PrintRule["methods"];
  channels: PrintRule["channels"];
  product_ids: string[];
  category_ids: string[];
  stations: string[];
  print_tags: string[];
  paid_only: boolean;
  min_total: number | null;
  enabled: boolean;
}

/** Whether a document is printed at a moment of its own instead of at a step of the order. */
export function hasOwnMoment(document: PrintDocument): document is "cancel_slip" | "revision_slip" {
  return document === "cancel_slip" || document === "revision_slip";
}

/** The documents that come out of a paper. */
export function documentsOn(paper: PrintPaper): PrintDocument[] {
  return documents.filter((one) => paper === "label_40x25" || one !== "label");
}

/** A new rule as most print points want it: labels one a unit, slips one an order, when it is accepted. */
export function newRule(paper: PrintPaper): RuleDraft {
  const labels = paper === "label_40x25";
  return {
    document: labels ? "label" : "kitchen_slip", trigger: "accepted", per: labels ? "item" : "order", methods: [], channels: [],
    product_ids: [], category_ids: [], stations: [], print_tags: [], paid_only: false, min_total: null, enabled: true,
  };
}

/** A rule to work on. */
export function draftOf(rule: PrintRule): RuleDraft {
  const { document, per, methods, channels, paid_only, enabled, filter } = rule;
  return { document, trigger: rule.trigger ?? "accepted", per, methods, channels, ...filter, paid_only, min_total: rule.min_total || null, enabled };
}

/** What is sent of a rule. */
export function inputOf(draft: RuleDraft, version: number): PrintRuleInput {
  const { document, trigger, per, methods, channels, product_ids, category_ids, stations, print_tags, paid_only, min_total, enabled } = draft;
  return {
    document, trigger: hasOwnMoment(document) ? null : trigger, per, methods, channels,
    filter: { product_ids, category_ids, stations, print_tags }, paid_only, min_total: min_total ?? 0, enabled, version,
  };
}

/** When a rule prints, in words. */
export function whenOf(t: T, { document, trigger }: Pick<PrintRule, "document" | "trigger">): string {
  if (hasOwnMoment(document)) return t(texts.moment[document]);
  return trigger ? t(texts.trigger[trigger]) : "";
}

/** A rule in one sentence, and what it is limited to. */
export function sentenceOf(t: T, rule: PrintRule, currency: string): { what: string; limits: string } {
  const { filter } = rule;
  const comma = t(common.listComma);
  const limits = [
    ...rule.methods.map((one) => t(common.method[one])),
    ...rule.channels.map((one) => t(common.channel[one])),
    ...filter.stations,
    ...filter.print_tags,
    ...(filter.category_ids.length > 0 ? [t(texts.ruleCategories, { count: filter.category_ids.length })] : []),
    ...(filter.product_ids.length > 0 ? [t(texts.ruleProducts, { count: filter.product_ids.length })] : []),
    ...(rule.paid_only ? [t(texts.rulePaid)] : []),
    ...(rule.min_total > 0 ? [t(texts.ruleMin, { amount: formatMoney(rule.min_total, currency) })] : []),
  ];
  return {
    what: t(texts.ruleSentence, { when: whenOf(t, rule), document: t(jobTexts.document[rule.document]), per: t(texts.per[rule.per]) }),
    limits: limits.length > 0 ? t(texts.ruleOnly, { what: limits.join(comma) }) : "",
  };
}
