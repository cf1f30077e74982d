import type { PrintDocument, PrintPaper } from "../../data/types";

/** Parts of the screen, as the address names them. */
export const tabs = ["points", "devices", "templates"] as const;
export type PrinterTab = (typeof tabs)[number];

/** Documents that rules print, in the order in which they are shown. */
export const documents = ["customer_slip", "kitchen_slip", "label", "cancel_slip", "revision_slip"] as const satisfies readonly PrintDocument[];
/** Every document that can have a template. */
export const templated = [...documents, "prep_list", "test_slip"] as const satisfies readonly PrintDocument[];
export const papers = ["mm58", "mm80", "label_40x25"] as const satisfies readonly PrintPaper[];

export interface PrinterSearch {
  tab?: PrinterTab;
}

/** What an address asks for; the print points, when it asks for no part that there is. */
export function parsePrinterSearch(search: Record<string, unknown>): PrinterSearch {
  const tab = tabs.find((one) => one === search.tab && one !== "points");
  return tab ? { tab } : {};
}

export interface TemplateChoice {
  document?: PrintDocument;
  paper?: PrintPaper;
}

/** What a new template is to be for. */
export function parseTemplateChoice(search: Record<string, unknown>): TemplateChoice {
  const document = templated.find((one) => one === search.document);
  const paper = papers.find((one) => one === search.paper);
  return { ...(document ? { document } : {}), ...(paper ? { paper } : {}) };
}
