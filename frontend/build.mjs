// Builds the one stylesheet, copies htmx and the fonts, and writes manifest.json and THIRD_PARTY.md.
// Names carry a hash of the content, so that a browser may keep them for ever.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "..", "gateway", "web", "static", "dist");

const USED = [
  "@fontsource-variable/noto-sans",
  "@fontsource-variable/noto-sans-arabic",
  "@fontsource-variable/noto-sans-ethiopic",
  "@nl-design-system-unstable/voorbeeld-design-tokens",
  "@utrecht/component-library-css",
  "htmx.org",
];

function hashed(name, content) {
  const mark = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const ending = extname(name);
  return `${basename(name, ending)}-${mark}${ending}`;
}

// The theme defines some 2,800 properties; those that nothing reads are left out. A value may hold
// strings and addresses, with any mark in them.
const VALUE = `(?:"[^"]*"|'[^']*'|url\\([^)]*\\)|[^;{}"'])*`;
const OWN = new RegExp(`(?<=[{;])(--[\\w-]+):${VALUE};?`, "g");

function prune(css) {
  for (;;) {
    const read = new Set([...css.matchAll(/var\(\s*(--[\w-]+)/g)].map((found) => found[1]));
    const smaller = css.replace(OWN, (all, name) => (read.has(name) ? all : ""));
    if (smaller.length === css.length) return css;
    css = smaller;
  }
}

function third_party() {
  const lines = ["# Third-party work in this folder", "", "| package | version | licence |", "| --- | --- | --- |"];
  for (const name of USED) {
    const found = JSON.parse(readFileSync(join(here, "node_modules", name, "package.json"), "utf8"));
    lines.push(`| ${found.name} | ${found.version} | ${found.license} |`);
  }
  lines.push("", "Built by `make frontend` from `frontend/`; not edited by hand.", "");
  return lines.join("\n");
}

const bundle = await build({
  entryPoints: [join(here, "src", "app.css")],
  bundle: true,
  minify: true,
  write: false,
  outdir: out,
  assetNames: "[name]-[hash]",
  legalComments: "none",
  loader: { ".woff2": "file" },
  target: ["chrome111", "firefox113", "safari16.4"],
});

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const manifest = {};
for (const file of bundle.outputFiles) {
  if (file.path.endsWith(".css")) {
    const css = prune(file.text);
    manifest["app.css"] = hashed("app.css", css);
    writeFileSync(join(out, manifest["app.css"]), css);
  } else {
    writeFileSync(join(out, basename(file.path)), file.contents);
  }
}
const htmx = readFileSync(join(here, "node_modules", "htmx.org", "dist", "htmx.min.js"));
manifest["htmx.js"] = hashed("htmx.js", htmx);
writeFileSync(join(out, manifest["htmx.js"]), htmx);
const ethiopic = readFileSync(join(here, "src", "own-ethiopic.woff2"));
const cut = hashed("own-ethiopic.woff2", ethiopic);
writeFileSync(join(out, cut), ethiopic);
for (const name of ["mark.svg", "own.css"]) {
  const content = readFileSync(join(here, "src", name), "utf8").replace("own-ethiopic.woff2", cut);
  manifest[name] = hashed(name, content);
  writeFileSync(join(out, manifest[name]), content);
}
writeFileSync(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
writeFileSync(join(out, "THIRD_PARTY.md"), third_party());
console.log(readdirSync(out).join("\n"));
