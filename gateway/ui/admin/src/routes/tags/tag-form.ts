import type { Tag, TagRule } from "../../data/types";
import { noRule, sentRule } from "./rule";

/** The form of a tag; its rule is kept at hand while it is off. */
export interface TagForm {
  name: string;
  colour: string;
  group_name: string;
  description: string;
  /** A rule says who has it. */
  automatic: boolean;
  rule: TagRule;
  /** The rule does not act. */
  rule_paused: boolean;
}

/** A tag as it is edited; a new one without it. */
export function formOf(tag: Tag | undefined): TagForm {
  return {
    name: tag?.name ?? "", colour: tag?.colour ?? "#1c5fb8", group_name: tag?.group_name ?? "", description: tag?.description ?? "",
    automatic: Boolean(tag?.rule), rule: tag?.rule ?? noRule, rule_paused: tag?.rule_paused ?? false,
  };
}

/** What is sent of the form: the rule only where it says who has the tag. */
export function sentTag({ automatic, rule, rule_paused, ...tag }: TagForm) {
  return { ...tag, rule: automatic ? sentRule(rule) : null, rule_paused: automatic && rule_paused };
}
