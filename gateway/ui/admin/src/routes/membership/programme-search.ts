/** What the address of a programme's screens says. */
export interface ProgrammeSearch {
  /** Programme that is shown or changed. */
  programme?: string;
  /** Scope of a new one, as `scopeKey` writes it. */
  begin?: string;
  /** Version that waits and is changed. */
  replaces?: number;
}

/** Reads such an address; what it cannot mean is left out. */
export function parseProgrammeSearch({ programme, begin, replaces }: Record<string, unknown>): ProgrammeSearch {
  return {
    ...(typeof programme === "string" && programme ? { programme } : {}),
    ...(typeof begin === "string" && begin ? { begin } : {}),
    ...(typeof replaces === "number" && Number.isInteger(replaces) && replaces > 0 ? { replaces } : {}),
  };
}
