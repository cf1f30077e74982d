import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { NewPrintDevice, PrintCloudAccount, PrintCloudAccountInput, PrintDevice, PrintDeviceUpdate, PrintDocument, PrintPaper, PrintPoint, PrintPointInput, PrintRule, PrintRuleInput, PrintSettings, PrintTemplate, RoutedProduct, SlipPreviewInput } from "../../data/types";
import { inParts } from "./routes";

/** The printers of a branch, at most fifty. */
export const devicesQuery = (branchId: string) =>
  queryOptions({
    queryKey: keys.printDevices(branchId),
    queryFn: async () => (await call("GET", "/api/admin/branches/{branch_id}/print-devices", { path: { branch_id: branchId }, query: { page_size: 50 } })).devices,
    refetchInterval: 30_000,
  });

/** The print agents of a branch, at most ten. */
export const agentsQuery = (branchId: string) =>
  queryOptions({
    queryKey: keys.printAgents(branchId),
    queryFn: async () => (await call("GET", "/api/admin/branches/{branch_id}/print-agents", { path: { branch_id: branchId }, query: { page_size: 20 } })).agents,
    refetchInterval: 30_000,
  });

/** The organisation's accounts at vendors' clouds, at most one a cloud; read with the printing of the branch. */
export const cloudsQuery = (branchId: string) =>
  queryOptions({
    queryKey: keys.printClouds(branchId),
    queryFn: async () => (await call("GET", "/api/admin/print-cloud-accounts", {})).accounts,
    refetchInterval: 30_000,
  });

/** The print points of a branch, at most a hundred. */
export const pointsQuery = (branchId: string) =>
  queryOptions({
    queryKey: keys.printPoints(branchId),
    queryFn: async () => (await call("GET", "/api/admin/branches/{branch_id}/print-points", { path: { branch_id: branchId }, query: { page_size: 100 } })).print_points,
  });

/** The rules of a print point. */
export const rulesQuery = (branchId: string, pointId: string) =>
  queryOptions({
    queryKey: keys.printRules(branchId, pointId),
    queryFn: async () => (await call("GET", "/api/admin/print-points/{print_point_id}/rules", { path: { print_point_id: pointId } })).rules,
  });

/** What holds for all printing of a branch. */
export const settingsQuery = (branchId: string) =>
  queryOptions({
    queryKey: keys.printSettings(branchId),
    queryFn: async () => (await call("GET", "/api/admin/branches/{branch_id}/print-settings", { path: { branch_id: branchId } })).settings,
  });

/** Which of these products reach no print point of a branch, and in which methods. */
export const routesQuery = (branchId: string, products: readonly RoutedProduct[]) =>
  queryOptions({
    queryKey: [...keys.printRoutes(branchId), products],
    queryFn: async () => {
      const answers = await Promise.all(
        inParts(products).map((part) => call("POST", "/api/admin/branches/{branch_id}/print-routes/check", { path: { branch_id: branchId }, body: { products: part, methods: [] } })),
      );
      return answers.flatMap(({ unrouted }) => unrouted);
    },
    enabled: products.length > 0,
  });

/** The templates of a brand, at most a hundred. */
export const templatesQuery = (brandId: string) =>
  queryOptions({
    queryKey: keys.printTemplates(brandId),
    queryFn: async () => (await call("GET", "/api/admin/brands/{brand_id}/print-templates", { path: { brand_id: brandId }, query: { page_size: 100 } })).templates,
  });

/** How a document looks without a template, and which blocks it may have. */
export const defaultTemplateQuery = (document: PrintDocument, paper: PrintPaper) =>
  queryOptions({
    queryKey: keys.printDefault(document, paper),
    queryFn: () => call("GET", "/api/admin/print-template-defaults", { query: { document, paper } }),
    staleTime: Infinity,
  });

/** A sample order as it is printed; the picture before stays until the new one is there. */
export const slipPreviewQuery = (body: SlipPreviewInput) =>
  queryOptions({
    queryKey: keys.printPreview(JSON.stringify(body)),
    queryFn: async () => (await call("POST", "/api/admin/print-template-previews", { body })).pages,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    retry: false,
  });

export function createDevice(branchId: string, body: NewPrintDevice, key: string) {
  return call("POST", "/api/admin/branches/{branch_id}/print-devices", { path: { branch_id: branchId }, body, key });
}

