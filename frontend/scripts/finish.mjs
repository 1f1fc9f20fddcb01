// After a build: write the hash of the sources beside it and the licences of what is bundled.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(root, "../src/northwatch/web/static");

/** Files that decide what the client is; hatch_build.py hashes the same ones. */
function sources(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((item) => {
      const path = join(folder, item.name);
      return item.isDirectory() ? sources(path) : [path];
    })
    .sort();
}

const kept = [...sources(join(root, "src")), join(root, "package-lock.json"), join(root, "vite.config.ts")];
const hash = createHash("sha256");
for (const path of kept.map((path) => relative(root, path).replaceAll("\\", "/")).sort()) {
  hash.update(`${path}\n`);
  hash.update(readFileSync(join(root, path)));
}
writeFileSync(join(out, "sources.sha256"), `${hash.digest("hex")}\n`);

/** Packages that reach the browser: the dependencies, with theirs. */
function bundled(names, seen = new Set()) {
  for (const name of names) {
    const file = join(root, "node_modules", name, "package.json");
    if (seen.has(name) || !existsSync(file)) continue;
    seen.add(name);
    bundled(Object.keys(JSON.parse(readFileSync(file, "utf8")).dependencies ?? {}), seen);
  }
  return [...seen].sort();
}

const own = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const parts = bundled(Object.keys(own.dependencies)).map((name) => {
  const folder = join(root, "node_modules", name);
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((item) => /^(licen[cs]e|copying)/i.test(item));
  const text = file ? readFileSync(join(folder, file), "utf8").trim() : "";
  return `${name} ${about.version}\nLicence: ${about.license ?? "see text"}\n\n${text}`;
});
writeFileSync(join(out, "LICENCES.txt"), `${parts.join(`\n\n${"-".repeat(72)}\n\n`)}\n`);
