#!/usr/bin/env node
// Holds the exports of the catalogue against what their specifications publish (README.md). Usage:
// judge.mjs <folder of make docs>
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';

const HERE = dirname(fileURLToPath(import.meta.url));
const BIN = join(HERE, 'node_modules/.bin');
const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: judge.mjs <folder of make docs>');
  process.exit(2);
}
const docs = resolve(folder);
const work = mkdtempSync(join(tmpdir(), 'judge-docs-'));
const differences = [];

/** Runs a tool; its output is a difference where it ends otherwise than with 0. */
function tool(name, args, options) {
  const ended = spawnSync(join(BIN, name), args, { encoding: 'utf8', ...options });
  if (ended.error) throw ended.error;
  const said = `${ended.stdout}${ended.stderr}`.trim();
  if (ended.status !== 0) differences.push(`${name} ended with ${ended.status}:\n${said}`);
  return said;
}

/** AsyncAPI's own tool, with its rules: a warning fails too. It counts its runs for its makers unless it is told not to. */
function asyncapi() {
  const told = join(work, 'analytics.json');
  writeFileSync(told, JSON.stringify({ analyticsEnabled: 'false', infoMessageShown: 'true', userID: 'nobody' }));
  const environment = { ...process.env, ASYNCAPI_METRICS_CONFIG_PATH: told, SUPPRESS_NO_CONFIG_WARNING: '1' };
  const args = ['validate', join(docs, 'asyncapi.json'), '--fail-severity=warn'];
  console.log(tool('asyncapi', args, { cwd: work, env: environment }));
}

/** The samples by the schemas of their messages, as AsyncAPI has them: its tool looks at no example. */
function samples() {
  const { components } = JSON.parse(readFileSync(join(docs, 'asyncapi.json'), 'utf8'));
  const ajv = new Ajv({ strict: false, validateFormats: false }).addSchema({ $id: 'asyncapi', components });
  let count = 0;
  for (const [name, { examples = [] }] of Object.entries(components.messages)) {
    const validate = ajv.getSchema(`asyncapi#/components/messages/${name}/payload`);
    for (const { payload } of examples) {
      count += 1;
      if (!validate(payload)) differences.push(`asyncapi.json: the example of ${name}: ${ajv.errorsText(validate.errors)}`);
    }
  }
  console.log(`asyncapi: ${count} samples, of ${Object.keys(components.messages).length} messages`);
}

/** xRegistry's schema. Formats are notes in it: it gives XIDs, which are relative by its specification, the format of absolute URIs. */
function xregistry() {
  const schema = JSON.parse(readFileSync(join(HERE, 'xregistry.json'), 'utf8'));
  const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
  const document = JSON.parse(readFileSync(join(docs, 'xregistry.json'), 'utf8'));
  if (!validate(document)) {
    for (const { instancePath, message } of validate.errors) differences.push(`xregistry.json: ${instancePath}: ${message}`);
  }
  const groups = Object.values(document.messagegroups);
  const messages = groups.flatMap((group) => Object.keys(group.messages));
  console.log(`xregistry: ${groups.length} groups, ${messages.length} messages, ${Object.keys(document.endpoints).length} endpoints`);
}

/** EventCatalog's linter. The catalogue knows services, and no people or teams that own things. */
function eventcatalog() {
  const copy = join(work, 'eventcatalog');
  cpSync(join(docs, 'eventcatalog'), copy, { recursive: true });
  writeFileSync(join(copy, '.eventcatalogrc.js'), "module.exports = { rules: { 'best-practices/owner-required': 'off' } };\n");
  console.log(tool('eventcatalog-linter', ['--fail-on-warning', copy]));
}

/** The schemas that the API catalogue links are files of the folder. */
function linked() {
  const { linkset } = JSON.parse(readFileSync(join(docs, 'api-catalog.json'), 'utf8'));
  const links = linkset.flatMap(({ anchor, ...relations }) => Object.values(relations).flat());
  const schemas = links.filter(({ type }) => type === 'application/schema+json');
  const missing = schemas.filter(({ href }) => !existsSync(join(docs, href)));
  for (const { href } of missing) differences.push(`api-catalog.json: ${href} is not there`);
  if (schemas.length === 0) differences.push('api-catalog.json: no schema is linked');
  console.log(`api-catalog: ${links.length} links, ${schemas.length} of them to schemas`);
}

try {
  for (const step of [asyncapi, samples, xregistry, eventcatalog, linked]) step();
} finally {
  rmSync(work, { recursive: true });
}
for (const difference of differences) console.log(`difference: ${difference}`);
console.log(`judge of the exports: ${differences.length} differences`);
process.exitCode = differences.length > 0 ? 1 : 0;
