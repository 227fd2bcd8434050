// Opens an example report as a reader would: node report_test.mjs SOURCE_FOLDER MAKE_EXAMPLE_REPORT [PART_OF_A_NAME]
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {withBrowser} from './browser.mjs';

const [sourceFolder, makeExampleReport, only] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'tandem-report-'));
const figures = ['comparison', 'pair-metrics', 'heat-map', 'forest', 'kinds', 'scatter', 'trade-off', 'learning-curves', 'session'];

function report(name, ...parameters) {
  const file = join(folder, `${name}.html`);
  execFileSync(makeExampleReport, [file, ...parameters]);
  return pathToFileURL(file).href;
}

/** A page that fails the test for any console error and any request but the report itself. */
async function open(context, url, {colorScheme = 'light', viewport = {width: 1200, height: 900}} = {}) {
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (request.url() !== url && !/^(data|blob):/.test(request.url())) complaints.push(`request: ${request.url()}`);
  });
  await page.setViewportSize(viewport);
  await page.emulateMedia({colorScheme});
  await page.goto(url);
  await page.waitForSelector('html[data-built]');
  return {page, complaints};
}

/** The analysis as the page's script reads it. */
const analysisOf = (page) => page.evaluate(async () => JSON.parse(new TextDecoder().decode(await unpacked('analysis'))));

/** Scrolls to a figure and gives the number of shapes drawn in it. */
async function shapesOf(page, id) {
  await page.locator(`#${id}`).scrollIntoViewIfNeeded();
  const shapes = page.locator(`#${id} .chart svg path`);
  await shapes.nth(5).waitFor({state: 'attached', timeout: 60000});
  return shapes.count();
}

/** The colours that a figure's shapes are filled with. */
const fills = (page, id) => page.$$eval(`#${id} .chart svg path`, (paths) =>
  [...new Set(paths.map((path) => path.getAttribute('fill')))].sort().join(' '));

/** WCAG's contrast of an element's text with the ground that it stands on; runs in the page. */
function contrastOf(selector) {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [red, green, blue] = channels(colour).map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const text = document.querySelector(selector);
  let ground = text;
  while (channels(getComputedStyle(ground).backgroundColor)[3] === 0) ground = ground.parentElement;
  const [light, dark] = [getComputedStyle(text).color, getComputedStyle(ground).backgroundColor]
    .map(luminance).sort((left, right) => right - left);
  return (light + 0.05) / (dark + 0.05);
}

/** How many different colours a screenshot of the node has, and the share of pixels unlike its commonest one. */
async function pixelsOf(page, selector) {
  await page.locator(selector).scrollIntoViewIfNeeded();
  const shot = (await page.locator(selector).screenshot({animations: 'disabled'})).toString('base64');
  return page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), {width: image.width, height: image.height});
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const pixels = new Uint32Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    const counts = new Map();
    for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
    return {colours: counts.size, drawn: 1 - Math.max(...counts.values()) / pixels.length};
  }, shot);
}

/** Presses a download button and gives the file's bytes. */
async function download(page, figure, kind) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.locator(`#${figure} .downloads button`, {hasText: kind}).click()]);
  return readFileSync(await file.path());
}

/** Goes to a pair's section and waits for its traces. */
async function openPair(page, number) {
  await page.locator(`#pair-${number}`).scrollIntoViewIfNeeded();
  await page.locator(`#pair-${number}-traces`).scrollIntoViewIfNeeded();
  await shapesOf(page, `pair-${number}-traces`);
}

