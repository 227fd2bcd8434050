// Follows studies of made-up trainings on the live page as a reader would, and asks Prometheus.
//   node live_test.mjs SOURCE_FOLDER PROGRAMS_FOLDER
//   node live_test.mjs SOURCE_FOLDER PROGRAMS_FOLDER --screenshots FOLDER   makes the pictures of docs/
import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import {appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {withBrowser} from '../../report/browser/browser.mjs';

const [sourceFolder, programs] = process.argv.slice(2, 4).map((folder) => resolve(folder));
const options = process.argv.slice(4);
const screenshots = options[0] === '--screenshots' ? options[1] : null;
const folder = mkdtempSync(join(tmpdir(), 'tandem-live-'));
const children = new Set();
// A made-up training that `waits` does so after its first epoch, until this file is there.
const goesOn = join(folder, 'goes_on');
const patience = 60000;  // far longer than anything takes, for a machine that is busy with something else

/** Waits until `found` gives something, and gives it. */
async function until(what, found) {
  for (const end = Date.now() + patience; Date.now() < end; await sleep(20)) {
    const value = await found();
    if (value) return value;
  }
  throw new Error(`waited in vain for ${what}`);
}

function start(program, parameters) {
  const child = spawn(program, parameters, {stdio: ['ignore', 'pipe', 'pipe'], env: {...process.env, FAKE_TRAINER_GOES_ON: goesOn}});
  children.add(child);
  const output = {text: '', errors: ''};
  child.stdout.on('data', (text) => { output.text += text; });
  child.stderr.on('data', (text) => { output.errors += text; });
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => { children.delete(child); resolve({code, signal}); }));
  return {child, output, ended};
}
const tandem = (...parameters) => start(join(programs, 'tandem'), parameters);

/** A study file with its workloads: names and behaviours of the fake trainer. */
function writeStudy(name, {behaviours, pairs, epoch_s, epochs = 4, experiment_name = name}) {
  const at = join(folder, name);
  mkdirSync(join(at, 'workloads'), {recursive: true});
  Object.entries(behaviours).forEach(([model, behaviour], index) => {
    writeFileSync(join(at, 'workloads', `${model}.json`), JSON.stringify({
      manifest_version: 1, repo: 'fake', model, title: 'a made-up workload', domain: 'vision', architecture: 'none',
      catalogue: {position: 101 + index, memory_mb: 100, gpu_util_percent: 50, duration_s: epochs * epoch_s},
      command: [join(programs, 'fake-trainer'), behaviour, String(epoch_s), '--seed', '{seed}'],
      hyperparameters: {
        epochs: {flag: '--epochs', type: 'integer', default: epochs, least: 1, most: 1000},
        learning_rate: {flag: '--learning-rate', type: 'real', default: 0.1, least: 0},
      },
      performance_metric: {name: 'accuracy', direction: 'higher_is_better'},
    }));
  });
  const model = (id) => ({repo: 'fake', model: id});
  writeFileSync(join(at, 'study.json'), JSON.stringify({
    experiment_name, scale: 'quick', idle_s: 0, order: 'as_listed',
    model_pairs: pairs.map(([a, b]) => ({model_a: model(a), model_b: model(b)})),
  }));
  return [join(at, 'study.json'), '--workloads', join(at, 'workloads'), '--results', join(at, 'results')];
}
const resultsOf = (study) => study.at(-1);

/** Starts `tandem serve` and gives what it printed, when it listens. */
async function serve(study, ...further) {
  const server = tandem('serve', ...study, '--json', ...(further.includes('--port') ? [] : ['--port', '0']), ...further);
  const told = await until('the address of tandem serve', () => {
    assert.equal(server.child.exitCode, null, server.output.errors);
    try { return JSON.parse(server.output.text); } catch { return null; }
  });
  return {...server, ...told};
}

/** A page that collects every console error and every request that leaves its origin. */
async function open(context, served, {colorScheme = 'light', viewport = {width: 1200, height: 900}, withToken = true, prepare} = {}) {
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // Chromium's advice to this test, which looks at the pixels.
    if (message.text().includes('willReadFrequently')) return;
    if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(served.url) && !request.url().startsWith('data:')) complaints.push(`request: ${request.url()}`);
  });
  page.on('dialog', (dialog) => (dialog.message().includes('End the session') ? dialog.accept() : complaints.push(`dialog: ${dialog.message()}`)));
  await page.setViewportSize(viewport);
  await page.emulateMedia({colorScheme});
  await prepare?.(page);
  await page.goto(withToken ? `${served.url}#token=${served.token}` : served.url);
  await page.setDefaultTimeout(patience);
  return {page, complaints};
}

