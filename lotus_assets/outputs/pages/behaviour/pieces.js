"use strict";
// Data beside the page, loaded when they are wanted: scripts that hand over what they hold.
const {load, piece} = (() => {
  const loaded = new Map(), waiting = new Map(), {folder} = document.getElementById("slices").dataset;
  const address = (name) => {
    if (!/^[a-z0-9_-]+$/.test(name)) throw new TypeError(name);
    return `${folder}/${name}.js`;
  };
  const policy = window.trustedTypes
    ? trustedTypes.createPolicy("pieces", {createScriptURL: address}) : {createScriptURL: address};
  return {
    load: (name, use) => {
      if (loaded.has(name)) { use(loaded.get(name)); return; }
      const asked = waiting.get(name);
      if (asked) { asked.push(use); return; }
      waiting.set(name, [use]);
      const script = document.createElement("script");
      script.src = policy.createScriptURL(name);
      document.head.append(script);
    },
    piece: (name, content) => {
      loaded.set(name, content);
      const asked = waiting.get(name) || [];
      waiting.delete(name);
      for (const use of asked) use(content);
    },
  };
})();
