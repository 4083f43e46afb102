// The service worker: the whole site in one cache, named for its content, so that a visit works offline and never mixes
// two versions. go-app's own deletes every other cache of the origin and swallows errors; this one touches only its own.
//
// A template: the site's build fills in the version and the list of files, relative to this script.

const prefix = `orrery ${self.registration.scope} `;
const cacheName = prefix + "{{.Version}}";
const resources = {{.ResourcesToCache}};

// Each program is there twice, plain and compressed: only the one that this browser will ask for is kept.
function wanted(url) {
  if (url.endsWith(".wasm.gz")) return typeof DecompressionStream !== "undefined";
  if (url.endsWith(".wasm")) return typeof DecompressionStream === "undefined";
  return true;
}

// A failure to fetch any file fails the installation: the browser keeps the old version and tries again later.
async function install() {
  const cache = await caches.open(cacheName);
  try {
    await cache.addAll(resources.filter(wanted).map((url) => new Request(url, {cache: "no-cache"})));
  } catch (error) {
    await caches.delete(cacheName);
    throw error;
  }
}

async function activate() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(prefix) && name !== cacheName);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

// A new version waits until no page uses the old one. A reload of the only page would keep it waiting for ever, so then
// the new version takes over first and the page is asked for once more.
async function takeOver() {
  const waiting = self.registration.waiting;
  if (!waiting || (await self.clients.matchAll()).length > 1) return null;
  waiting.postMessage("take over");
  return new Response('<!doctype html><link rel="icon" href="data:,">', {headers: {Refresh: "0", "Content-Type": "text/html"}});
}

async function answer(request) {
  if (request.mode === "navigate") {
    const again = await takeOver();
    if (again) return again;
  }
  const cache = await caches.open(cacheName);
  const url = request.url.replace(/index\.html(?=$|[?#])/, "");
  return (await cache.match(url, {ignoreSearch: true})) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
  if (event.data === "take over") event.waitUntil(self.skipWaiting());
});
self.addEventListener("fetch", (event) => {
  const {request} = event;
  if (request.method === "GET" && request.url.startsWith(self.registration.scope)) event.respondWith(answer(request));
});