/** Attempts that have a result, with the time at which it got its name. */
function results(study) {
  const runs = join(resultsOf(study), 'runs');
  if (!existsSync(runs)) return [];
  return readdirSync(runs).flatMap((run) => readdirSync(join(runs, run)).map((attempt) => join(runs, run, attempt, 'result.json')))
    .filter((file) => existsSync(file))
    .map((file) => ({file, result: JSON.parse(readFileSync(file)), at: statSync(file).mtimeMs}));
}

/** Pixels of a figure's canvas that something was drawn on, by colour. */
const drawnColours = (page, index) => page.evaluate((at) => {
  const canvas = document.querySelectorAll('.figures figure')[at]?.querySelector('canvas');
  if (!canvas) return {};
  const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const counts = {};
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] < 255) continue;
    const colour = `rgb(${data[i]}, ${data[i + 1]}, ${data[i + 2]})`;
    counts[colour] = (counts[colour] ?? 0) + 1;
  }
  return counts;
}, index);
const cssColour = (page, name) => page.evaluate((variable) => {
  const probe = document.createElement('i');
  probe.style.color = `var(--${variable})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}, name);

async function seriousFindings(page) {
  await page.evaluate(readFileSync(join(sourceFolder, 'node_modules/axe-core/axe.min.js'), 'utf8'));
  const {violations} = await page.evaluate(() => globalThis.axe.run());
  return violations.filter(({impact}) => ['serious', 'critical'].includes(impact))
    .map(({id, nodes}) => `${id}: ${nodes.map((node) => node.html.slice(0, 150)).join(' | ')}`);
}

async function fitsItsWindow(page) {
  const [content, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= width, `${content} px of content in ${width} px`);
}

const hostile = `<script>globalThis.broken = true</script><img src=x onerror="broken = true">"'&\n\u202e\u05e9\u05dc\u05d5\u05dd ${'x'.repeat(10000)}`;

const tests = {
  async 'a running study is followed, failures are shown within two seconds'(context) {
    const study = writeStudy('followed', {behaviours: {waiting: 'waits', diverging: 'fails'}, pairs: [['waiting', 'diverging']], epoch_s: 0.1});
    const served = await serve(study);
    const {page, complaints} = await open(context, served);
    await page.locator('.connection.live').waitFor();
    assert.match(await page.locator('header').textContent(), /0 of 11 runs have ended/);
    await page.evaluate(() => {
      globalThis.seen = {};
      new MutationObserver(() => {
        for (const failure of document.querySelectorAll('.failures li p.muted bdi')) seen[failure.textContent] ??= Date.now();
      }).observe(document.querySelector('.failures'), {childList: true, subtree: true});
    });
    const session = tandem('run', ...study);
    // The pair has failed by then, and A alone waits for us.
    await page.locator('article.run', {hasText: '· epoch 1 of 4'}).waitFor();
    const ink = await cssColour(page, 'solo');
    for (const [index, name] of ['power', 'utilisation', 'loss', 'accuracy'].entries()) {
      await until(`the curve of ${name}`, async () => (await drawnColours(page, index))[ink] > 0);
    }
    assert.match(await page.locator('.figures').first().textContent(), /CPU \(estimated\) [\d.]+\s?W/);
    writeFileSync(goesOn, '');
    assert.equal((await session.ended).code, 3);
    const recorded = results(study).filter(({result}) => result.outcome.status !== 'ok');
    assert.equal(recorded.length, 10);
    await page.locator('.failures li').nth(9).waitFor();
    const delays = await page.evaluate(() => seen).then((seen) => recorded.map(({result, at}) => (seen[result.run_id] - at) / 1000));
    // Half of them, so that a machine that stood still for a while doesn't decide.
    const median = delays.sort((left, right) => left - right)[5];
    console.log(`     a failure is shown ${median.toFixed(2)} s after it was recorded (median of ${delays.length})`);
    assert.ok(median < 2, `failures shown after ${delays.map((delay) => delay.toFixed(2))} s`);
    const text = await page.locator('#failures').textContent();
    assert.match(text, /10 attempts failed: .*× non_finite_loss/);
    assert.match(text, /loss is nan in epoch 2/);
    assert.match(await page.locator('header').textContent(), /11 of 11 runs have ended: 1 ok, 10 failed, 0 left/);
    await page.locator('.card', {hasText: 'Session'}).getByText('none', {exact: true}).waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    assert.deepEqual(complaints, []);
    served.child.kill('SIGTERM');
    assert.deepEqual(await served.ended, {code: 0, signal: null});
    rmSync(goesOn);
  },

  async 'a pair in flight is drawn in both colour schemes and on a phone, and stopped with the token'(context) {
    const study = writeStudy('pair', {behaviours: {one: 'waits', two: 'waits'}, pairs: [['one', 'two']], epoch_s: 0.05});
    const served = await serve(study);
    const session = tandem('run', ...study);
    const {page, complaints} = await open(context, served);
    await page.locator('article.run', {hasText: 'A: epoch 1 of 4 · B: epoch 1 of 4'}).waitFor();
    const lastFigure = await page.locator('.figures figure').count() - 1;
    assert.equal(lastFigure, 5);
    const count = async (name, index) => (await drawnColours(page, index))[await cssColour(page, name)] ?? 0;
    await until('a curve', async () => await count('together', lastFigure) > 0);
    const light = await cssColour(page, 'page');
    assert.deepEqual(await seriousFindings(page), []);

    await page.emulateMedia({colorScheme: 'dark'});
    await until('dark', async () => await cssColour(page, 'page') !== light);
    await until('a curve in the dark', async () => await count('together', lastFigure) > 0);
    assert.deepEqual(await seriousFindings(page), []);

    await page.setViewportSize({width: 390, height: 844});
    await until('a curve on the phone', async () => await count('together', lastFigure) > 0);
    await fitsItsWindow(page);
    assert.deepEqual(await seriousFindings(page), []);

    // Zoomed in by dragging, the axis stays; a double click goes back.
    const plot = page.locator('.figures .u-over').first();
    await plot.scrollIntoViewIfNeeded();
    const box = await plot.boundingBox();
    await page.mouse.move(box.x + 0.2 * box.width, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.6 * box.width, box.y + 20, {steps: 4});
    await page.mouse.up();
    await plot.dblclick();

    // Somebody without the token is asked for it, and refused with a wrong one.
    const stranger = await open(context, served, {withToken: false});
    await stranger.page.getByRole('button', {name: 'Stop after'}).click();
    await stranger.page.locator('input[type=password]').fill('0'.repeat(32));
    await stranger.page.getByRole('button', {name: 'Use this token'}).click();
    await stranger.page.getByText('Not stopped: the token').waitFor();
    assert.equal(session.child.exitCode, null);
    await stranger.page.close();

    await page.getByRole('button', {name: 'Stop after'}).click();
    await page.getByText('Asked to end after the run in flight.').waitFor();
    assert.deepEqual(complaints, []);
    session.child.kill('SIGINT');
    assert.equal((await session.ended).code, 130);
    served.child.kill('SIGTERM');
    await served.ended;
  },

  async 'names, errors and logs that look like markup stand as text'(context) {
    const study = writeStudy('hostile', {behaviours: {waiting: 'waits', diverging: 'fails'}, pairs: [['waiting', 'diverging']], epoch_s: 0.01});
    const session = tandem('run', ...study);
    const served = await serve(study);
    const {page, complaints} = await open(context, served);
    const [{file, result}] = await until('a result', () => { const all = results(study); return all.length > 0 ? all : null; });
    const state = await until('a run that waits', async () => {
      const {status} = await (await fetch(`${served.url}api`)).json();
      return status.runs.find((run) => run.is_in_flight && run.roles.length === 1 && run.epochs_done[0] > 0);
    });
    const log = join(resultsOf(study), 'runs', state.key, `${state.roles.at(-1)}.stderr.log`);
    appendFileSync(log, `${hostile}\n`);
    // A later attempt at a run that had ended, as another program would write it.
    const attempt = join(file, '../../2');
    mkdirSync(attempt);
    const run = {...result, attempt: 2, outcome: {...result.outcome, status: 'failed', name: 'exit_code', message: hostile, advice: hostile}};
    writeFileSync(join(attempt, 'result.json'), JSON.stringify(run));
    await page.locator('.failures li').first().waitFor();
    await page.locator('.log', {hasText: '<script>'}).waitFor();
    const message = await page.locator('.failures .message').first().textContent();
    assert.equal(message, hostile);
    assert.match(await page.locator('.log').first().textContent(), /<img src=x onerror=/);
    assert.equal(await page.locator('main script, main img').count(), 0);
    assert.equal(await page.evaluate(() => globalThis.broken), undefined);
    assert.deepEqual(await seriousFindings(page), []);
    await page.setViewportSize({width: 390, height: 844});
    await fitsItsWindow(page);
    assert.deepEqual(complaints, []);
    session.child.kill('SIGINT');
    await session.ended;
    served.child.kill('SIGTERM');
    await served.ended;
  },

  async 'every text of the events stands as text'(context) {
    const study = writeStudy('events', {behaviours: {one: 'good', two: 'fails'}, pairs: [['one', 'two']], epoch_s: 0.01});
    const session = tandem('run', ...study);
    await session.ended;
    const served = await serve(study);
    const real = await (await fetch(`${served.url}api`)).json();
    // All that may be a name or a sentence becomes the same hostile text.
    const plain = new Set(['status', 'ended_at', 'begun_at', 'energy_source', 'roles']);
    const spoil = (value, key) => {
      if (plain.has(key) && typeof value !== 'object') return value;
      if (typeof value === 'string') return hostile;
      if (Array.isArray(value)) return key === 'roles' ? value : value.map((item) => spoil(item));
      if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, spoil(item, name)]));
      return value;
    };
    const run = {key: 'k', device: '', run_id: '', attempt: 2, begun_at: real.status.latest[0].ended_at, is_in_flight: true, activity: '',
      expected_s: 1, roles: ['A', 'B'], workloads: ['', ''], performance_metrics: ['', ''], epochs_done: [1, 1], epochs: [2, 2]};
    const status = {...spoil({...real.status, session: '', runs: [run]}), energy_joules_by_source: {[hostile]: 1}};
    status.runs[0].key = 'k';
    const told = [['status', status],
      ['failures', {failures: spoil(real.failures), failed_attempts: {[hostile]: 3}, problems: [hostile]}],
      ['points', {run: 'k', figure: 'power', name: hostile, estimated: true, from: 0, points: [[0, 1, 1, 1], [1, 2, 2, 2]]}],
      ['log', {run: 'k', from: 0, lines: [[hostile, hostile]]}]];
    const body = told.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join('');
    const {page, complaints} = await open(context, served, {
      prepare: (fresh) => fresh.route('**/events', (route) => route.fulfill({status: 200, contentType: 'text/event-stream', body})),
    });
    await page.locator('.log', {hasText: '<script>'}).waitFor();
    for (const selector of ['h1', '#failures', '#latest', '.run h3', '.legend', '.run > p']) {
      assert.ok((await page.locator(selector).first().textContent()).includes(hostile), selector);
    }
    assert.equal(await page.locator('main script, main img').count(), 0);
    assert.equal(await page.evaluate(() => globalThis.broken), undefined);
    assert.deepEqual(await seriousFindings(page), []);
    await page.setViewportSize({width: 390, height: 844});
    await fitsItsWindow(page);
    assert.deepEqual(complaints, []);
    served.child.kill('SIGTERM');
    await served.ended;
  },

  async 'the page comes back by itself, and asks for the token where reading needs one'(context) {
    const study = writeStudy('lost', {behaviours: {one: 'good', two: 'good'}, pairs: [['one', 'two']], epoch_s: 0.01});
    const tokenFile = join(folder, 'token');
    const served = await serve(study, '--token-file', tokenFile);
    assert.equal(readFileSync(tokenFile, 'utf8').trim(), served.token);
    const {page} = await open(context, served);
    await page.locator('.connection.live').waitFor();
    assert.equal(page.url(), served.url, 'the token stays in the address');
    served.child.kill('SIGTERM');
    await served.ended;
    await page.locator('.connection.lost').waitFor();
    const again = await serve(study, '--token-file', tokenFile, '--port', String(served.port));
    assert.equal(again.token, served.token);
    await page.locator('.connection.live').waitFor();
    const asked = await open(context, again, {
      withToken: false,
      // As a server does that others can reach.
      prepare: (fresh) => fresh.route('**/events', (route) => (route.request().headers().authorization === `Bearer ${again.token}`
        ? route.continue() : route.fulfill({status: 401}))),
    });
    await asked.page.locator('input[type=password]').fill(again.token);
    await asked.page.getByRole('button', {name: 'Use this token'}).click();
    await asked.page.locator('.connection.live').waitFor();
    again.child.kill('SIGTERM');
    await again.ended;
  },

  async 'Prometheus takes the metrics'() {
    const study = writeStudy('metrics', {behaviours: {one: 'good', two: 'hangs'}, pairs: [['one', 'two']], epoch_s: 0.01});
    const session = tandem('run', ...study);
    const served = await serve(study);
    const text = await until('metrics of a training', async () => {
      const said = await (await fetch(`${served.url}metrics`)).text();
      return /tandem_train_loss\{/.test(said) && said;
    });
    const checked = spawnSync('promtool', ['check', 'metrics'], {input: text, encoding: 'utf8'});
    if (checked.error) throw new Error('promtool is not there (Debian package prometheus). Run scripts/setup once: it installs what this test needs.');
    assert.deepEqual([checked.status, checked.stdout + checked.stderr], [0, '']);

    const port = await new Promise((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => { const {port: free} = probe.address(); probe.close(() => resolve(free)); });
    });
    const configuration = join(folder, 'prometheus.yml');
    writeFileSync(configuration, JSON.stringify({scrape_configs: [{job_name: 'tandem', scrape_interval: '1s', static_configs: [{targets: [`127.0.0.1:${served.port}`]}]}]}));
    const prometheus = start('prometheus', [`--config.file=${configuration}`, `--storage.tsdb.path=${join(folder, 'tsdb')}`, `--web.listen-address=127.0.0.1:${port}`]);
    const series = await until(`Prometheus\n${prometheus.output.errors}`, async () => {
      try {
        const answer = await (await fetch(`http://127.0.0.1:${port}/api/v1/query?query=tandem_runs_planned`)).json();
        return answer.data?.result?.length > 0 && answer.data.result;
      } catch { return null; }
    });
    assert.equal(series[0].value[1], '11');
    assert.equal(series[0].metric.study, 'metrics');
    const metadata = await (await fetch(`http://127.0.0.1:${port}/api/v1/targets`)).json();
    assert.deepEqual(metadata.data.activeTargets.map(({health, lastError}) => [health, lastError]), [['up', '']]);
    for (const child of [prometheus, session, served]) {
      child.child.kill(child === session ? 'SIGINT' : 'SIGTERM');
      await child.ended;
    }
  },
};

