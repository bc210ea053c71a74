/** A mistake in the catalogue. The message names the field, so that nobody has to read a stack trace to find it. */
export class CatalogueError extends Error {
  override readonly name = 'CatalogueError';
}

/** A value together with the path that leads to it (`consumers[2].batchSize`). */
export class Field {
  constructor(
    readonly value: unknown,
    readonly path = '',
  ) {}

  fail(expected: string): never {
    const found = this.value === undefined ? 'nothing' : JSON.stringify(this.value);
    throw new CatalogueError(`${this.path || 'the catalogue'}: expected ${expected}, found ${found}`);
  }

  has(key: string): boolean {
    return typeof this.value === 'object' && this.value !== null && key in this.value;
  }

  at(key: string): Field {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value)) this.fail('an object');
    const path = this.path ? `${this.path}.${key}` : key;
    return new Field((this.value as Record<string, unknown>)[key], path);
  }

  list<T>(read: (item: Field) => T): T[] {
    if (!Array.isArray(this.value)) this.fail('a list');
    return this.value.map((item, index) => read(new Field(item, `${this.path}[${index}]`)));
  }

  text(pattern = /./, described = 'a text'): string {
    if (typeof this.value !== 'string' || !pattern.test(this.value)) this.fail(described);
    return this.value;
  }

  oneOf<T extends string>(...choices: T[]): T {
    const found = choices.find((choice) => choice === this.value);
    return found ?? this.fail(choices.map((choice) => JSON.stringify(choice)).join(' or '));
  }

  whole(min: number, max: number): number {
    const value = this.value;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
      this.fail(`a whole number from ${min} to ${max}`);
    }
    return value;
  }

  flag(): boolean {
    if (typeof this.value !== 'boolean') this.fail('true or false');
    return this.value;
  }

  /** `null` and an absent field say the same. */
  orNull<T>(read: (field: Field) => T): T | null {
    return this.value === null || this.value === undefined ? null : read(this);
  }
}
