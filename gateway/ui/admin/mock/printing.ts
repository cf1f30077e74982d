import type { NewPrintDevice, PrintAgent, PrintCloudAccount, PrintCloudAccountInput, PrintDecision, PrintDevice, PrintJob, PrintPoint, PrintPointInput, PrintRule, PrintRuleInput, PrintSettings, PrintTemplate, RoutedProduct } from "../src/data/types";
import { isCloud } from "../src/routes/printers/clouds";
import type { Call, Route } from "./routes";
import { found, Refusal, type World } from "./world";

/** The code that every mock printer prints. */
const CODE = "123456";
/** A white dot: only the server draws slips. */
const PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEANl9ngAAAAABJRU5ErkJggg==";

interface Printing {
  devices: PrintDevice[];
  agents: PrintAgent[];
  clouds: PrintCloudAccount[];
  points: PrintPoint[];
  rules: PrintRule[];
  jobs: PrintJob[];
  templates: PrintTemplate[];
  settings: PrintSettings;
}

const held = new WeakMap<World, Printing>();

function printingOf(world: World): Printing {
  const known = held.get(world);
  if (known) return known;
  const branch = world.state.branches[0];
  const branch_id = branch?.branch_id ?? "";
  const now = new Date().toISOString();
  const device = (serial: string, name: string, over: Partial<PrintDevice>): PrintDevice => ({
    device_id: world.fresh(), brand_id: branch?.brand_id ?? "", branch_id, serial, name, channel: "star_cloudprnt", paper: "mm80", model: "", firmware: "", agent_id: null, agent_address: "",
    settings: { offline_after_secs: 60, buzzer: "none", cutter: true, trusts_writing: false, label_gap_tenths_mm: 0, inverted_bitmap: false, minimal_commands: false },
    paired: true, state: "online", state_reason: "", state_since: now, paper_low: false, last_seen_at: now, waiting_jobs: 0, cloud_problem: null, version: 1, ...over,
  });
  const counter = device("36NVNY3QNGC344B", "櫃檯出單機", {});
  const kitchen = device("31PAHJAMVFFCA4A", "內場出單機", { paper: "mm58", state: "paper_out", waiting_jobs: 1 });
  const point = (on: PrintDevice, name: string, place: string): PrintPoint => ({
    print_point_id: world.fresh(), branch_id, device_id: on.device_id, name, scenes: ["delivery", "pickup", "on_site"], place, copies: 1, enabled: true, templates: [], substitute_id: null,
    prints_again: false, paper: on.paper, version: 1,
  });
  const points = [point(counter, "櫃檯顧客單", "櫃檯"), point(kitchen, "廚房出單機01", "廚房01")];
  const order = [...world.state.orders.values()].find((one) => one.branch_id === branch_id);
  const job = (on: PrintDevice, at: PrintPoint | undefined, state: PrintJob["state"], over: Partial<PrintJob>): PrintJob => ({
    job_id: world.fresh(), branch_id, device_id: on.device_id, device_name: on.name, print_point_id: at?.print_point_id ?? null, print_point_name: at?.name ?? "", document: "customer_slip",
    order_id: order?.order_id ?? null, order_number: order?.order_number ?? "", pickup_number: order?.pickup_number ?? "", revision: 1, copies: 1, state, reason: null, reprint: 0, reprint_of: null,
    may_be_duplicate: false, moved_from_device_id: null, test: false, attempts: 1, due_at: now, expires_at: new Date(Date.now() + 7_200_000).toISOString(), sent_at: now, ended_at: state === "queued" ? null : now,
    version: 1, ...over,
  });
  const made: Printing = {
    devices: [counter, kitchen],
    agents: [],
    clouds: [],
    points,
    rules: [{
      rule_id: world.fresh(), print_point_id: points[0]?.print_point_id ?? "", document: "customer_slip", trigger: "accepted", methods: [], channels: [],
      filter: { product_ids: [], category_ids: [], print_tags: [], stations: [] }, per: "order", paid_only: false, min_total: 0, enabled: true, version: 1,
    }],
    jobs: [
      job(kitchen, points[1], "queued", { document: "kitchen_slip", reason: "paper_out" }),
      job(counter, points[0], "unconfirmed", { reason: "no_answer" }),
      job(counter, points[0], "printed", {}),
    ],
    templates: [],
    settings: { accepts_after_printing: false, keep_minutes: 120, version: 0 },
  };
  held.set(world, made);
  return made;
}

const page = (name: string, all: readonly unknown[]) => ({ body: { [name]: all, next_page_token: "" } });

function deviceOf({ world, ids }: Call): PrintDevice {
  return found(printingOf(world).devices.find(({ device_id }) => device_id === ids[0]));
}

