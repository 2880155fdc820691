import type { FastifyPluginAsync } from 'fastify';

export interface Table {
  readonly id: string;
  readonly heads: readonly string[];
  /** Not shown before the script says so. */
  readonly hidden?: boolean;
}

export interface Page {
  readonly title: string;
  readonly tables: readonly Table[];
  /** HTML below the tables, a paragraph each. */
  readonly notes: readonly string[];
  /**
   * Defines `async function fill()`: asks (`get`), fills the tables (`bodyOf`, `cell`, `number`), answers the line beside the
   * title. What it throws is shown there.
   */
  readonly script: string;
}

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

// textContent only: what an agent or a cluster says is never read as HTML.
const BEFORE = `
  const note = document.querySelector('#note'), form = document.querySelector('form');
  const bodyOf = (table) => document.querySelector('#' + table + ' tbody');
  const number = (value) => value === null ? '–' : value.toLocaleString('en');
  const cell = (text, kind) => { const td = document.createElement('td'); td.textContent = text; if (kind) td.className = kind; return td; };
  const row = (...cells) => { const tr = document.createElement('tr'); tr.append(...cells); return tr; };
  async function get(path) {
    const token = sessionStorage.getItem('operatorToken');
    const answer = await fetch(path, { headers: token ? { authorization: 'Bearer ' + token } : {} });
    form.hidden = answer.status !== 401;
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.message);
    return body;
  }`;

const BEHIND = `
  async function show() {
    try {
      note.textContent = await fill();
      note.className = 'dim';
    } catch (error) { note.textContent = error.message; note.className = 'bad'; }
    setTimeout(show, 3000);
  }
  form.addEventListener('submit', (event) => { event.preventDefault(); sessionStorage.setItem('operatorToken', form.token.value); location.reload(); });
  show();`;

/** Columns that are read, not counted. */
const WORDS = ['state', 'link', 'not well'];

const tableOf = ({ id, heads, hidden }: Table): string => {
  const cells = heads.map((head) => `<th${WORDS.includes(head) ? ' class="word"' : ''}>${head}</th>`);
  return `<table id="${id}"${hidden ? ' hidden' : ''}><thead><tr>${cells.join('')}</tr></thead><tbody></tbody></table>`;
};

const htmlOf = ({ title, tables, notes, script }: Page): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title><meta name="viewport" content="width=device-width">
<style>${STYLE}</style></head><body>
<h1>${title} <small id="note">…</small></h1>
<form hidden><label>Operator token <input name="token" type="password" autocomplete="off"></label> <button>Show</button></form>
${tables.map(tableOf).join('\n')}
${notes.map((text) => `<p class="dim">${text}</p>`).join('\n')}
<script>${BEFORE}${script}${BEHIND}</script></body></html>
`;

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

export function served(page: Page): FastifyPluginAsync {
  const html = htmlOf(page);
  return async (app) => {
    app.get('/', { schema: { hide: true } }, async (_request, reply) =>
      reply.headers(HEADERS).type('text/html; charset=utf-8').send(html),
    );
  };
}
