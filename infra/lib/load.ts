import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CatalogueError, Field } from './field.ts';
import type { Catalogue } from './catalogue.ts';
import { readCatalogue } from './read.ts';
import { checkRules } from './rules.ts';

/** Reads and checks the catalogue in `file`. Every error names the file, the field, and what to run. */
export function loadCatalogue(file: string): Catalogue {
  if (!existsSync(file)) {
    throw new CatalogueError(
      `There is no catalogue at ${file}. Run \`make catalogue\` in the project's root, or name another file in TIDINGS_CATALOGUE.`,
    );
  }
  try {
    const catalogue = readCatalogue(new Field(JSON.parse(readFileSync(file, 'utf8'))));
    checkRules(catalogue);
    return catalogue;
  } catch (error) {
    if (!(error instanceof CatalogueError || error instanceof SyntaxError)) throw error;
    throw new CatalogueError(
      `${file}: ${error.message}. Correct the declaration in the Rust code, then run \`make catalogue\`.`,
    );
  }
}

/** The folder that holds the function's `bootstrap`, as `cargo lambda build` leaves it. */
export function functionFolder(functions: string, name: string): string {
  const folder = join(functions, name);
  const bootstrap = join(folder, 'bootstrap');
  if (!existsSync(bootstrap)) {
    throw new CatalogueError(
      `There is no ${bootstrap}. Run \`make functions\` in the project's root, or name another folder in TIDINGS_FUNCTIONS.`,
    );
  }
  return folder;
}
