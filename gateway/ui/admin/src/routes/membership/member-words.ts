import { displayPhone } from "@yizhimai/kit";

import type { Gender, JoinSource, Member, MemberState } from "../../data/types";
import type { T } from "../../i18n";
import { texts } from "./member-texts";

/** Name of a member; one without a name is still somebody. */
export function memberName(t: T, { name, state }: Pick<Member, "name" | "state">): string {
  if (state === "erased") return t(texts.erasedName);
  return name || t(texts.noName);
}

/** Colour of a state's badge; the usual state needs none. */
export function stateColour(state: MemberState): string | undefined {
  return { active: undefined, blocked: "error", prepays: "warning", merged: "default", erased: "default" }[state];
}

export function stateWord(t: T, state: MemberState): string {
  return t(texts.state[state]);
}

export function genderWord(t: T, gender: Gender): string {
  return t(texts.gender[gender]);
}

export function sourceWord(t: T, source: JoinSource): string {
  return t(texts.source[source]);
}

/** A phone as people read it; a masked one stays as it is. */
export function phoneText(phone: string | null | undefined): string {
  if (!phone) return "—";
  return phone.includes("*") ? phone : displayPhone(phone);
}