const tests = {
  async 'every figure has pixels, not only elements'(context, full) {
    const {page} = await open(context, full);
    for (const id of figures) {
      await shapesOf(page, id);
      await page.waitForTimeout(400);
      const {colours, drawn} = await pixelsOf(page, `#${id} .chart`);
      assert.ok(colours > 20 && drawn > 0.005, `${id}: ${colours} colours, ${drawn} of its pixels drawn`);
    }
  },

  async 'a pair has a section with its experiments, phases and traces, whose run can be chosen and zoomed'(context, full, gpu, traced) {
    const {page, complaints} = await open(context, traced);
    await openPair(page, 1);
    assert.equal(await page.locator('#pair-1 > div > .block tbody tr').count(), 11);
    for (const id of ['pair-1-bars', 'pair-1-phases']) assert.ok(await shapesOf(page, id) > 5, `${id} is empty`);
    const {colours, drawn} = await pixelsOf(page, '#pair-1-traces .chart');
    assert.ok(colours > 20 && drawn > 0.01, `${colours} colours, ${drawn} drawn`);
    assert.match(await page.locator('#pair-1-traces .note').first().textContent(), /GPU power: \d+ of 6000 samples, smallest and largest/);
    const caption = page.locator('#pair-1-traces caption');
    const before = await caption.textContent();
    await page.locator('#pair-1-traces select').selectOption('1');
    assert.notEqual(await caption.textContent(), before);

    const zoom = () => page.evaluate(() => {
      const chart = echarts.getInstanceByDom(document.querySelector('#pair-1-traces .chart'));
      const {start, end} = chart.getOption().dataZoom[0];
      return end - start;
    });
    assert.equal(await zoom(), 100);
    const chart = page.locator('#pair-1-traces .chart');
    const box = await chart.boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + 120);
    await page.mouse.wheel(0, -400);
    await page.waitForFunction(() => {
      const {start, end} = echarts.getInstanceByDom(document.querySelector('#pair-1-traces .chart')).getOption().dataZoom[0];
      return end - start < 100;
    });
    assert.deepEqual(complaints, []);
  },

  async 'a pointer over a figure is told its numbers'(context, full) {
    const {page} = await open(context, full);
    await shapesOf(page, 'pair-metrics');
    await page.locator('#pair-metrics .chart').scrollIntoViewIfNeeded();
    const box = await page.locator('#pair-metrics .chart').boundingBox();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 40);
    await page.mouse.move(box.x + box.width * 0.6 + 3, box.y + 42);
    await page.waitForFunction(() => /n = \d+/.test(document.querySelector('#pair-metrics .chart svg').textContent));
  },

  async 'each figure is downloaded as CSV, SVG and PNG that hold it'(context, full, gpu, traced) {
    for (const id of ['comparison', 'forest', 'pair-metrics', 'scatter', 'session', 'pair-1-traces']) {
      // Chromium holds back a tab's eleventh download if they come faster than people click.
      const {page, complaints} = await open(context, traced);
      if (id.startsWith('pair-1-')) await openPair(page, 1);
      await shapesOf(page, id);
      const csv = (await download(page, id, 'CSV')).toString();
      const lines = csv.trim().split('\r\n');
      assert.ok(lines.length > 1 && lines[0].includes(','), `${id}.csv: ${csv.slice(0, 200)}`);
      if (id === 'comparison') assert.ok(lines[1].split(',').slice(2).every((cell) => cell === '' || Number.isFinite(Number(cell))), lines[1]);
      const svg = (await download(page, id, 'SVG')).toString();
      const said = await page.evaluate((text) => {
        const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
        return {root: parsed.documentElement.nodeName, errors: parsed.querySelectorAll('parsererror').length, paths: parsed.querySelectorAll('path').length};
      }, svg);
      assert.ok(said.root === 'svg' && said.errors === 0 && said.paths > 5, `${id}.svg: ${JSON.stringify(said)}`);
      const png = await download(page, id, 'PNG');
      assert.equal(png.subarray(1, 4).toString(), 'PNG');
      assert.ok(png.length > 3000 && png.readUInt32BE(16) > 1000, `${id}.png: ${png.length} bytes, ${png.readUInt32BE(16)} px wide`);
      assert.deepEqual(complaints, []);
    }
  },

  async 'no accessibility rule is broken seriously, in light and dark, with all parts open'(context, full, gpu, traced) {
    const axe = readFileSync(join(sourceFolder, 'node_modules/axe-core/axe.min.js'), 'utf8');
    for (const colorScheme of ['light', 'dark']) {
      const {page} = await open(context, traced, {colorScheme});
      for (const id of figures) await shapesOf(page, id);
      await openPair(page, 1);
      await page.evaluate(() => { for (const details of document.querySelectorAll('details')) details.open = true; });
      await page.evaluate(axe);
      const {violations} = await page.evaluate(() => globalThis.axe.run());
      const serious = violations.filter(({impact}) => ['serious', 'critical'].includes(impact))
        .map(({id, nodes}) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 150)).join(' | ')}`);
      assert.deepEqual(serious, [], colorScheme);
    }
  },

  async 'hostile names are text in the page, the SVG and the CSV'(context, full, gpu, traced, hostile) {
    const {page, complaints} = await open(context, hostile);
    for (const id of figures) await shapesOf(page, id);
    await openPair(page, 1);
    assert.match(await page.locator('h1').textContent(), /^<\/script><script>/);
    assert.match(await page.locator('#pair-2 h3.pair').textContent(), /<img src=x/);
    const svg = (await download(page, 'pair-metrics', 'SVG')).toString();
    const found = await page.evaluate((text) => {
      const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
      return parsed.querySelectorAll('parsererror, script, img, foreignObject').length;
    }, svg);
    assert.equal(found, 0);
    const csv = (await download(page, 'forest', 'CSV')).toString();
    assert.ok(csv.includes('"\'=HYPERLINK('), csv.slice(0, 300));
    assert.equal(await page.evaluate(() => globalThis.broken), undefined);
    const [content, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(content <= width, `${content} px of content in ${width} px`);
    assert.deepEqual(complaints, []);
  },

  async 'every figure is drawn, in both colour schemes, and re-themed on a change'(context, full) {
    const {page, complaints} = await open(context, full);
    for (const id of figures) assert.ok(await shapesOf(page, id) > 5, `${id} is empty`);
    const light = await fills(page, 'heat-map');
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const lightGround = await ground();
    await page.emulateMedia({colorScheme: 'dark'});
    await page.waitForFunction((before) => [...new Set([...document.querySelectorAll('#heat-map .chart svg path')]
      .map((path) => path.getAttribute('fill')))].sort().join(' ') !== before, light);
    assert.notEqual(await ground(), lightGround);
    for (const id of figures) assert.ok(await shapesOf(page, id) > 5, `${id} is empty in the dark`);
    assert.deepEqual(complaints, []);
  },

  async 'each figure has a name for screen readers and its numbers as a table'(context, full) {
    const {page} = await open(context, full);
    for (const id of figures) {
      await shapesOf(page, id);
      assert.match(await page.locator(`#${id} .chart`).getAttribute('aria-label'), /\w{4}/);
      await page.locator(`#${id} summary`).focus();
      await page.keyboard.press('Enter');
      assert.ok(await page.locator(`#${id} details table tbody tr`).first().isVisible(), `${id} shows no numbers`);
    }
  },

  async 'a choice changes the figure and its numbers'(context, full) {
    const {page, complaints} = await open(context, full);
    await shapesOf(page, 'heat-map');
    const caption = page.locator('#heat-map caption');
    const before = await caption.textContent();
    await page.locator('#heat-map select').selectOption('energy_saving');
    assert.notEqual(await caption.textContent(), before);
    for (const select of await page.locator('figure select').all()) {
      for (const value of await select.locator('option').evaluateAll((options) => options.map((option) => option.value))) {
        await select.selectOption(value);
      }
    }
    assert.deepEqual(complaints, []);
  },

  async 'all runs are listed and the failed ones tell their reason as text'(context, full) {
    const {page} = await open(context, full);
    const rows = page.locator('#runs tbody tr');
    const analysis = await analysisOf(page);
    assert.equal(await rows.count(), analysis.quality.planned);
    await page.locator('#runs input[type=checkbox]').check();
    assert.equal(await rows.count(), analysis.quality.planned - analysis.quality.ok);
    assert.match(await page.locator('#runs').textContent(), /<script>alert\("data"\)<\/script> missing/);
    assert.match(await page.locator('h1').textContent(), /<b>not<\/b>/);
  },

  async 'a phone shows it without scrolling sideways'(context, full) {
    const {page, complaints} = await open(context, full, {viewport: {width: 390, height: 844}});
    for (const id of figures) await shapesOf(page, id);
    const [content, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(content <= width, `${content} px of content in ${width} px`);
    assert.deepEqual(complaints, []);
  },

  async 'a phone shows a pair’s section without scrolling sideways'(context, full, gpu, traced) {
    const {page, complaints} = await open(context, traced, {viewport: {width: 390, height: 844}});
    await openPair(page, 1);
    const [content, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(content <= width, `${content} px of content in ${width} px`);
    assert.deepEqual(complaints, []);
  },

  async 'a report in Chinese has every text in Chinese, its figures, tooltips and downloads'(context, full, gpu, traced, hostile, chinese) {
    const {page, complaints} = await open(context, chinese);
    assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN');
    for (const id of figures) assert.ok(await shapesOf(page, id) > 5, `${id} is empty`);
    await openPair(page, 1);
    await page.evaluate(() => { for (const details of document.querySelectorAll('details')) details.open = true; });
    await page.locator('#runs details tbody tr').first().waitFor();
    const said = await page.evaluate(() => {
      const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
      const found = [];
      while (walker.nextNode()) found.push(walker.currentNode.textContent);
      for (const node of document.querySelectorAll('main [aria-label], main [title]')) found.push(node.getAttribute('aria-label') ?? '', node.title);
      return found;
    });
    const analysis = await analysisOf(page);
    // What the made-up records say in words of their own, which no catalogue knows.
    const own = [];
    JSON.stringify(analysis, (name, value) => {
      if (['name', 'message', 'advice', 'missing'].includes(name) && typeof value === 'string') own.push(value);
      return value;
    });
    const rest = said.map((text) => own.filter((part) => part.length > 10).reduce((left, part) => left.replaceAll(part, ''), text));
    // Three English words in a row would be a sentence.
    const english = rest.filter((text) => /[a-z]{2,} [a-z]{2,} [a-z]{2,}/.test(text) && !text.includes('Apache'));
    assert.deepEqual([...new Set(english)], []);
    await page.evaluate(() => echarts.getInstanceByDom(document.querySelector('#forest .chart')).dispatchAction({type: 'showTip', seriesIndex: 0, dataIndex: 0}));
    await page.waitForFunction(() => document.querySelector('#forest .chart svg').textContent.includes('差值'));
    assert.ok(analysis.findings.every(({text}) => /[\u4e00-\u9fff]/.test(text)));
    for (const title of await page.locator('main th').allTextContents()) assert.ok(title && title !== 'undefined', 'a column without a title');
    // What is downloaded is the same in both languages: names and levels are those of files.
    const csvs = (shown) => shown.evaluate(() => Object.fromEntries([...document.querySelectorAll('figure')].map((figure) =>
      [figure.id, csvOf([...figure.querySelectorAll('.scroll')].map((region) => region.sheet))])));
    const inEnglish = await open(context, report('english', '3', '2', 'gpu', '200'));
    for (const id of figures) await shapesOf(inEnglish.page, id);
    await openPair(inEnglish.page, 1);
    const [ofEnglish, ofChinese] = [await csvs(inEnglish.page), await csvs(page)];
    const both = Object.keys(ofChinese).filter((id) => ofEnglish[id] && ofChinese[id]);
    assert.ok(figures.every((id) => both.includes(id)) && both.includes('pair-1-bars') && both.includes('pair-1-traces'), both.join());
    for (const id of both) {
      assert.equal(ofChinese[id], ofEnglish[id], id);
      assert.doesNotMatch(ofChinese[id], /undefined|[\u4e00-\u9fff]/, id);
    }
    assert.equal((await download(page, 'comparison', 'CSV')).toString(), ofEnglish.comparison);
    assert.match(ofEnglish.comparison, /^pair,n,solo_duration_seconds,solo_duration_seconds_low,/);
    const svg = (await download(page, 'comparison', 'SVG')).toString();
    assert.match(svg, /依次单独训练/);
    const [content, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(content <= width, `${content} px of content in ${width} px`);
    assert.deepEqual(complaints, []);
  },

  async 'printing draws the figures that were never scrolled to'(context, full, gpu, traced) {
    const {page, complaints} = await open(context, traced);
    assert.ok((await page.pdf({format: 'A4'})).length > 50000);
    for (const id of figures) {
      assert.ok(await page.locator(`#${id} .chart svg path`).count() > 5, `${id} is empty on paper`);
    }
    assert.ok(await page.locator('#pair-12-traces .chart svg path').count() > 5, 'the traces of the last pair are empty on paper');
    assert.deepEqual(complaints, []);
  },

  async 'what was recorded of energy and sampling is shown: phases, meters, cautions, the board'(context, full, gpu) {
    for (const colorScheme of ['light', 'dark']) {
      const {page, complaints} = await open(context, gpu, {colorScheme});
      const analysis = await analysisOf(page);
      const block = (title) => page.locator('#runs details', {hasText: title});
      const opened = async (title) => {
        await block(title).locator('summary').focus();
        await page.keyboard.press('Enter');
        await block(title).locator('tbody tr').first().waitFor();
        return block(title);
      };
      const phases = await opened('Phases of');
      const rows = analysis.runs.flatMap((run) => run.measured?.phases ?? []);
      assert.ok(rows.length >= 30);
      assert.equal(await phases.locator('tbody tr').count(), rows.length);
      const ofPhases = await phases.textContent();
      for (const text of ['head', 'overlap', 'tail', 'reload between its rounds', 'arXiv 2312.02741']) {
        assert.ok(ofPhases.includes(text), text);
      }
      assert.match(await phases.locator('.missing').first().getAttribute('title'), /energy counter/);

      const meters = await (await opened('What the meters')).textContent();
      for (const text of ['+2.0 %', '12 W', '5 W', '35 / 61 / 52', 'gpu_0: 0.25 s, 3 of ', 'DRAM', 'from power', 'arXiv 2312.02741']) {
        assert.ok(meters.includes(text), text);
      }
      const trainings = await (await opened('All metrics of all')).textContent();
      for (const text of ['memory_pss_peak_mib', 'io_read_mib', 'io_written_mib', 'gpu_memory_peak_mib', 'gpu_sm_util_avg_percent', '52.5']) {
        assert.ok(trainings.includes(text), text);
      }
      const cautions = page.locator('#runs .caution-text');
      assert.equal(await cautions.count(), 2);
      assert.ok(await cautions.first().isVisible());
      assert.match(await page.locator('#runs tbody tr').first().textContent(), /ok with 2 cautions/);
      const hidden = await cautions.evaluateAll((cells) => cells.filter((cell) => cell.scrollHeight > cell.clientHeight).length);
      assert.equal(hidden, 0, 'a caution has to be scrolled to inside its cell');
      for (const {name, message} of analysis.runs.flatMap((run) => run.cautions)) {
        assert.ok((await cautions.allTextContents()).join('\n').includes(`${name}: ${message}`), name);
      }
      const method = await page.locator('#method').textContent();
      for (const text of ['Made-up GPU', 'GPU-00000000-made-up', 'driver 000.00', 'time_slicing', 'power limit 400 W', 'every 20 ms', 'start of a run 35 °C', 'peak 61 °C', 'end 52 °C', 'arXiv 2312.02741']) {
        assert.ok(method.includes(text), text);
      }
      assert.match(await page.locator('.cautions').textContent(), /more than a tenth of the samples/);
      const contrast = await page.evaluate(contrastOf, '#runs .caution-text');
      assert.ok(contrast >= 4.5, `cautions have a contrast of ${contrast} in the ${colorScheme}`);
      assert.deepEqual(complaints, []);
    }
  },

  async 'estimated energy is called so everywhere and tells once how to enable a meter'(context, full) {
    const {page} = await open(context, full);
    const text = () => page.locator('main').textContent();
    assert.equal((await text()).split('sudo chmod a+r').length, 2);
    assert.match(await page.locator('#method').textContent(), /Why estimated.*sudo chmod a\+r/);
    for (const details of await page.locator('#runs details').all()) {
      await details.locator('summary').focus();
      await page.keyboard.press('Enter');
      await details.locator('tbody tr').first().waitFor();
    }
    for (const title of ['Phases of', 'What the meters']) {
      assert.match(await page.locator('#runs details', {hasText: title}).textContent(), /J \(est\.\)/);
    }
    assert.ok(!(await text()).includes('2312.02741'), 'sensors of a GPU that gave no energy');
  },

  async 'a total that an estimate is part of is marked'(context) {
    const {page} = await open(context, report('partly', '2', '1', 'partly'));
    assert.match(await page.locator('#runs table').first().textContent(), /J \(partly est\.\).*mixed \(gpu nvml_counter \+ cpu estimated\)/);
    assert.match(await page.locator('ul.flags').textContent(), /energy partly estimated/);
  },

  async 'a phone shows a GPU’s figures without scrolling sideways'(context, full, gpu) {
    const {page} = await open(context, gpu, {viewport: {width: 390, height: 844}});
    for (const summary of await page.locator('#runs summary').all()) await summary.click();
    const [content, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(content <= width, `${content} px of content in ${width} px`);
  },

  async 'a study without a single result says so'(context) {
    const {page, complaints} = await open(context, report('empty', '2', '1', 'none'));
    assert.match(await page.locator('#figures').textContent(), /nothing to draw/);
    assert.match(await page.locator('#runs').textContent(), /not run/);
    assert.deepEqual(complaints, []);
  },

  async 'one pair, once, is drawn without intervals'(context) {
    const {page, complaints} = await open(context, report('single', '1', '1'));
    // One pair has no kinds to compare.
    for (const id of figures.filter((name) => name !== 'kinds')) await shapesOf(page, id);
    assert.match(await page.locator('main').textContent(), /no test over pairs with one pair/);
    assert.deepEqual(complaints, []);
  },
};

let failures = 0;
try {
  await withBrowser(sourceFolder, async (context) => {
    const full = report('full', '12', '2');
    const gpu = report('gpu', '2', '1', 'gpu');
    const traced = report('traced', '12', '1', 'literal', '6000');
    const hostile = report('hostile', '6', '1', 'hostile', '200');
    const chinese = report('chinese', '3', '2', 'gpu', '200', 'zh');
    for (const [name, test] of Object.entries(tests)) {
      if (only && !name.includes(only)) continue;
      try {
        await test(context, full, gpu, traced, hostile, chinese);
        console.log(`ok      ${name}`);
      } catch (error) {
        failures += 1;
        console.error(`FAILED  ${name}\n${error.stack}`);
      }
      const [first, ...others] = context.pages();
      await first.goto('about:blank');
      await Promise.all(others.map((page) => page.close()));
    }
  });
} catch (error) {
  failures += 1;
  console.error(error.message);
} finally {
  rmSync(folder, {recursive: true, force: true});
}
process.exit(failures === 0 ? 0 : 1);
