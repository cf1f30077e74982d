// Keeps the shell and what was read last, so that a menu opens without a network.
const SHELL = "%SHELL%";
const SHELL_CACHE = "shell-%VERSION%";
const DATA_CACHE = "read-1";
const KEPT = 60;

async function install(files) {
  const cache = await caches.open(SHELL_CACHE);
  await cache.addAll(files);
  await cache.put("/shell", await fetch("/"));
}

addEventListener("install", (event) => {
  const files = Array.isArray(SHELL) ? SHELL : [];
  event.waitUntil(install(files).then(() => self.skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("shell-") && name !== SHELL_CACHE;
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

async function page(request) {
  const cache = await caches.open(SHELL_CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put("/shell", response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match("/shell", { ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}

async function asset(request) {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) (await caches.open(SHELL_CACHE)).put(request, response.clone());
  return response;
}

async function keep(request, response) {
  const cache = await caches.open(DATA_CACHE);
  const headers = new Headers(response.headers);
  headers.set("x-cached-at", new Date().toISOString());
  const body = await response.blob();
  await cache.put(request, new Response(body, { status: response.status, headers }));
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - KEPT)).map((key) => cache.delete(key)));
}

/** Documents that are useful offline; another day's stock and payment methods are not, and would displace menus. */
function isKept({ pathname, searchParams }) {
  return pathname.startsWith("/api/shop/") && !/\/(?:events|payment-methods)$/u.test(pathname) && !searchParams.has("day");
}

async function read(event) {
  try {
    const response = await fetch(event.request);
    if (response.ok) event.waitUntil(keep(event.request, response.clone()));
    return response;
  } catch (error) {
    const kept = await (await caches.open(DATA_CACHE)).match(event.request, { ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  const { pathname } = url;
  if (pathname.startsWith("/assets/store/assets/")) event.respondWith(asset(request));
  else if (isKept(url)) event.respondWith(read(event));
  else if (request.mode === "navigate" && !/^\/(?:admin|api|assets)(?:\/|$)/u.test(pathname)) event.respondWith(page(request));
});
