import type { NewPrintDevice, PrintBuzzer, PrintChannel, PrintDevice, PrintDeviceUpdate, PrintPaper } from "../../data/types";

/** A printer as it is worked on. */
export interface DeviceDraft {
  channel: PrintChannel;
  paper: PrintPaper;
  serial: string;
  name: string;
  model: string;
  agent_id: string | undefined;
  agent_address: string;
  vendor_key: string;
  offline_after_secs: number;
  buzzer: PrintBuzzer;
  cutter: boolean;
  trusts_writing: boolean;
  /** In millimetres. */
  label_gap: number;
  inverted_bitmap: boolean;
  minimal_commands: boolean;
}

export const newDevice: DeviceDraft = {
  channel: "star_cloudprnt", paper: "mm80", serial: "", name: "", model: "", agent_id: undefined, agent_address: "", vendor_key: "",
  offline_after_secs: 60, buzzer: "none", cutter: true, trusts_writing: false, label_gap: 2, inverted_bitmap: false, minimal_commands: false,
};

/** 3–40 letters, digits and hyphens; small letters count as capital ones. */
export const SERIAL = /^[A-Za-z0-9-]{3,40}$/u;
export const PAIRING_CODE = /^\d{6}$/u;

/** The papers that a connection can print on: what polls has no labels of ours. */
export function papersOf(channel: PrintChannel): PrintPaper[] {
  return channel === "epson_sdp" ? ["mm58", "mm80"] : ["mm58", "mm80", "label_40x25"];
}

/** Whether a printer of this connection calls an address of its own. */
export function polls(channel: PrintChannel): boolean {
  return channel === "star_cloudprnt" || channel === "epson_sdp";
}

/** A printer to work on. */
export function deviceDraft(device: PrintDevice): DeviceDraft {
  const { channel, paper, serial, name, model, agent_id, agent_address, settings } = device;
  const { label_gap_tenths_mm, ...rest } = settings;
  return { channel, paper, serial, name, model, agent_id: agent_id ?? undefined, agent_address, vendor_key: "", ...rest, label_gap: label_gap_tenths_mm / 10 };
}

type Changeable = Omit<PrintDeviceUpdate, "version">;

/** What may change of a printer; what does not concern its connection or paper is left out. */
export function changeOf(draft: DeviceDraft): Changeable {
  const { channel, paper, name, model, agent_id, agent_address, offline_after_secs, buzzer, cutter, trusts_writing, label_gap, inverted_bitmap, minimal_commands } = draft;
  const isLabel = paper === "label_40x25";
  return {
    name: name.trim(),
    model: model.trim(),
    ...(channel === "agent" ? { agent_id: agent_id ?? "", agent_address: agent_address.trim() } : {}),
    settings: {
      offline_after_secs, buzzer, cutter, trusts_writing,
      ...(isLabel ? { label_gap_tenths_mm: Math.round(label_gap * 10), inverted_bitmap, minimal_commands } : {}),
    },
  };
}

/** What is sent of a new printer. */
export function creationOf(draft: DeviceDraft): NewPrintDevice {
  const { channel, paper, serial, vendor_key } = draft;
  return {
    ...changeOf(draft), channel, paper, serial: serial.trim().toUpperCase(), ...(channel === "feie" ? { vendor_key: vendor_key.trim() } : {}),
  };
}
