import type { PrintDevice, PrintDocument, PrintPaper, PrintPoint, PrintPointInput } from "../../data/types";

/** A print point as it is worked on; templates by their documents, `""` for the standard. */
export interface PointDraft {
  device_id: string | undefined;
  name: string;
  scenes: PrintPoint["scenes"];
  place: string;
  copies: number;
  enabled: boolean;
  /** `""` for none. */
  substitute_id: string;
  prints_again: boolean;
  templates: Partial<Record<PrintDocument, string>>;
}

/** What is sent of a print point that stays as it is. */
export function pointInput({ print_point_id: _, branch_id: __, paper: ___, ...input }: PrintPoint): PrintPointInput {
  return input;
}

/** A new print point, on the only printer there is. */
export function newPoint(paired: readonly PrintDevice[]): PointDraft {
  const [only] = paired;
  return {
    device_id: paired.length === 1 ? only?.device_id : undefined, name: "", scenes: ["delivery", "pickup", "on_site"], place: "", copies: 1,
    enabled: true, substitute_id: "", prints_again: false, templates: {},
  };
}

/** A print point to work on. */
export function pointDraft(point: PrintPoint): PointDraft {
  const { device_id, name, scenes, place, copies, enabled, substitute_id, prints_again, templates } = point;
  return {
    device_id, name, scenes, place, copies, enabled, prints_again, substitute_id: substitute_id ?? "",
    templates: Object.fromEntries(templates.map(({ document, template_id }) => [document, template_id])),
  };
}

/** What is sent of a print point that was worked on. */
export function inputOfPoint(draft: PointDraft, version: number): PrintPointInput {
  const { device_id = "", name, place, substitute_id, templates, ...rest } = draft;
  return {
    ...rest, device_id, name: name.trim(), place: place.trim(), substitute_id: substitute_id || null, version,
    templates: (Object.entries(templates) as [PrintDocument, string | undefined][]).flatMap(([document, template_id]) => (template_id ? [{ document, template_id }] : [])),
  };
}

/** Print points that may take over: others of the same paper on another printer. */
export function substitutesFor(points: readonly PrintPoint[], paper: PrintPaper | undefined, device: string | undefined, own: string | undefined): PrintPoint[] {
  return points.filter((one) => one.print_point_id !== own && one.paper === paper && one.device_id !== device);
}