function changed(world: World, device: PrintDevice) {
  device.version += 1;
  world.emit(device.branch_id, "print_device", { device_id: device.device_id, state: device.state });
  return { body: { device } };
}

function states({ world, ids }: Call) {
  const { devices, jobs } = printingOf(world);
  const count = (device: PrintDevice, ...wanted: PrintJob["state"][]) => jobs.filter((job) => job.device_id === device.device_id && wanted.includes(job.state)).length;
  const paired = devices.filter((device) => device.paired && device.branch_id === ids[0]);
  return page("devices", paired.map((device) => {
    const { device_id, name, state, state_since, paper_low } = device;
    return { device_id, name, state, state_since, paper_low, waiting_jobs: count(device, "queued", "sent"), unconfirmed_jobs: count(device, "unconfirmed"), failed_jobs: count(device, "failed", "expired") };
  }));
}

function create({ world, ids, body }: Call) {
  const { devices } = printingOf(world);
  const input = body as NewPrintDevice;
  if (devices.some(({ serial }) => serial === input.serial)) throw new Refusal(409, "SERIAL_TAKEN", {}, [{ field: "serial", reason: "SERIAL_TAKEN", params: {} }]);
  const [like] = devices;
  const device: PrintDevice = {
    ...found(like), ...input, device_id: world.fresh(), branch_id: ids[0] ?? "", model: input.model ?? "", agent_id: input.agent_id || null, agent_address: input.agent_address ?? "",
    settings: found(like).settings, paired: false, state: "offline", last_seen_at: null, waiting_jobs: 0, version: 1,
    cloud_problem: isCloud(input.channel) && !printingOf(world).clouds.some(({ channel }) => channel === input.channel) ? "no_account" : null,
  };
  devices.push(device);
  return { status: 201, body: { device, address: "https://print.example.tw/d/8f3a2c71b0" } };
}

function pair(call: Call) {
  const device = deviceOf(call);
  if ((call.body as { code: string }).code !== CODE) throw new Refusal(422, "PAIRING_FAILED", { left: "4" });
  Object.assign(device, { paired: true, state: "online", last_seen_at: new Date().toISOString() });
  return changed(call.world, device);
}

function savePoint({ world, ids, body }: Call, isNew: boolean) {
  const { points, devices } = printingOf(world);
  const input = (body as { print_point: PrintPointInput }).print_point;
  const on = found(devices.find(({ device_id }) => device_id === input.device_id));
  const known = isNew ? undefined : found(points.find(({ print_point_id }) => print_point_id === ids[0]));
  const point = {
    ...input, scenes: input.scenes ?? [], templates: input.templates ?? [], print_point_id: known?.print_point_id ?? world.fresh(), branch_id: on.branch_id, paper: on.paper, substitute_id: input.substitute_id ?? null, prints_again: input.prints_again ?? false,
    version: (known?.version ?? 0) + 1,
  };
  if (known) Object.assign(known, point);
  else points.push(point);
  return { status: isNew ? 201 : 200, body: { print_point: point } };
}

function saveRule({ world, ids, body }: Call, isNew: boolean) {
  const { rules } = printingOf(world);
  const input = (body as { rule: PrintRuleInput }).rule;
  const known = isNew ? undefined : found(rules.find(({ rule_id }) => rule_id === ids[0]));
  const rule: PrintRule = {
    ...input, methods: input.methods ?? [], channels: input.channels ?? [], rule_id: known?.rule_id ?? world.fresh(), print_point_id: known?.print_point_id ?? ids[0] ?? "", trigger: input.trigger ?? null, paid_only: input.paid_only ?? false,
    min_total: input.min_total ?? 0, version: (known?.version ?? 0) + 1,
  };
  if (known) Object.assign(known, rule);
  else rules.push(rule);
  return { status: isNew ? 201 : 200, body: { rule } };
}

function drop<Row>(all: Row[], is: (row: Row) => boolean) {
  all.splice(all.findIndex(is), 1);
  return { status: 204 };
}

function jobOf({ world, ids }: Call): PrintJob {
  return found(printingOf(world).jobs.find(({ job_id }) => job_id === ids[0]));
}

function end(call: Call, part: Partial<PrintJob>) {
  const job = jobOf(call);
  Object.assign(job, { ...part, ended_at: new Date().toISOString(), version: job.version + 1 });
  call.world.emit(job.branch_id, "print_job", { job_id: job.job_id, order_id: job.order_id, state: job.state });
  return { body: { job } };
}

function decide(call: Call) {
  const { decision } = call.body as { decision: PrintDecision };
  return end(call, decision === "printed" ? { state: "printed", reason: null } : { state: "failed", reason: "not_printed" });
}

function again(call: Call) {
  const before = jobOf(call);
  const job: PrintJob = { ...before, job_id: call.world.fresh(), state: "printed", reason: null, reprint: before.reprint + 1, reprint_of: before.job_id, may_be_duplicate: before.reason === "not_printed", version: 1 };
  printingOf(call.world).jobs.unshift(job);
  return { body: { job } };
}

