// A headless Chromium that talks to nobody, and what to say when it is not there.
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const chromiumPath = '/usr/bin/chromium';
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

const missing = (what) => new Error(`${what} Run scripts/setup once: it installs what this test needs.`);

/** Opens the browser for the work and closes it, whatever happens. */
export async function withBrowser(sourceFolder, work) {
  let playwright;
  try {
    playwright = createRequire(join(sourceFolder, 'package.json'))('playwright-core');
  } catch {
    throw missing('The npm package playwright-core is not installed.');
  }
  if (!existsSync(chromiumPath)) throw missing(`${chromiumPath} is not there (Debian package chromium).`);
  const profile = mkdtempSync(join(tmpdir(), 'tandem-browser-'));
  const context = await playwright.chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath, headless: true, acceptDownloads: true, args: flags, viewport: {width: 1200, height: 900},
  });
  try {
    await work(context);
  } finally {
    await context.close();
    rmSync(profile, {recursive: true, force: true});
  }
}
