/** The values of the names of an expression, at one time; nothing where a metric has no number. */
export type Values = (name: string) => number | undefined;

/**
 * The part of CloudWatch's metric math that the alarms use: numbers, names, `+`, `/`, comparisons, `AND`, `FILL` with a number, and `IF` (AWS: CloudWatch
 * user guide, using math expressions with CloudWatch metrics). What a number is missing for has no value; `FILL` gives it one. A comparison is 1 or 0.
 * Anything else is refused: a formula that was not understood must not pass for one that never rings.
 */
export function evaluate(expression: string, values: Values): number | undefined {
  const tokens = expression.match(/[A-Za-z_][A-Za-z0-9_]*|\d+(\.\d+)?|==|>=|<=|[-+*/(),<>]/g) ?? [];
  if (tokens.join('') !== expression.replaceAll(/\s/g, '')) throw new Error(`not understood: ${expression}`);
  let at = 0;
  const next = () => tokens[at++];
  const expect = (token: string) => {
    const found = next();
    if (found !== token) throw new Error(`${expression}: expected ${token}, found ${found}`);
  };

  function conjunction(): number | undefined {
    let left = comparison();
    while (tokens[at] === 'AND') {
      next();
      const right = comparison();
      left = both(left, right, (one, other) => Number(one !== 0 && other !== 0));
    }
    return left;
  }

  function comparison(): number | undefined {
    const left = addition();
    const compare = COMPARISONS[tokens[at] ?? ''];
    if (!compare) return left;
    next();
    return both(left, addition(), (one, other) => Number(compare(one, other)));
  }

  function addition(): number | undefined {
    let left = division();
    while (tokens[at] === '+') {
      next();
      left = both(left, division(), (one, other) => one + other);
    }
    return left;
  }

  function division(): number | undefined {
    let left = operand();
    while (tokens[at] === '/') {
      next();
      left = both(left, operand(), (one, other) => one / other);
    }
    return left;
  }

  function operand(): number | undefined {
    const token = next() ?? '';
    if (/^\d/.test(token)) return Number(token);
    if (token === 'FILL') {
      const [value, filling] = call(2);
      return value ?? filling;
    }
    if (token === 'IF') {
      const [condition, then, otherwise] = call(3);
      return condition === undefined ? undefined : condition !== 0 ? then : otherwise;
    }
    if (!/^[a-z][A-Za-z0-9_]*$/.test(token)) throw new Error(`${expression}: not understood at ${token}`);
    return values(token);
  }

  function call(parameters: number): (number | undefined)[] {
    expect('(');
    const found = [conjunction()];
    while (found.length < parameters) {
      expect(',');
      found.push(conjunction());
    }
    expect(')');
    return found;
  }

  const value = conjunction();
  if (at !== tokens.length) throw new Error(`${expression}: not understood at ${tokens[at]}`);
  return value;
}

const COMPARISONS: Record<string, (one: number, other: number) => boolean> = {
  '>': (one, other) => one > other,
  '<': (one, other) => one < other,
  '==': (one, other) => one === other,
};

function both(one: number | undefined, other: number | undefined, of: (one: number, other: number) => number): number | undefined {
  return one === undefined || other === undefined ? undefined : of(one, other);
}
