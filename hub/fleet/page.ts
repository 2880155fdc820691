/** A page for people at `/`: the fleet as a table, asked for every few seconds from the API. It holds no data itself. */
import type { FastifyPluginAsync } from 'fastify';

const STYLE = `
  :root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
  body { margin: 2rem auto; max-width: 78rem; padding: 0 1rem; }
  h1 { font-size: 1.3rem; } h1 small { font-weight: normal; opacity: .7; }
  table { border-collapse: collapse; width: 100%; }
  th, td { padding: .3rem .7rem; text-align: right; border-bottom: 1px solid #8884; white-space: nowrap; }
  th:first-child, td:first-child, th.word, td.word { text-align: left; }
  td.why { white-space: normal; }
  .bad { color: #c22; font-weight: 600; } .dim { opacity: .6; }
  form { margin: 1rem 0; }`;

// textContent only: what an agent reports is never read as HTML.
const SCRIPT = `
  const rows = document.querySelector('#edges tbody'), flows = document.querySelector('#flows'), note = document.querySelector('#note'), form = document.querySelector('form');
  const number = (value) => value === null ? '–' : value.toLocaleString('en');
  const bytes = (value) => value === null ? '–' : value < 1048576 ? Math.ceil(value / 1024) + ' KiB' : (value / 1048576).toFixed(1) + ' MiB';
  const age = (ms) => ms === null ? '–' : ms < 1000 ? '0 s' : ms < 120000 ? Math.round(ms / 1000) + ' s' : ms < 7200000 ? Math.round(ms / 60000) + ' min' : Math.round(ms / 3600000) + ' h';
  const cell = (text, kind) => { const td = document.createElement('td'); td.textContent = text; if (kind) td.className = kind; return td; };
  const LINKS = {
    wrongHub: 'its buffer belongs to another hub; on its machine: tributary link show',
    hubBehind: 'this hub has lost what it had confirmed to it; on its machine: tributary link show',
    stuck: 'in contact, but nothing gets across', refused: 'this hub refuses it: see its log', failed: 'its buffer has failed: see its log',
  };
  function row(e, now) {
    const tr = document.createElement('tr');
    const heard = e.lastContactMs === null ? 'not since the start' : age(now - e.lastContactMs) + ' ago';
    const wrong = [LINKS[e.linkState], e.heldEpochs && e.heldEpochs + ' held epochs wait for your word: tributary edge show ' + e.edge,
      e.forks && e.forks + ' forks', e.incidents && e.incidents + ' streams with records that central Kafka has lost', e.unaccounted && e.unaccounted + ' records unaccounted for', e.deadLettered && e.deadLettered + ' in the dead-letter topic'].filter(Boolean).join('; ');
    tr.append(cell(e.edge), cell(e.state, e.state === 'online' ? 'word' : 'word bad'), cell(e.linkState ?? '–', LINKS[e.linkState] ? 'word bad' : 'word'),
      cell(number(e.captured)), cell(number(e.agentDelivered)), cell(number(e.buffered)), cell(number(e.gaps ?? e.hubGaps), (e.gaps ?? e.hubGaps) ? 'bad' : ''), cell(number(e.delivered)),
      cell(bytes(e.bufferBytes)), cell(e.buffered ? age(e.oldestAgeMs) : '–'), cell(heard), cell(wrong, 'word why bad'));
    return tr;
  }
  function flowRow(f) {
    const tr = document.createElement('tr'), bad = f.state === 'troubled' || f.state === 'unable';
    tr.append(cell(f.flow), cell(f.state, bad ? 'word bad' : 'word'), cell(number(f.partitions)), cell(number(f.copying)), cell(number(f.paused)),
      cell(number(f.waiting + f.stopped), f.waiting + f.stopped ? 'bad' : ''), cell(number(f.lagOffsets)), cell(number(f.gaps), f.gaps ? 'bad' : ''), cell(f.reason ?? '', 'word why bad'));
    return tr;
  }
  async function get(path) {
    const token = sessionStorage.getItem('operatorToken');
    const answer = await fetch(path, { headers: token ? { authorization: 'Bearer ' + token } : {} });
    form.hidden = answer.status !== 401;
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.message);
    return body;
  }
  async function show() {
    try {
      const hub = await get('v1/hub'), list = await get('v1/edges?limit=1000');
      const serving = hub.shards.filter((shard) => shard.state === 'serving').length;
      note.textContent = 'version ' + hub.version + ', ' + serving + ' of ' + hub.shards.length + ' shards served, ' + list.total + ' edges' + (list.next ? ', the first 1000 shown' : '');
      note.className = 'dim';
      rows.replaceChildren(...list.edges.map((edge) => row(edge, list.nowMs)));
      flows.hidden = !hub.flows;
      if (hub.flows) flows.querySelector('tbody').replaceChildren(...(await get('v1/flows')).flows.map(flowRow));
    } catch (error) { note.textContent = error.message; note.className = 'bad'; }
    setTimeout(show, 3000);
  }
  form.addEventListener('submit', (event) => { event.preventDefault(); sessionStorage.setItem('operatorToken', form.token.value); location.reload(); });
  show();`;

/** As `tributary status` has them. */
const HEADS = [
  ...['edge', 'state', 'link', 'captured', 'delivered', 'buffered', 'gaps', 'in ledger'],
  ...['buffer', 'oldest', 'contact', 'not well'],
];
const FLOW_HEADS = ['flow', 'state', 'partitions', 'copying', 'paused', 'in trouble', 'lag', 'gaps', 'not well'];
const WORDS = ['state', 'link', 'not well'];
const heading = (head: string): string => `<th${WORDS.includes(head) ? ' class="word"' : ''}>${head}</th>`;

const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Tributary hub</title><meta name="viewport" content="width=device-width">
<style>${STYLE}</style></head><body>
<h1>Tributary hub <small id="note">…</small></h1>
<form hidden><label>Operator token <input name="token" type="password" autocomplete="off"></label> <button>Show</button></form>
<table id="edges"><thead><tr>${HEADS.map(heading).join('')}</tr></thead><tbody></tbody></table>
<table id="flows" hidden><thead><tr>${FLOW_HEADS.map(heading).join('')}</tr></thead><tbody></tbody></table>
<p class="dim">captured = delivered + buffered + gaps is one report of the agent, some seconds old; what is in the ledger is what this hub has
written into central Kafka by now. Oldest: the longest that a record has been waiting in the agent's buffer.</p>
<p class="dim">As JSON: <a href="v1/edges">edges</a>, <a href="v1/hub">hub</a>, <a href="v1/openapi.json">the API</a>.</p>
<script>${SCRIPT}</script></body></html>
`;

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** No secret is in it, so everybody may have it; what it shows needs an operator's token. */
export const fleetPage: FastifyPluginAsync = async (app) => {
  app.get('/', { schema: { hide: true } }, async (_request, reply) =>
    reply.headers(HEADERS).type('text/html; charset=utf-8').send(PAGE),
  );
};
