import { FLOW_ROW, flowTable } from './flowTable.ts';
import { served } from './frame.ts';

/** The fleet, and the hub's flows where it has some. */
export const fleetPage = served({
  title: 'Tributary hub',
  tables: [
    {
      id: 'edges',
      // As `tributary status` has them.
      heads: [
        ...['edge', 'state', 'link', 'captured', 'delivered', 'buffered', 'gaps', 'in ledger'],
        ...['buffer', 'oldest', 'contact', 'not well'],
      ],
    },
    flowTable(true),
  ],
  notes: [
    'captured = delivered + buffered + gaps is one report of the agent, some seconds old; what is in the ledger is what this hub has written into central Kafka by now. Oldest: the longest that a record has been waiting in the agent’s buffer.',
    'As JSON: <a href="v1/edges">edges</a>, <a href="v1/hub">hub</a>, <a href="v1/openapi.json">the API</a>.',
  ],
  script: `${FLOW_ROW}
  const bytes = (value) => value === null ? '–' : value < 1048576 ? Math.ceil(value / 1024) + ' KiB' : (value / 1048576).toFixed(1) + ' MiB';
  const age = (ms) => ms === null ? '–' : ms < 1000 ? '0 s' : ms < 120000 ? Math.round(ms / 1000) + ' s' : ms < 7200000 ? Math.round(ms / 60000) + ' min' : Math.round(ms / 3600000) + ' h';
  const LINKS = {
    wrongHub: 'its buffer belongs to another hub; on its machine: tributary link show',
    hubBehind: 'this hub has lost what it had confirmed to it; on its machine: tributary link show',
    stuck: 'in contact, but nothing gets across', refused: 'this hub refuses it: see its log', failed: 'its buffer has failed: see its log',
  };
  function edgeRow(e, now) {
    const heard = e.lastContactMs === null ? 'not since the start' : age(now - e.lastContactMs) + ' ago';
    const wrong = [LINKS[e.linkState], e.heldEpochs && e.heldEpochs + ' held epochs wait for your word: tributary edge show ' + e.edge,
      e.forks && e.forks + ' forks', e.incidents && e.incidents + ' streams with records that central Kafka has lost', e.unaccounted && e.unaccounted + ' records unaccounted for', e.deadLettered && e.deadLettered + ' in the dead-letter topic'].filter(Boolean).join('; ');
    return row(cell(e.edge), cell(e.state, e.state === 'online' ? 'word' : 'word bad'), cell(e.linkState ?? '–', LINKS[e.linkState] ? 'word bad' : 'word'),
      cell(number(e.captured)), cell(number(e.agentDelivered)), cell(number(e.buffered)), cell(number(e.gaps ?? e.hubGaps), (e.gaps ?? e.hubGaps) ? 'bad' : ''), cell(number(e.delivered)),
      cell(bytes(e.bufferBytes)), cell(e.buffered ? age(e.oldestAgeMs) : '–'), cell(heard), cell(wrong, 'word why bad'));
  }
  async function fill() {
    const hub = await get('v1/hub'), list = await get('v1/edges?limit=1000');
    const serving = hub.shards.filter((shard) => shard.state === 'serving').length;
    bodyOf('edges').replaceChildren(...list.edges.map((edge) => edgeRow(edge, list.nowMs)));
    document.querySelector('#flows').hidden = !hub.flows;
    if (hub.flows) bodyOf('flows').replaceChildren(...(await get('v1/flows')).flows.map(flowRow));
    return 'version ' + hub.version + ', ' + serving + ' of ' + hub.shards.length + ' shards served, ' + list.total + ' edges' + (list.next ? ', the first 1000 shown' : '');
  }`,
});
