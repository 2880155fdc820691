import type { Table } from './frame.ts';

/** Flows in a line each, as `GET v1/flows` has them. */
export const flowTable = (hidden: boolean): Table => ({
  id: 'flows',
  heads: [
    ...['flow', 'state', 'partitions', 'copying', 'paused', 'waiting', 'stopped'],
    ...['lag', 'records', 'gaps', 'not well'],
  ],
  hidden,
});

export const FLOW_ROW = `
  const flowRow = (f) => row(cell(f.flow), cell(f.state, f.state === 'troubled' || f.state === 'unable' ? 'word bad' : 'word'),
    cell(number(f.partitions)), cell(number(f.copying)), cell(number(f.paused)), cell(number(f.waiting), f.waiting ? 'bad' : ''),
    cell(number(f.stopped), f.stopped ? 'bad' : ''), cell(number(f.lagOffsets)), cell(number(f.records)),
    cell(number(f.gaps), f.gaps ? 'bad' : ''), cell(f.reason ?? '', 'word why bad'));`;
