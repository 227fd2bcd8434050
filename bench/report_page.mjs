#!/usr/bin/env node
// How large the HTML report is and how soon it can be used: a made-up study (simulated, nothing of
// it was measured) of 132 runs with traces of 50,000 points each, and one of about 10,000 runs.
//   bench/report_page.mjs [--json] [MAKE_EXAMPLE_REPORT]     (default: build/dev/bin/make_example_report)
// Median of five openings in headless Chromium. 'used': from the begin of the navigation until the
// page is built, a frame was painted, and a click has opened a table.
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

const source = dirname(dirname(fileURLToPath(import.meta.url)));
const {withBrowser} = await import(pathToFileURL(join(source, 'tests/report/browser/browser.mjs')).href);
const asJson = process.argv.includes('--json');
if (process.argv.includes('--help')) {
  console.log('Size of the HTML report and time until it can be used, on made-up studies.\nExample: bench/report_page.mjs --json build/release/bin/make_example_report');
  process.exit(0);
}
const make = process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? join(source, 'build/dev/bin/make_example_report');
const studies = [
  {name: '132 runs, 4 traces of 50,000 points each', parameters: ['12', '1', 'literal', '50000']},
  {name: '10,032 runs, 4 traces of 500 points each', parameters: ['12', '76', 'literal', '500']},
];
const openings = 5;

const folder = mkdtempSync(join(tmpdir(), 'tandem-bench-'));
const results = [];
try {
  for (const {name, parameters} of studies) {
    const file = join(folder, 'report.html');
    execFileSync(make, [file, ...parameters], {stdio: ['ignore', 'ignore', 'inherit']});
    const used_ms = [];
    for (let opening = 0; opening < openings; ++opening) {
      await withBrowser(source, async (context) => {
        const page = await context.newPage();
        const begin = performance.now();
        await page.goto(pathToFileURL(file).href, {waitUntil: 'commit'});
        await page.waitForSelector('html[data-built]', {timeout: 120000});
        await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))));
        await page.locator('summary').first().evaluate((summary) => summary.click());
        used_ms.push(performance.now() - begin);
      });
    }
    used_ms.sort((left, right) => left - right);
    results.push({study: name, simulated: true, file_mb: statSync(file).size / 1e6, used_ms: used_ms[Math.floor(openings / 2)], used_ms_all: used_ms});
  }
} finally {
  rmSync(folder, {recursive: true, force: true});
}
if (asJson) {
  console.log(JSON.stringify(results, null, 2));
} else {
  console.log('made-up study (simulated)                        file MB   used ms (all)');
  for (const {study, file_mb, used_ms, used_ms_all} of results) {
    console.log(`${study.padEnd(48)} ${file_mb.toFixed(2).padStart(7)} ${used_ms.toFixed(0).padStart(9)} (${used_ms_all.map((ms) => ms.toFixed(0)).join(' ')})`);
  }
}
