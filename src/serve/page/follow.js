// The study's events, followed for as long as the page is open.

const tokenKey = 'tandem-token';

/** The token comes behind the `#` of the address, which no server sees, and stays with this tab. */
function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (!given) return;
  sessionStorage.setItem(tokenKey, given);
  history.replaceState(null, '', location.pathname);
}
const setToken = (token) => sessionStorage.setItem(tokenKey, token);
const hasToken = () => Boolean(sessionStorage.getItem(tokenKey));
const authorization = () => (hasToken() ? {Authorization: `Bearer ${sessionStorage.getItem(tokenKey)}`} : {});

/** Reads one stream of events to its end; `event` gets each one's name and document. */
async function readEvents(event, opened) {
  const abort = new AbortController();
  // The server says something at least every ten seconds.
  const longestSilence = 30000;
  let silence = setTimeout(() => abort.abort(), longestSilence);
  try {
    const response = await fetch('events', {headers: authorization(), signal: abort.signal, cache: 'no-store'});
    if (!response.ok) return response.status;
    opened();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const {done, value} = await reader.read();
      if (done) return 0;
      clearTimeout(silence);
      silence = setTimeout(() => abort.abort(), longestSilence);
      const messages = (rest + value).split('\n\n');
      rest = messages.pop();
      for (const message of messages) {
        const [name, data] = message.split('\n');
        if (data?.startsWith('data: ')) event(name.slice('event: '.length), JSON.parse(data.slice('data: '.length)));
      }
    }
  } finally {
    clearTimeout(silence);
  }
}

/**
 * Follows for ever. `state` is told `connecting`, `live`, `lost`, or `token` when one is needed;
 * then it gives a promise that waits for it.
 */
async function follow(event, state) {
  const longestPause = 10000;
  let pause = 1000;
  await state('connecting');
  for (;;) {
    let status = 0;
    try {
      status = await readEvents(event, () => { pause = 1000; state('live'); });
    } catch {
      // The server has ended, or the network is gone: tried again below.
    }
    if (status === 401) {
      await state('token');
      continue;
    }
    await state('lost');
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(2 * pause, longestPause);
  }
}
