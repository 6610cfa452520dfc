// Bundles the sources of this folder into console/static/dist: files named by their content,
// each also compressed, an icon sprite, the licences, and a manifest that the console reads.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const ROOT = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..');
const OUT = path.join(ROOT, 'console/static/dist');
const STAFF = ['admin.css', 'admin.js', 'fields.css', 'fields.js', 'till.css', 'till.js', 'board.css', 'board.js', 'roster.css', 'roster.js', 'sheet.css'];
const PHONE = ['phone.css', 'phone.js'];
const ICONS = path.join(ROOT, 'node_modules/@tabler/icons/icons/outline');

function digest(algorithm, content, encoding) {
  return createHash(algorithm).update(content).digest(encoding);
}

function describe(file) {
  const content = fs.readFileSync(path.join(OUT, file));
  return { file, sri: `sha384-${digest('sha384', content, 'base64')}` };
}

function writeHashed(name, content) {
  const { name: stem, ext } = path.parse(name);
  const file = `${stem}-${digest('sha256', content, 'hex').slice(0, 8).toUpperCase()}${ext}`;
  fs.writeFileSync(path.join(OUT, file), content);
  return describe(file);
}

async function bundle(entries, target) {
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: entries.map((name) => `assets/${name}`),
    outdir: OUT,
    entryNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    format: 'iife',
    target,
    loader: { '.svg': 'dataurl' },
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  const files = {};
  for (const [file, output] of Object.entries(result.metafile.outputs)) {
    if (output.entryPoint) files[path.basename(output.entryPoint)] = describe(path.basename(file));
  }
  return files;
}

function symbol(name) {
  const source = fs.readFileSync(path.join(ICONS, `${name}.svg`), 'utf8');
  const drawing = source
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/^[\s\S]*?<svg[^>]*>/, '')
    .replace('</svg>', '')
    .replace(/\s*\n\s*/g, '')
    .replace(/ \/>/g, '/>');
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" `
    + `stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${drawing}</symbol>`;
}

function drawSprite(names) {
  return `<svg xmlns="http://www.w3.org/2000/svg">${names.map(symbol).join('')}</svg>`;
}

function readNames(file) {
  return fs.readFileSync(path.join(ROOT, 'assets', file), 'utf8').split(/\s+/).filter(Boolean);
}

function collectLicences() {
  const { dependencies } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  return Object.keys(dependencies).map((name) => {
    const folder = path.join(ROOT, 'node_modules', name);
    const { version, license } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const text = fs.readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
    const body = text ? fs.readFileSync(path.join(folder, text), 'utf8').trim() : '';
    return `${name} ${version} (${license})\n\n${body}`.trim();
  }).join('\n\n----\n\n') + '\n';
}

function compress(file) {
  const content = fs.readFileSync(file);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  fs.writeFileSync(`${file}.br`, brotliCompressSync(content, quality));
  fs.writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
}

function removeOld(kept) {
  for (const file of fs.readdirSync(OUT)) {
    if (!kept.has(file.replace(/\.(br|gz)$/, ''))) fs.rmSync(path.join(OUT, file), { recursive: true });
  }
}

fs.mkdirSync(OUT, { recursive: true });
const files = {
  ...await bundle(STAFF, ['chrome109', 'safari15.4']),
  ...await bundle(PHONE, ['chrome88', 'safari15.4']),
};
const icons = readNames('icons.txt');
const phoneIcons = readNames('phone_icons.txt');
files['icons.svg'] = writeHashed('icons.svg', drawSprite(icons));
files['phone.svg'] = writeHashed('phone.svg', drawSprite(phoneIcons));
files['mark.svg'] = writeHashed('mark.svg', fs.readFileSync(path.join(ROOT, 'assets/mark.svg')));
fs.writeFileSync(path.join(OUT, 'licences.txt'), collectLicences());
for (const { file } of Object.values(files)) compress(path.join(OUT, file));
const manifest = { sources: process.env.CONSOLE_ASSETS_SOURCES ?? '', files, icons, 'phone.svg': phoneIcons };
fs.writeFileSync(path.join(OUT, 'manifest.new'), JSON.stringify(manifest, null, 1));
fs.renameSync(path.join(OUT, 'manifest.new'), path.join(OUT, 'manifest.json'));
removeOld(new Set(['licences.txt', 'manifest.json', ...Object.values(files).map(({ file }) => file)]));
