import type { Names } from './names.ts';
import type { System } from './system.ts';

/**
 * The commands that alarms tell whoever is woken to run first. `docs/runbook.md` has a section for each alarm, and `test/runbook.test.ts` holds the two
 * against each other and against the verbs that there are.
 */
export const run = {
  /** Goes through everything of the stage, and says what to do first. */
  doctor: (system: System) => tidings(system, 'doctor'),
  /** What is set aside, and why. */
  letters: (system: System, consumer: string) => tidings(system, `dlq list --consumer ${consumer}`),
  /** What was changed by hand, or not deployed: an event source mapping among it. */
  drift: (system: System) => tidings(system, 'catalog diff'),
  /** The log of a function, by its name in the catalogue. */
  log: (names: Names, name: string) => `aws logs tail ${names.logGroup(name)} --since 15m`,
  /** Whether the rule is there and enabled, by which a function runs. */
  schedule: (rule: string) => `aws events describe-rule --name ${rule}`,
  /** Which key of a table gets too many requests. */
  keys: (table: string) => `aws dynamodb update-contributor-insights --table-name ${table} --contributor-insights-action ENABLE`,
};

function tidings({ options }: System, verb: string): string {
  return `tidings ${verb}${options.stage ? ` --stage ${options.stage}` : ''}`;
}
