/** Reads a CSV file as UTF-8, or as Big5 when it is not UTF-8, as spreadsheets in Taiwan still write it. */
export async function readCsv(file: Blob): Promise<string> {
  const bytes = await file.arrayBuffer();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("big5").decode(bytes);
  }
}