/** Open orders of a branch that a list adds up; the mock knows no part of a day. */
function openOrders(world: World, branchId: string): number {
  const open = new Set(["placed", "accepted", "preparing"]);
  return [...world.state.orders.values()].filter((order) => order.branch_id === branchId && open.has(order.state)).length;
}

function pointOf({ world, ids }: Call): PrintPoint {
  return found(printingOf(world).points.find(({ print_point_id }) => print_point_id === ids[0]));
}

function previewPrepList(call: Call) {
  const orders = openOrders(call.world, pointOf(call).branch_id);
  return { body: { pages: orders > 0 ? [PICTURE] : [], orders } };
}

function printPrepList(call: Call) {
  const point = pointOf(call);
  const { jobs, devices } = printingOf(call.world);
  if (openOrders(call.world, point.branch_id) === 0) throw new Refusal(422, "EMPTY_TARGET", {}, [{ field: "business_day", reason: "EMPTY_TARGET", params: {} }]);
  const device = found(devices.find(({ device_id }) => device_id === point.device_id));
  const job: PrintJob = {
    ...found(jobs.at(-1)), job_id: call.world.fresh(), document: "prep_list", device_id: device.device_id, device_name: device.name, print_point_id: point.print_point_id, print_point_name: point.name,
    order_id: null, order_number: "", pickup_number: "", revision: 0, state: "printed", reason: null, reprint: 0, reprint_of: null, due_at: new Date().toISOString(), version: 1,
  };
  jobs.unshift(job);
  return { body: { job } };
}

/** The branch with printers prints everything; one more is shown as if it had a printer for its counter alone. */
function brandRoutes({ world, ids, body }: Call) {
  const { products, branch_ids } = body as { products: RoutedProduct[]; branch_ids?: string[] };
  const [, other] = world.state.branches.filter(({ brand_id }) => brand_id === ids[0]);
  if (!other || (branch_ids && branch_ids.length > 0 && !branch_ids.includes(other.branch_id))) return { body: { branches: [], next_page_token: "" } };
  const unrouted = products.slice(0, 3).map(({ product_id }) => ({ product_id, methods: ["delivery"] }));
  return { body: { branches: [{ branch_id: other.branch_id, unrouted_count: unrouted.length, unrouted }], next_page_token: "" } };
}

function listJobs({ world, query }: Call) {
  const wanted = query.get("states")?.split(",") ?? [];
  const device = query.get("device_id");
  return page("jobs", printingOf(world).jobs.filter((job) => (wanted.length === 0 || wanted.includes(job.state)) && (!device || job.device_id === device)));
}

function saveSettings({ world, body }: Call) {
  const printing = printingOf(world);
  const { settings } = body as { settings: PrintSettings };
  printing.settings = { ...settings, version: settings.version + 1 };
  return { body: { settings: printing.settings } };
}

function saveCloud({ world, body }: Call) {
  const { clouds, devices } = printingOf(world);
  const { channel, user, key, version } = body as PrintCloudAccountInput;
  const known = clouds.find((one) => one.channel === channel);
  if ((known?.version ?? 0) !== (version ?? 0)) throw new Refusal(409, "VERSION_CONFLICT");
  const served = devices.filter((device) => device.channel === channel);
  const account: PrintCloudAccount = {
    cloud_account_id: known?.cloud_account_id ?? world.fresh(), channel, user, key_last_four: key.length < 12 ? "" : key.slice(-4), refused_at: null, devices: served.length,
    version: (known?.version ?? 0) + 1,
  };
  if (known) Object.assign(known, account);
  else clouds.push(account);
  for (const device of served) device.cloud_problem = null;
  return { body: { account } };
}

