// The pictures of a study's report for README and docs:
//   node pictures.mjs SOURCE_FOLDER TANDEM STUDY FOLDER
// writes report.png, report-dark.png, report-zh.png (1200 px wide) and report-phone.png (390 px).
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {withBrowser} from './browser.mjs';

const [sourceFolder, tandem, study, pictures] = process.argv.slice(2);
if (!pictures) {
  console.error('usage: node pictures.mjs SOURCE_FOLDER TANDEM STUDY FOLDER');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'tandem-pictures-'));
mkdirSync(pictures, {recursive: true});

function report(language) {
  const file = join(folder, `${language}.html`);
  execFileSync(tandem, ['report', study, '--lang', language, '--output', file], {stdio: ['ignore', 'ignore', 'inherit']});
  return pathToFileURL(file).href;
}

try {
  await withBrowser(resolve(sourceFolder), async (context) => {
    const page = await context.newPage();
    const take = async (name, url, {colorScheme = 'light', width = 1200, height = 1500} = {}) => {
      await page.setViewportSize({width, height});
      await page.emulateMedia({colorScheme});
      await page.goto(url);
      await page.waitForSelector('html[data-built]');
      // Figures are drawn when they come into view.
      await page.locator('#figures').scrollIntoViewIfNeeded();
      await page.locator('#figures .chart svg path').nth(5).waitFor({state: 'attached', timeout: 20000});
      await page.evaluate(() => scrollTo(0, 0));
      await page.screenshot({path: join(pictures, `${name}.png`), animations: 'disabled'});
    };
    const english = report('en');
    await take('report', english);
    await take('report-dark', english, {colorScheme: 'dark'});
    await take('report-phone', english, {width: 390});
    await take('report-zh', report('zh'));
  });
} finally {
  rmSync(folder, {recursive: true, force: true});
}
