// Loaded into Node before a program: leaves the peak of the process, in kB, in a file at its end.
const { readFileSync, writeFileSync } = require("node:fs");

process.on("exit", () => {
  const status = readFileSync("/proc/self/status", "ascii");
  writeFileSync(process.env.PEAK_FILE, /VmHWM:\s*(\d+)/.exec(status)[1]);
});
