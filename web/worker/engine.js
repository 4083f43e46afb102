// The engine's worker: loads the engine and keeps what the page asks until the engine can answer.
//
// Everything that crosses is a JSON string: from the page a wire.Request; to the page {"response": wire.Response} or
// {"notice": wire.Notice}. One thing more comes from the page: the bare word drawn, when it has drawn a View that it was
// sent unasked. The engine takes over by setting onmessage and emptying orreryWaiting.

importScripts("wasm_exec.js", "wasm.js");

self.orreryWaiting = [];
self.onmessage = (event) => self.orreryWaiting.push(event.data);

const notice = (fields) => self.postMessage(JSON.stringify({notice: fields}));

(async () => {
  try {
    const {ended} = await orreryRun("engine.wasm", (done, total) => notice({loading: {what: "engine", done, total}}));
    notice({failed: await ended});
  } catch (error) {
    notice({failed: `loading the engine: ${error.message ?? error}`});
  }
})();
