/** A page for people at `/` of a process of pulls: its flows as a table. It holds no data itself. */
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

// textContent only: what a cluster says is never read as HTML.
const SCRIPT = `
  const rows = document.querySelector('tbody'), note = document.querySelector('#note'), form = document.querySelector('form');
  const cell = (text, kind) => { const td = document.createElement('td'); td.textContent = text; if (kind) td.className = kind; return td; };
  const number = (value) => value.toLocaleString('en');
  function row(f) {
    const tr = document.createElement('tr'), bad = f.state === 'troubled' || f.state === 'unable';
    tr.append(cell(f.flow), cell(f.state, bad ? 'word bad' : 'word'), cell(number(f.partitions)), cell(number(f.copying)), cell(number(f.paused)),
      cell(number(f.waiting), f.waiting ? 'bad' : ''), cell(number(f.stopped), f.stopped ? 'bad' : ''), cell(number(f.lagOffsets)),
      cell(number(f.records)), cell(number(f.gaps), f.gaps ? 'bad' : ''), cell(f.reason ?? '', 'word why bad'));
    return tr;
  }
  async function show() {
    try {
      const token = sessionStorage.getItem('operatorToken');
      const answer = await fetch('v1/flows', { headers: token ? { authorization: 'Bearer ' + token } : {} });
      form.hidden = answer.status !== 401;
      const body = await answer.json();
      if (!answer.ok) throw new Error(body.message);
      note.textContent = 'version ' + body.version + ', asked ' + body.process + '; alive: ' + [...new Set(body.processes.map((one) => one.name))].join(', ');
      note.className = 'dim';
      rows.replaceChildren(...body.flows.map(row));
    } catch (error) { note.textContent = error.message; note.className = 'bad'; }
    setTimeout(show, 3000);
  }
  form.addEventListener('submit', (event) => { event.preventDefault(); sessionStorage.setItem('operatorToken', form.token.value); location.reload(); });
  show();`;

const HEADS = [
  'flow',
  'state',
  'partitions',
  'copying',
  'paused',
  'waiting',
  'stopped',
  'lag',
  'records',
  'gaps',
  'not well',
];
const WORDS = ['state', 'not well'];

const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Tributary pull</title><meta name="viewport" content="width=device-width">
<style>${STYLE}</style></head><body>
<h1>Tributary pull <small id="note">…</small></h1>
<form hidden><label>Operator token <input name="token" type="password" autocomplete="off"></label> <button>Show</button></form>
<table><thead><tr>${HEADS.map((head) => `<th${WORDS.includes(head) ? ' class="word"' : ''}>${head}</th>`).join('')}</tr></thead><tbody></tbody></table>
<p class="dim">Counts are of all processes that share the work, some seconds old; records since they started.</p>
<p class="dim">As JSON: <a href="v1/flows">flows</a>, <a href="v1/openapi.json">the API</a>.</p>
<script>${SCRIPT}</script></body></html>
`;

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** No secret is in it, so everybody may have it; what it shows needs an operator's token. */
export const flowsPage: FastifyPluginAsync = async (app) => {
  app.get('/', { schema: { hide: true } }, async (_request, reply) =>
    reply.headers(HEADERS).type('text/html; charset=utf-8').send(PAGE),
  );
};
