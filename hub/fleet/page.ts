/** A page for people at `/`: the fleet as a table, asked for every few seconds from the API. It holds no data itself. */
import type { FastifyPluginAsync } from 'fastify';

const STYLE = `
  :root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
  body { margin: 2rem auto; max-width: 78rem; padding: 0 1rem; }
  h1 { font-size: 1.3rem; } h1 small { font-weight: normal; opacity: .7; }
  table { border-collapse: collapse; width: 100%; }
  th, td { padding: .3rem .7rem; text-align: right; border-bottom: 1px solid #8884; white-space: nowrap; }
  th:first-child, td:first-child, .word { text-align: left; }
  .bad { color: #c22; font-weight: 600; } .dim { opacity: .6; }
  form { margin: 1rem 0; }`;

// textContent only: what an agent reports is never read as HTML.
const SCRIPT = `
  const rows = document.querySelector('tbody'), note = document.querySelector('#note'), form = document.querySelector('form');
  const number = (value) => value === null ? '–' : value.toLocaleString('en');
  const bytes = (value) => value === null ? '–' : value < 1048576 ? Math.ceil(value / 1024) + ' KiB' : (value / 1048576).toFixed(1) + ' MiB';
  const age = (ms) => ms === null ? '–' : ms < 1000 ? '0 s' : ms < 120000 ? Math.round(ms / 1000) + ' s' : ms < 7200000 ? Math.round(ms / 60000) + ' min' : Math.round(ms / 3600000) + ' h';
  const cell = (text, kind) => { const td = document.createElement('td'); td.textContent = text; if (kind) td.className = kind; return td; };
  function row(e, now) {
    const tr = document.createElement('tr');
    const heard = e.lastContactMs === null ? 'not since the start' : age(now - e.lastContactMs) + ' ago';
    const wrong = [e.heldEpochs ? e.heldEpochs + ' held' : '', e.forks ? e.forks + ' forks' : '', e.incidents ? e.incidents + ' lost records' : '', e.unaccounted ? e.unaccounted + ' unaccounted' : ''].filter(Boolean).join(', ');
    tr.append(cell(e.edge), cell(e.state, e.state === 'online' ? 'word' : 'word bad'), cell(heard), cell(number(e.captured)), cell(number(e.buffered)),
      cell(number(e.delivered)), cell(number(e.gaps), e.gaps ? 'bad' : ''), cell(bytes(e.bufferBytes)), cell(age(e.oldestAgeMs)), cell(e.linkState ?? '–', 'word'), cell(wrong, 'word bad'));
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
    } catch (error) { note.textContent = error.message; note.className = 'bad'; }
    setTimeout(show, 3000);
  }
  form.addEventListener('submit', (event) => { event.preventDefault(); sessionStorage.setItem('operatorToken', form.token.value); location.reload(); });
  show();`;

const HEADS = ['edge', 'state', 'heard', 'captured', 'buffered', 'delivered', 'gaps', 'buffer', 'oldest', 'link', ''];

const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Tributary hub</title><meta name="viewport" content="width=device-width">
<style>${STYLE}</style></head><body>
<h1>Tributary hub <small id="note">…</small></h1>
<form hidden><label>Operator token <input name="token" type="password" autocomplete="off"></label> <button>Show</button></form>
<table><thead><tr>${HEADS.map((head) => `<th>${head}</th>`).join('')}</tr></thead><tbody></tbody></table>
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
