// Starts the page: the engine's worker and the page's own program load at the same time, while the pre-rendered page is
// on the screen already. Replaces go-app's app.js, whose absolute URLs and cache handling would tie the site to the root
// of its own host; what go-app's client calls is kept.

// --- What go-app's client looks for -------------------------------------------------------------------------------

const orreryEnv = {
  GOAPP_VERSION: document.documentElement.dataset.version,
  GOAPP_STATIC_RESOURCES_URL: "web",
  // The whole path is the prefix: the site is one page, wherever it is put.
  GOAPP_ROOT_PREFIX: location.pathname.replace(/\/$/, ""),
  GOAPP_INTERNAL_URLS: "[]",
};

globalThis.goappGetenv = (name) => orreryEnv[name];
globalThis.goappTryUpdate = () => navigator.serviceWorker?.getRegistration().then((registration) => registration?.update());

// --- The engine ---------------------------------------------------------------------------------------------------

// The page draws at most this long after it took in what it draws.
const drawMilliseconds = 16;

// EngineLink is the engine's worker as the page's program will hold it: postMessage and onmessage, as of a Worker. It
// exists before that program does, so what the engine says meanwhile is kept and told once onmessage is set.
class EngineLink {
  // Somebody else's world, in a link, is not to be kept unasked: the engine leaves the user's own to other tabs.
  #worker = new Worker("web/engine.js" + (location.hash.startsWith("#w=") ? "#link" : ""), {name: "engine"});
  #kept = [];
  #receive = null;

  constructor() {
    this.#worker.onmessage = (event) => this.#take(event.data);
    this.#worker.onerror = (event) => {
      this.#take(JSON.stringify({notice: {failed: event.message || "the engine's worker could not start"}}));
    };
  }

  // watch is told of each message beside onmessage.
  watch = null;

  #take(data) {
    this.watch?.(data);
    if (this.#receive) this.#receive({data});
    else this.#kept.push(data);
    // What the page makes of a View comes before this in the event loop's queue, so it is true by then.
    if (data.startsWith('{"notice":{"view"')) setTimeout(() => this.#worker.postMessage("drawn"), drawMilliseconds);
  }

  set onmessage(receive) {
    this.#receive = receive;
    for (const data of receive ? this.#kept.splice(0) : []) receive({data});
  }

  postMessage(data) {
    this.#worker.postMessage(data);
  }
}

// --- Progress -----------------------------------------------------------------------------------------------------

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

// Progress draws the bar over the pre-rendered page until the page's program takes over.
class Progress {
  #parts = {page: {done: 0, total: 0}, engine: {done: 0, total: 0}};
  #element = document.getElementById("app-wasm-loader");
  #label = document.getElementById("app-wasm-loader-label");
  #bar = document.getElementById("app-wasm-loader-bar");

  set(part, done, total) {
    this.#parts[part] = {done, total};
    const {page, engine} = this.#parts;
    const all = page.total && engine.total ? page.total + engine.total : 0;
    if (all) {
      this.#bar.max = all;
      this.#bar.value = page.done + engine.done;
    }
    this.#label.textContent = ["page", "engine"].map((name) => this.#words(name)).join(" · ");
  }

  #words(name) {
    const {done, total} = this.#parts[name];
    return total ? `${name} ${megabytes(done)} of ${megabytes(total)} MB` : `${name} ${megabytes(done)} MB`;
  }

  fail(what, error) {
    document.body.append(this.#element);
    this.#element.dataset.failed = "";
    this.#label.textContent = `${what}: ${error.message ?? error}`;
  }

  remove() {
    this.#element.remove();
  }
}

// --- Offline ------------------------------------------------------------------------------------------------------

// The service worker copies the whole site for the next visit. It begins when the engine has answered for the first
// time, so as not to compete with it, and finds most of what it needs in the browser's HTTP cache.
function keepOffline() {
  navigator.serviceWorker?.register("app-worker.js").catch((error) => {
    console.warn("Orrery will not work offline:", error);
  });
}

// --- Start --------------------------------------------------------------------------------------------------------

async function start() {
  const progress = new Progress();
  if (typeof WebAssembly === "undefined" || typeof Worker === "undefined") {
    progress.fail("Orrery could not start", "this browser has no WebAssembly or no workers");
    return;
  }
  const engine = (globalThis.orreryEngine = new EngineLink());
  let loaded = false;
  let answered = false;
  engine.watch = (data) => {
    if (!loaded && data.startsWith('{"notice":{"loading"')) {
      const {done, total} = JSON.parse(data).notice.loading;
      progress.set("engine", done, total);
    }
    if (!answered && data.startsWith('{"response"')) {
      answered = true;
      keepOffline();
    }
  };
  // The page's program needs the editor's script, which runs before the document is complete.
  const ready = new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve));
  try {
    const {ended} = await orreryRun("web/page.wasm", (done, total) => progress.set("page", done, total), ready);
    loaded = true;
    progress.remove();
    progress.fail("The page stopped; reload it to go on", await ended);
  } catch (error) {
    progress.fail("Orrery could not start", error);
    console.error(error);
  }
}

start();
