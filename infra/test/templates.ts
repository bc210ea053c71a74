import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { synthesise } from './synthesise.ts';

/** Writes the templates of a catalogue, for judges that read files: `tsx test/templates.ts <catalogue> <folder> [name=value…]`. No function has to be built for it. */
const [catalogue, folder, ...choices] = process.argv.slice(2);
if (!catalogue || !folder) {
  console.error('usage: templates.ts <catalogue> <folder> [name=value…]');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const context = Object.fromEntries(choices.map((choice) => choice.split('=', 2)));
for (const [stack, template] of synthesise(catalogue, context).templates) writeFileSync(join(folder, `${stack}.template.json`), JSON.stringify(template));
