/**
 * All tests in one process: loading the CDK and synthesising the system are what they spend their time with, and `synthesise` does both once.
 * One file at a time is `npx tsx --test test/tables.test.ts`.
 */
import { readdirSync } from 'node:fs';

const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.test.ts')).sort();
for (const file of files) await import(`./${file}`);
