import type { CredentialField, CredentialInput } from "../../data/types";

/** Why a credential cannot be right, before it is sent. */
export type CredentialFault = "missing" | "characters" | "length";

/** What is wrong with a value that was typed or pasted; the server checks the same again. */
export function credentialFault(field: CredentialField, value: string | undefined): CredentialFault | undefined {
  if (!value) return field.optional ? undefined : "missing";
  if (!/^[\x21-\x7e]+$/u.test(value)) return "characters";
  return value.length < field.min_length || value.length > field.max_length ? "length" : undefined;
}

/** The credentials that were entered, as they are sent. */
export function credentialInputs(fields: readonly CredentialField[], values: Record<string, string | undefined> = {}): CredentialInput[] {
  return fields.flatMap(({ name }) => {
    const value = values[name];
    return value ? [{ name, value }] : [];
  });
}
