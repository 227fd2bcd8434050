// Shows what the events tell.

{
  takeToken();
  const known = {status: null, failures: null, curves: new Map(), logs: new Map()};
  const changed = new Set();

  /** Text that may come from anywhere keeps its direction to itself. */
  const named = (text) => element('bdi', {}, text);
  /** What scrolls must be reachable by keyboard. */
  function reachable(node, label) {
    if (node.scrollHeight <= node.clientHeight) return;
    node.tabIndex = 0;
    node.setAttribute('role', 'region');
    node.setAttribute('aria-label', label);
  }
  const local = (time) => {
    const date = new Date(time);
    return Number.isNaN(date.getTime()) ? time : date.toLocaleString('en-GB', {dateStyle: 'medium', timeStyle: 'medium'});
  };

  const connection = element('p', {class: 'connection', role: 'status'}, 'Connecting …');
  const title = element('h1', {class: 'long'}, 'tandem live');
  const folder = element('p', {class: 'muted'});
  const bar = element('div', {class: 'bar', role: 'progressbar', 'aria-valuemin': '0', 'aria-label': 'Runs that have ended'});
  const counts = element('p');
  const cards = ['Time left', 'Energy so far', 'Session'].map((name) => ({
    name, figure: element('p', {class: 'figure'}, '–'), text: element('p', {class: 'muted'}),
  }));
  const stopButton = element('button', {type: 'button', disabled: '', onclick: askToStop}, 'Stop after the run in flight');
  const stopAnswer = element('p', {class: 'muted', role: 'status'});
  const runs = element('div');
  const noRun = element('p', {class: 'muted'}, 'No run is in flight.');
  const failureCount = element('p', {class: 'muted', role: 'status'}, 'None so far.');
  const failures = element('ul', {class: 'failures'});
  const latest = element('div');
  const tokenPlace = element('div');

  document.getElementById('live').replaceChildren(
    element('header', {}, connection, title, folder, bar, counts,
      element('div', {class: 'headline'}, cards.map((card) => element('div', {class: 'card'},
        element('p', {class: 'muted'}, card.name), card.figure, card.text,
        card.name === 'Session' ? [stopButton, stopAnswer] : [])))),
    tokenPlace,
    section('now', 'Now', noRun, runs),
    section('failures', 'Failures', failureCount, failures),
    section('latest', 'Latest runs', latest),
    element('footer', {}, 'Made by tandem. Curves drawn with uPlot (Copyright Leon Sorokin, MIT License), whose notice is kept in this page’s script.'));

  /** Asks for the token; the promise is kept when it has been given. */
  function tokenGiven(why) {
    return new Promise((given) => {
      const field = element('input', {type: 'password', autocomplete: 'off', required: ''});
      const form = element('form', {onsubmit: (event) => {
        event.preventDefault();
        setToken(field.value.trim());
        tokenPlace.replaceChildren();
        given();
      }}, element('label', {}, `${why} It stands in the address that “tandem serve” printed.`, field), element('button', {}, 'Use this token'));
      tokenPlace.replaceChildren(element('div', {class: 'block'}, form));
      field.focus();
    });
  }

  async function askToStop() {
    if (!hasToken()) await tokenGiven('Stopping needs the token.');
    if (!confirm('End the session after the run in flight? “tandem run” goes on with what is missing.')) return;
    try {
      const response = await fetch('api/stop', {method: 'POST', headers: authorization()});
      const answer = await response.json();
      stopAnswer.textContent = response.ok ? 'Asked to end after the run in flight.' : `Not stopped: ${answer.error}.`;
      if (response.status === 403) sessionStorage.removeItem(tokenKey);
    } catch {
      stopAnswer.textContent = 'Not stopped: the server can’t be reached.';
    }
  }

  function showStatus() {
    const {status} = known;
    const ended = status.ok + status.failed;
    const part = (count) => `${status.planned > 0 ? (100 * count) / status.planned : 0}%`;
    document.title = `${ended}/${status.planned} ${shorten(status.study, 60)} – tandem live`;
    title.replaceChildren(named(status.study));
    folder.replaceChildren(named(status.folder));
    bar.replaceChildren(...[['ok', status.ok], ['failed', status.failed]].map(([name, count]) => {
      const piece = element('div', {class: name});
      piece.style.width = part(count);
      return piece;
    }));
    bar.setAttribute('aria-valuemax', status.planned);
    bar.setAttribute('aria-valuenow', ended);
    counts.textContent = `${ended} of ${status.planned} runs have ended: ${status.ok} ok, ${status.failed} failed, ${status.left} left.`;
    const [time, energy, session] = cards;
    time.figure.textContent = status.left > 0 ? seconds(status.left_s) : 'done';
    time.text.textContent = status.left > 0 ? 'expected, corrected by what the runs so far took' : 'every run of the plan has ended';
    const sources = Object.entries(status.energy_joules_by_source);
    energy.figure.textContent = sources.length === 0 ? '–' : sources.map(([source, value]) => joules(value) + sourceMark(source)).join(' + ');
    energy.text.textContent = sources.length === 0 ? 'no run that is ok has a figure yet' : `of the runs that are ok; source: ${sources.map(([source]) => source).join(', ')}`;
    session.figure.textContent = status.session ? 'running' : 'none';
    session.text.replaceChildren(named(status.session ?? 'nobody works on the study now'));
    stopButton.disabled = !status.session;
    if (!status.session) stopAnswer.textContent = '';
    latest.replaceChildren(status.latest.length === 0 ? element('p', {class: 'muted'}, 'None so far.')
      : table('The latest attempts that ended, the last one first', [
        {title: 'run', cell: (row) => element('div', {}, named(row.run_id), row.attempt > 1 ? ` (attempt ${row.attempt})` : '')},
        {title: 'ended', cell: (row) => local(row.ended_at)},
        {title: 'outcome', cell: (row) => element('span', {class: `status-${row.status}`}, row.outcome)},
        {title: 'makespan', number: true, cell: (row) => shown(row.makespan_s, seconds)},
        {title: 'energy', number: true, cell: (row) => shown(row.energy_joules, (value) => joules(value) + sourceMark(row.energy_source))},
      ], [...status.latest].reverse()));
    latest.querySelectorAll('.text > div').forEach((cell) => reachable(cell, 'name of a run'));
    reachable(title, 'name of the study');
    showRuns(status.runs);
  }

  const runSections = new Map();

  function showRuns(all) {
    noRun.hidden = all.length > 0;
    const keys = new Set(all.map((run) => run.key));
    for (const [key, made] of runSections) {
      if (keys.has(key)) continue;
      made.remove();
      runSections.delete(key);
      known.curves.delete(key);
      known.logs.delete(key);
    }
    for (const run of all) {
      if (!runSections.has(run.key)) {
        runSections.set(run.key, runSection(run));
        runs.append(runSections.get(run.key).node);
        changed.add(run.key);
      }
      runSections.get(run.key).showState(run);
    }
  }

  /** Which figures a run has: power, utilisation, and of each training loss and metric. */
  function figuresOf(run) {
    const whose = (role) => (role === 'solo' ? '' : ` of ${role}`);
    return [
      {id: 'power', title: 'Power', unit: 'W', fromZero: true},
      {id: 'utilisation', title: 'Utilisation (CPU: of one core)', unit: '%', fromZero: true},
      ...run.roles.flatMap((role, index) => [
        {id: `loss_${role}`, title: `Loss${whose(role)}`, unit: '', firstInk: index},
        {id: `metric_${role}`, title: `${run.performance_metrics[index] || 'metric'}${whose(role)}`, unit: '', firstInk: index},
      ]),
    ];
  }

  function runSection(run) {
    const figures = figuresOf(run).map((options) => ({id: options.id, figure: liveFigure(options)}));
    const state = element('p');
    const log = element('div', {class: 'log', role: 'region', tabindex: '0', 'aria-label': 'End of the log'});
    const models = run.workloads.flatMap((workload, index) => [index > 0 ? ' beside ' : '', named(workload)]);
    const node = element('article', {class: 'block run'},
      element('h3', {}, models), element('p', {class: 'muted'}, named(run.run_id), run.attempt > 1 ? ` (attempt ${run.attempt})` : '', run.device ? [', ', named(run.device)] : ''),
      state, element('div', {class: 'figures'}, figures.map(({figure}) => figure.node)),
      element('details', {open: ''}, element('summary', {}, 'End of the log'), log));
    return {
      node,
      showState(now) {
        const epochs = now.roles.map((role, index) =>
          `${role === 'solo' ? 'epoch' : `${role}: epoch`} ${now.epochs_done[index]} of ${now.epochs[index]}`);
        const parts = [now.is_in_flight ? now.activity : 'has ended', ...epochs, `begun ${local(now.begun_at)}`, `expected to take ${seconds(now.expected_s)}`];
        state.replaceChildren(...parts.flatMap((part, index) => [index > 0 ? ' · ' : '', named(part)]));
      },
      showCurves() {
        const curves = known.curves.get(run.key) ?? new Map();
        for (const {id, figure} of figures) figure.show([...curves.values()].filter((curve) => curve.figure === id));
        const lines = known.logs.get(run.key)?.lines ?? [];
        const isAtEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
        log.replaceChildren(...(lines.length === 0 ? ['Nothing yet.'] : lines.flatMap(([from, text]) => [
          element('span', {class: 'from'}, `${from} `),
          element('bdi', {class: from.endsWith('stderr') ? 'error' : ''}, text), '\n'])));
        if (isAtEnd) log.scrollTop = log.scrollHeight;
      },
      remove() {
        figures.forEach(({figure}) => figure.remove());
        node.remove();
      },
    };
  }

  function showFailures() {
    const {failures: all, failed_attempts: byOutcome, problems} = known.failures;
    const total = Object.values(byOutcome).reduce((sum, count) => sum + count, 0);
    failureCount.textContent = total === 0 ? 'None so far.'
      : `${total} attempt${total === 1 ? '' : 's'} failed: ${Object.entries(byOutcome).map(([name, count]) => `${count} × ${name}`).join(', ')}.${total > all.length ? ` The last ${all.length}:` : ''}`;
    failures.replaceChildren(
      ...problems.map((problem) => element('li', {class: 'block'}, element('h3', {}, 'Something can’t be read'), element('div', {class: 'long'}, named(problem)))),
      ...[...all].reverse().map((failure) => element('li', {class: 'block'},
        element('h3', {}, named(failure.outcome)),
        element('p', {class: 'muted'}, named(failure.run_id), failure.attempt > 1 ? ` (attempt ${failure.attempt})` : '', `, ${local(failure.ended_at)}`),
        element('div', {class: 'long message'}, named(failure.message)),
        failure.advice ? element('p', {}, named(failure.advice)) : null)));
    failures.querySelectorAll('.long').forEach((text) => reachable(text, 'what was seen'));
  }

  // Many events may come between two pictures of the screen; it is drawn once for all of them.
  let isWaiting = false;
  function show() {
    isWaiting = false;
    if (changed.delete('status')) showStatus();
    if (changed.delete('failures')) showFailures();
    for (const key of changed) runSections.get(key)?.showCurves();
    changed.clear();
  }
  function showSoon(what) {
    changed.add(what);
    if (isWaiting) return;
    isWaiting = true;
    // A page in the background gets no frames, but its title should go on.
    if (document.hidden) setTimeout(show, 0);
    else requestAnimationFrame(show);
  }

  // Each event says what it replaces, so that one that comes twice does no harm.
  const take = {
    status(status) { known.status = status; showSoon('status'); },
    failures(all) { known.failures = all; showSoon('failures'); },
    points({run, figure, name, estimated, from, points}) {
      if (!known.curves.has(run)) known.curves.set(run, new Map());
      const curves = known.curves.get(run);
      const key = JSON.stringify([figure, name]);
      if (!curves.has(key)) curves.set(key, {figure, name, estimated, points: []});
      curves.get(key).points.splice(from, Infinity, ...points);
      showSoon(run);
    },
    log({run, from, lines}) {
      const most = 200;
      const log = known.logs.get(run) ?? {first: from, lines: []};
      const kept = from < log.first ? [] : log.lines.slice(0, from - log.first);
      const first = kept.length === from - log.first ? log.first : from;
      const all = first === from ? lines : [...kept, ...lines];
      known.logs.set(run, {first: first + Math.max(0, all.length - most), lines: all.slice(-most)});
      showSoon(run);
    },
  };

  const words = {connecting: 'Connecting …', live: 'Live', lost: 'Connection lost; trying again', token: 'A token is needed'};
  follow((name, data) => take[name]?.(data), async (state) => {
    connection.textContent = words[state];
    connection.className = `connection ${state}`;
    if (state === 'token') await tokenGiven('Reading needs the token.');
  });
}
