/** Text as it is searched: without differences of width and case, as the server folds it. */
export function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase().trim();
}
