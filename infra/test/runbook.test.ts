import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import type { Catalogue } from '../lib/catalogue.ts';
import { catalogues, synthesise } from './synthesise.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(resolve(root, file), 'utf8');

/** The sections of the runbook: what each is headed by (`<consumer>-lags`), and its text. */
const sections = new Map(read('docs/runbook.md').split(/^### /m).slice(1).map((section) => {
  const [head, ...text] = section.split('\n');
  return [head!.replaceAll('`', ''), text.join('\n')];
}));

/** Whom a word in angle brackets stands for. */
function named({ system, consumers, relays, snapshotters, sweepers, reapers, scheduled, publishers, queries, tables }: Catalogue): Record<string, string[]> {
  const names = (...of: { name: string }[][]) => of.flat().map(({ name }) => name);
  return {
    function: names(consumers, relays, snapshotters), consumer: names(consumers), relay: names(relays), sweeper: names(sweepers), reaper: names(reapers),
    scheduled: names(scheduled), schedule: names(sweepers, reapers, scheduled), endpoint: names(publishers, queries), table: tables.map(({ name }) => `${system}-${name}`),
  };
}

/** The variants of an enum of the command line, as clap calls its verbs. */
function verbs(file: string, name: string): string[] {
  const [, body] = read(file).match(new RegExp(`^enum ${name} \\{\n(.*?)^\\}`, 'ms'))!;
  const variants = [...body!.matchAll(/^    (?:#\[command\(name = "([a-z]+)"\)\]\n    )?([A-Z][A-Za-z]*)\(/gm)];
  return variants.map(([, said, variant]) => said ?? variant!.replaceAll(/(?<!^)([A-Z])/g, '-$1').toLowerCase());
}

const COMMANDS = verbs('tools/tidings/src/main.rs', 'Command');

/** Asserts that the command line has the verb of this command. */
function isThere(command: string): void {
  const [, verb, below] = command.split(' ');
  assert.ok(COMMANDS.includes(verb!), `${command}: there are ${COMMANDS}`);
  if (below === undefined || /^[-<]/.test(below)) return;
  assert.ok(verbs(`tools/tidings/src/commands/${verb}/mod.rs`, 'Verb').includes(below), command);
}

for (const file of catalogues) {
  describe(`the runbook for ${file}`, () => {
    const { all, catalogue } = synthesise(file);
    const alarms = all('AWS::CloudWatch::Alarm').map(({ properties }) => properties as { AlarmName: string; AlarmDescription: string });
    const who = named(catalogue);
    /** The section of an alarm, and the name that its word in angle brackets stands for. */
    const found = (alarm: string) => [...sections.keys()].flatMap((head) => {
      const [, word, end] = head.match(/^<([a-z]+)>(-.*)$/) ?? [];
      // The dead-letter queue of a command's handler has `.fifo` at its end.
      const names = (who[word!] ?? []).filter((name) => `${name}${end}` === alarm.replace('.fifo', ''));
      return names.map((name) => ({ head, word: word!, name }));
    });

    test('every alarm has one section, and every section an alarm', () => {
      for (const { AlarmName } of alarms) assert.equal(found(AlarmName).length, 1, `${AlarmName}: ${JSON.stringify(found(AlarmName))}`);
      const used = new Set(alarms.flatMap(({ AlarmName }) => found(AlarmName).map(({ head }) => head)));
      if (file !== catalogues[0]) assert.deepEqual([...sections.keys()].filter((head) => head.includes('<') && !used.has(head)), []);
    });

    test('each says what it means, what to run and when it is over; the command of the alarm is the first', () => {
      for (const { AlarmName, AlarmDescription } of alarms) {
        const [{ head, word, name }] = found(AlarmName) as [{ head: string; word: string; name: string }];
        const text = sections.get(head)!;
        for (const part of ['- **Means.** ', '- **Run.** ', '- **Over when** ']) assert.ok(text.includes(part), `${head}: ${part}`);
        const [, command] = AlarmDescription.match(/\. Run: ((?:tidings|aws) .+)$/) ?? assert.fail(`${AlarmName}: ${AlarmDescription}`);
        const [, first] = text.match(/- \*\*Run\.\*\* `([^`]+)`/)!;
        assert.equal(command!.replace(name, `<${word}>`), first, AlarmName);
        if (command!.startsWith('tidings ')) isThere(command!);
      }
    });
  });
}

test('the commands of a stage name it', () => {
  const { all } = synthesise(undefined, { stage: 'dev' });
  const told = all('AWS::CloudWatch::Alarm').map(({ properties }) => properties.AlarmDescription as string);
  const ours = told.filter((text) => text.includes('Run: tidings '));
  assert.ok(ours.length > 10);
  for (const text of ours) assert.match(text, / --stage dev$/);
  for (const text of told.filter((text) => text.includes('Run: aws logs'))) assert.match(text, /\/aws\/lambda\/dev-/);
});

test('every command of the runbook is one that there is', () => {
  const commands = [...read('docs/runbook.md').matchAll(/`(tidings [a-z][^`]*)`/g)].map(([, command]) => command!);
  assert.ok(commands.length > 10);
  commands.forEach(isThere);
});
