import assert from 'node:assert/strict';

/** A statement of a policy, as `plain` has written its template. */
export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | string[];
  readonly Resource?: string | string[];
  readonly Principal?: '*' | Record<string, string | string[]>;
  readonly Condition?: Record<string, Record<string, string | string[]>>;
}

export interface Asked {
  readonly action: string;
  readonly resource: string;
  /** The condition keys of the request; a key with several values has a list. */
  readonly context?: Record<string, string | string[]>;
}

/**
 * Whether these statements allow a request, by the evaluation logic of IAM within one account (AWS: IAM user guide, policy evaluation logic): an explicit
 * denial wins; without an allowance it is denied. Conditions of a statement must all hold, and of a condition's values one (user guide, conditions with multiple
 * keys or values). What is not known here is refused, so that a condition that was not understood never counts as one that holds.
 */
export function isAllowed(statements: Statement[], asked: Asked): boolean {
  const fitting = statements.filter((statement) => applies(statement, asked));
  return fitting.some(({ Effect }) => Effect === 'Allow') && !fitting.some(({ Effect }) => Effect === 'Deny');
}

/** Whether a statement is about the request: its action, its resource and its conditions. */
export function applies({ Action, Resource, Condition = {} }: Statement, { action, resource, context = {} }: Asked): boolean {
  // Actions are compared without regard to case (user guide, `Action`).
  const acts = list(Action).some((pattern) => like(pattern.toLowerCase(), action.toLowerCase()));
  const on = Resource === undefined || list(Resource).some((pattern) => like(pattern, resource));
  return acts && on && Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => holds(operator, list(values), context[key])));
}

/** By the operator, and what it says of a request that has no such key, or several values of it (user guide, set operators; `…IfExists`). */
function holds(operator: string, values: string[], found: string | string[] | undefined): boolean {
  const [set, name] = operator.includes(':') ? operator.split(':') as [string, string] : [undefined, operator];
  const compare = OPERATORS[name.replace(/IfExists$/, '')] ?? assert.fail(`the operator ${operator} is not known here`);
  // Of a negated operator all of the values must differ.
  const matches = (one: string) => (name.includes('Not') ? values.every((value) => compare(value, one)) : values.some((value) => compare(value, one)));
  if (set === 'ForAllValues') return list(found ?? []).every(matches);
  if (set === 'ForAnyValue') return list(found ?? []).some(matches);
  assert.equal(set, undefined, operator);
  if (found === undefined) return name.endsWith('IfExists') || name.includes('Not');
  assert.ok(typeof found === 'string', `${operator}: several values need a set operator`);
  return matches(found);
}

const OPERATORS: Record<string, (value: string, found: string) => boolean> = {
  StringEquals: (value, found) => value === found,
  StringLike: like,
  ArnEquals: like,
  ArnNotLike: (value, found) => !like(value, found),
  ArnLike: like,
  Bool: (value, found) => value === found,
};

/** `*` is any characters, `?` one. */
function like(pattern: string, text: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 's').test(text);
}

function list<T>(value: T | T[]): T[] {
  return Array.isArray(value) ? value : [value];
}
