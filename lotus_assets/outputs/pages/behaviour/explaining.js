"use strict";
// Where a figure is explained: by the API where it serves the pages, else by the command.
const explaining = {
  isServed: location.protocol.startsWith("http") && location.pathname.startsWith("/pages/"),
  quoted: (text) => /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`,
};