/** The pictures of docs/live-page.md: a study of which some runs have failed, a pair in flight. */
async function takePictures(context) {
  const study = writeStudy('pictures', {
    behaviours: {steady: 'good', other: 'good', diverging: 'fails'}, pairs: [['steady', 'diverging'], ['steady', 'other']],
    epoch_s: 0.6, epochs: 30, experiment_name: 'made_up_trainings',
  });
  const session = tandem('run', ...study);
  const served = await serve(study);
  const {page} = await open(context, served);
  await page.setDefaultTimeout(600000);
  await page.locator('article.run', {hasText: /fake\/steady beside fake\/other.*A: epoch 2[0-5] of 30/}).waitFor();
  mkdirSync(screenshots, {recursive: true});
  const picture = (name) => page.screenshot({path: join(screenshots, `${name}.png`)});
  await page.setViewportSize({width: 1200, height: 1500});
  await sleep(1500);
  await picture('live');
  await page.emulateMedia({colorScheme: 'dark'});
  await sleep(500);
  await picture('live-dark');
  await page.setViewportSize({width: 390, height: 1500});
  await page.emulateMedia({colorScheme: 'light'});
  await sleep(1000);
  await picture('live-phone');
  session.child.kill('SIGINT');
  await session.ended;
  served.child.kill('SIGTERM');
  await served.ended;
}

let failures = 0;
try {
  if (screenshots) await withBrowser(sourceFolder, takePictures);
  else await withBrowser(sourceFolder, async (context) => {
    for (const [name, test] of Object.entries(tests)) {
      try {
        await test(context);
        console.log(`ok   ${name}`);
      } catch (error) {
        failures += 1;
        console.log(`FAIL ${name}\n${error.stack}`);
      }
    }
  });
} finally {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, {recursive: true, force: true});
}
process.exit(failures === 0 ? 0 : 1);
