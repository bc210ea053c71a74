// A headless Chromium that a package carries, with its libraries and fonts: nothing is downloaded,
// and nothing of the machine is needed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(readFileSync(join(HERE, 'node_modules/@sparticuz/chromium/package.json'), 'utf8'));

// The package unpacks into the folder for temporary files, and takes what is there. So it has one
// of its own, for each version.
const unpacked = join(HERE, '../../.tools', `chromium-${version}`);
mkdirSync(unpacked, { recursive: true });
process.env.TMPDIR = unpacked;
// What makes it bring its libraries.
process.env.AWS_LAMBDA_JS_RUNTIME = 'nodejs20.x';
// Fonts are the same everywhere, and so are screenshots: its own, and one whose letters are all as
// wide.
const fonts = [join(unpacked, 'fonts/fonts'), join(HERE, 'node_modules/dejavu-fonts-ttf/ttf')];
const prefer = (family, font) => `<alias binding="strong"><family>${family}</family><prefer><family>${font}</family></prefer></alias>`;
process.env.FONTCONFIG_FILE = join(unpacked, 'fonts.conf');
writeFileSync(
  process.env.FONTCONFIG_FILE,
  `<?xml version="1.0"?><fontconfig>${fonts.map((folder) => `<dir>${folder}</dir>`).join('')}<cachedir>${unpacked}/fonts-cache</cachedir>${
    prefer('monospace', 'DejaVu Sans Mono')}${prefer('sans-serif', 'Open Sans')}${prefer('system-ui', 'Open Sans')}</fontconfig>\n`,
);

const { default: chromium } = await import('@sparticuz/chromium');
const { default: puppeteer } = await import('puppeteer-core');

/** Starts the browser. It reaches no address but those of this machine. */
export async function launch() {
  chromium.setGraphicsMode = false;
  return puppeteer.launch({
    executablePath: await chromium.executablePath(),
    headless: 'shell',
    // It may be started as root, as in CI, where Chromium has no sandbox. What it opens is our own.
    args: ['--no-sandbox', '--no-zygote', '--disable-gpu', '--font-render-hinting=none', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
  });
}