export function updateDevice(deviceId: string, body: PrintDeviceUpdate) {
  return call("PUT", "/api/admin/print-devices/{device_id}", { path: { device_id: deviceId }, body });
}

export function pairDevice(deviceId: string, code: string) {
  return call("POST", "/api/admin/print-devices/{device_id}/pair", { path: { device_id: deviceId }, body: { code } });
}

export function sendPairingSlip(deviceId: string) {
  return call("POST", "/api/admin/print-devices/{device_id}/pairing-slips", { path: { device_id: deviceId }, body: {} });
}

export function renewAddress({ device_id, version }: PrintDevice) {
  return call("POST", "/api/admin/print-devices/{device_id}/address", { path: { device_id }, body: { version } });
}

export function deleteDevice({ device_id, version }: PrintDevice) {
  return call("DELETE", "/api/admin/print-devices/{device_id}", { path: { device_id }, query: { version } });
}

export function printTestSlip(deviceId: string, key: string) {
  return call("POST", "/api/admin/print-devices/{device_id}/test-slips", { path: { device_id: deviceId }, body: {}, key });
}

export function createAgent(branchId: string, name: string, key: string) {
  return call("POST", "/api/admin/branches/{branch_id}/print-agents", { path: { branch_id: branchId }, body: { name }, key });
}

export function renewAgentCode(agentId: string) {
  return call("POST", "/api/admin/print-agents/{agent_id}/code", { path: { agent_id: agentId }, body: {} });
}

export function deleteAgent(agentId: string, version: number) {
  return call("DELETE", "/api/admin/print-agents/{agent_id}", { path: { agent_id: agentId }, query: { version } });
}

/** Sets user and key of the account at a cloud, with version 0 where there is none yet. */
export function saveCloudAccount(body: PrintCloudAccountInput) {
  return call("PUT", "/api/admin/print-cloud-accounts", { body });
}

export function deleteCloudAccount({ cloud_account_id, version }: PrintCloudAccount) {
  return call("DELETE", "/api/admin/print-cloud-accounts/{cloud_account_id}", { path: { cloud_account_id }, query: { version } });
}

/** Saves a print point, a new one without its id. */
export function savePoint(branchId: string, pointId: string | undefined, print_point: PrintPointInput, key: string) {
  return pointId
    ? call("PUT", "/api/admin/print-points/{print_point_id}", { path: { print_point_id: pointId }, body: { print_point } })
    : call("POST", "/api/admin/branches/{branch_id}/print-points", { path: { branch_id: branchId }, body: { print_point }, key });
}

export function deletePoint({ print_point_id, version }: PrintPoint) {
  return call("DELETE", "/api/admin/print-points/{print_point_id}", { path: { print_point_id }, query: { version } });
}

/** Saves a rule, a new one without its id. */
export function saveRule(pointId: string, ruleId: string | undefined, rule: PrintRuleInput, key: string) {
  return ruleId
    ? call("PUT", "/api/admin/print-rules/{rule_id}", { path: { rule_id: ruleId }, body: { rule } })
    : call("POST", "/api/admin/print-points/{print_point_id}/rules", { path: { print_point_id: pointId }, body: { rule }, key });
}

export function deleteRule({ rule_id, version }: PrintRule) {
  return call("DELETE", "/api/admin/print-rules/{rule_id}", { path: { rule_id }, query: { version } });
}

export function saveSettings(branchId: string, settings: PrintSettings) {
  return call("PUT", "/api/admin/branches/{branch_id}/print-settings", { path: { branch_id: branchId }, body: { settings } });
}

/** Saves a template, a new one without its id. */
export function saveTemplate(brandId: string, templateId: string | undefined, template: Omit<PrintTemplate, "template_id" | "brand_id">, key: string) {
  return templateId
    ? call("PUT", "/api/admin/print-templates/{template_id}", { path: { template_id: templateId }, body: { template } })
    : call("POST", "/api/admin/brands/{brand_id}/print-templates", { path: { brand_id: brandId }, body: { template }, key });
}

export function deleteTemplate({ template_id, version }: PrintTemplate) {
  return call("DELETE", "/api/admin/print-templates/{template_id}", { path: { template_id }, query: { version } });
}