/** Endpoints of 出單機設定 and 列印紀錄. */
export const printingRoutes: readonly Route[] = [
  ["GET", /^\/branches\/([^/]+)\/print-device-states$/u, states],
  ["GET", /^\/branches\/([^/]+)\/print-devices$/u, ({ world }) => page("devices", printingOf(world).devices)],
  ["POST", /^\/branches\/([^/]+)\/print-devices$/u, create],
  ["POST", /^\/print-devices\/([^/]+)\/pair$/u, pair],
  ["POST", /^\/print-devices\/([^/]+)\/pairing-slips$/u, () => ({ status: 204 })],
  ["POST", /^\/print-devices\/([^/]+)\/test-slips$/u, ({ world }) => ({ body: { job_id: world.fresh() } })],
  ["POST", /^\/print-devices\/([^/]+)\/address$/u, (call) => ({ body: { ...changed(call.world, deviceOf(call)).body, address: "https://print.example.tw/d/0b17c2a3f8" } })],
  ["PUT", /^\/print-devices\/([^/]+)$/u, (call) => changed(call.world, Object.assign(deviceOf(call), { name: (call.body as { name: string }).name }))],
  ["DELETE", /^\/print-devices\/([^/]+)$/u, ({ world, ids }) => drop(printingOf(world).devices, ({ device_id }) => device_id === ids[0])],
  ["GET", /^\/branches\/([^/]+)\/print-agents$/u, ({ world }) => page("agents", printingOf(world).agents)],
  ["GET", /^\/print-cloud-accounts$/u, ({ world }) => ({ body: { accounts: printingOf(world).clouds } })],
  ["PUT", /^\/print-cloud-accounts$/u, saveCloud],
  ["DELETE", /^\/print-cloud-accounts\/([^/]+)$/u, ({ world, ids }) => drop(printingOf(world).clouds, ({ cloud_account_id }) => cloud_account_id === ids[0])],
  ["GET", /^\/branches\/([^/]+)\/print-points$/u, ({ world }) => page("print_points", printingOf(world).points)],
  ["POST", /^\/branches\/([^/]+)\/print-points$/u, (call) => savePoint(call, true)],
  ["PUT", /^\/print-points\/([^/]+)$/u, (call) => savePoint(call, false)],
  ["DELETE", /^\/print-points\/([^/]+)$/u, ({ world, ids }) => drop(printingOf(world).points, ({ print_point_id }) => print_point_id === ids[0])],
  ["GET", /^\/print-points\/([^/]+)\/rules$/u, ({ world, ids }) => ({ body: { rules: printingOf(world).rules.filter(({ print_point_id }) => print_point_id === ids[0]) } })],
  ["POST", /^\/print-points\/([^/]+)\/rules$/u, (call) => saveRule(call, true)],
  ["PUT", /^\/print-rules\/([^/]+)$/u, (call) => saveRule(call, false)],
  ["DELETE", /^\/print-rules\/([^/]+)$/u, ({ world, ids }) => drop(printingOf(world).rules, ({ rule_id }) => rule_id === ids[0])],
  ["GET", /^\/branches\/([^/]+)\/print-settings$/u, ({ world }) => ({ body: { settings: printingOf(world).settings } })],
  ["PUT", /^\/branches\/([^/]+)\/print-settings$/u, saveSettings],
  ["POST", /^\/branches\/([^/]+)\/print-routes\/check$/u, () => ({ body: { unrouted: [] } })],
  ["POST", /^\/brands\/([^/]+)\/print-routes\/check$/u, brandRoutes],
  ["GET", /^\/branches\/([^/]+)\/prep-points$/u, ({ world, ids }) => page("print_points", printingOf(world).points.filter(({ branch_id }) => branch_id === ids[0]).map(({ print_point_id, name, place, paper }) => ({ print_point_id, name, place, paper })))],
  ["GET", /^\/print-points\/([^/]+)\/prep-lists\/preview$/u, previewPrepList],
  ["POST", /^\/print-points\/([^/]+)\/prep-lists$/u, printPrepList],
  ["GET", /^\/brands\/([^/]+)\/print-templates$/u, ({ world }) => page("templates", printingOf(world).templates)],
  ["GET", /^\/print-template-defaults$/u, () => ({
    body: {
      layout: { blocks: ["brand", "pickup_number", "items", "total"].map((kind) => ({ kind, size: "normal", bold: false, align: "left", visible: true, text: "" })), logo_png: "" },
      kinds: ["brand", "branch", "pickup_number", "order_number", "items", "total", "order_qr", "text", "rule", "space"],
    },
  })],
  ["POST", /^\/print-template-previews$/u, () => ({ body: { pages: [PICTURE] } })],
  ["GET", /^\/branches\/([^/]+)\/print-jobs$/u, listJobs],
  ["GET", /^\/orders\/([^/]+)\/print-jobs$/u, ({ world, ids }) => ({ body: { jobs: printingOf(world).jobs.filter(({ order_id }) => order_id === ids[0]) } })],
  ["POST", /^\/orders\/([^/]+)\/print-jobs$/u, () => { throw new Refusal(422, "NO_PRINT_ROUTE"); }],
  ["GET", /^\/print-jobs\/([^/]+)$/u, (call) => ({ body: { job: jobOf(call), attempts: [] } })],
  ["GET", /^\/print-jobs\/([^/]+)\/preview$/u, () => ({ body: { pages: [PICTURE] } })],
  ["POST", /^\/print-jobs\/([^/]+)\/reprint$/u, again],
  ["POST", /^\/print-jobs\/([^/]+)\/decide$/u, decide],
  ["POST", /^\/print-jobs\/([^/]+)\/cancel$/u, (call) => end(call, { state: "cancelled", reason: "by_staff" })],
];
