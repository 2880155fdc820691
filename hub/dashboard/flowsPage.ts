import { FLOW_ROW, flowTable } from './flowTable.ts';
import { served } from './frame.ts';

/** The flows of the processes that share the work of pulls. */
export const flowsPage = served({
  title: 'Tributary pull',
  tables: [flowTable(false)],
  notes: [
    'Counts are of all processes that share the work, some seconds old; records since they started.',
    'As JSON: <a href="v1/flows">flows</a>, <a href="v1/openapi.json">the API</a>.',
  ],
  script: `${FLOW_ROW}
  async function fill() {
    const list = await get('v1/flows');
    bodyOf('flows').replaceChildren(...list.flows.map(flowRow));
    return 'version ' + list.version + ', asked ' + list.process + '; alive: ' + [...new Set(list.processes.map((one) => one.name))].join(', ');
  }`,
});
