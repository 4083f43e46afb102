// Loads a Go program: the compressed file where the browser can decompress it, with progress in bytes of what is
// transferred. Shared by the page's loader and the engine's worker; both are plain scripts, so it defines one global.

const progressMilliseconds = 50;

// orreryRun loads url (a .wasm file, with a .gz beside it), waits for ready if given, and starts the Go program in it. It
// resolves once the program runs, with {ended}: a promise of the program's last words, should it ever end. progress gets
// (done, total); total is 0 when unknown.
globalThis.orreryRun = async function (url, progress, ready) {
  const go = new Go();
  const instance = await orreryInstantiate(url, go.importObject, progress);
  await ready;
  const words = orreryLastWords();
  return {ended: go.run(instance).then(words)};
};

// orreryLastWords listens for the first line of a panic, which Go writes to the console, and returns what it heard.
function orreryLastWords() {
  let heard = "";
  const log = console.log;
  console.log = (...words) => {
    if (!heard && /^(panic|fatal error|runtime error)/.test(String(words[0]))) heard = String(words[0]).split("\n")[0];
    log(...words);
  };
  return () => heard || "the program ended";
}

async function orreryInstantiate(url, imports, progress) {
  if (typeof DecompressionStream !== "undefined") {
    const stream = await orreryFetch(url + ".gz", progress).catch(() => null);
    if (stream) {
      try {
        return await orreryCompile(stream, imports);
      } catch (error) {
        console.warn(`${url}.gz could not be used, loading ${url}:`, error);
      }
    }
  }
  return orreryCompile(await orreryFetch(url, progress), imports);
}

async function orreryCompile(stream, imports) {
  const response = new Response(stream, {headers: {"Content-Type": "application/wasm"}});
  const result = WebAssembly.instantiateStreaming
    ? await WebAssembly.instantiateStreaming(response, imports)
    : await WebAssembly.instantiate(await response.arrayBuffer(), imports);
  return result.instance;
}

// orreryFetch returns the WebAssembly at url as a stream, decompressed where it arrives compressed. Some hosts mark .gz
// files with Content-Encoding, so that the browser has decompressed them already: the first bytes tell.
async function orreryFetch(url, progress) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  const encoded = response.headers.get("Content-Encoding");
  const total = encoded ? 0 : Number(response.headers.get("Content-Length")) || 0;
  const reader = response.body.getReader();
  const first = await reader.read();
  const magic = first.done ? [] : first.value;
  const stream = orreryCounted(reader, first, total, progress);
  if (magic[0] === 0x1f && magic[1] === 0x8b) return stream.pipeThrough(new DecompressionStream("gzip"));
  if (magic[0] === 0x00 && magic[1] === 0x61) return stream; // "\0asm"
  throw new Error(`${url}: not a WebAssembly file`);
}

// orreryCounted passes on what reader gives, beginning with what was read already, and counts it.
function orreryCounted(reader, first, total, progress) {
  let done = 0;
  let reported = -Infinity;
  let pending = first;
  return new ReadableStream({
    async pull(controller) {
      const {done: ended, value} = pending ?? (await reader.read());
      pending = null;
      if (ended) {
        progress(done, total || done);
        controller.close();
        return;
      }
      done += value.byteLength;
      if (performance.now() - reported > progressMilliseconds) {
        reported = performance.now();
        progress(done, total);
      }
      controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
