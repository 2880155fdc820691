/** `tributary status --local`: the agent on this machine, asked through the socket beside its buffer. */
import type { AgentStatus } from '../../agent/control/operator.ts';
import { AgentClient } from '../agentClient.ts';
import { EXIT } from '../exit.ts';
import { ageText, sizeText, table } from '../lines.ts';

const WELL = ['up', 'idle', 'budget', 'starting', 'closed'];

export async function showLocal(config: string, json: boolean): Promise<number> {
  const { agentOptions } = await import('../../agent/config.ts');
  const { loadConfig } = await import('../../shared/config/index.ts');
  const agent = new AgentClient(loadConfig(agentOptions, config).buffer.path);
  try {
    const status = await agent.ask<AgentStatus>('GET', '/status');
    process.stdout.write(json ? `${JSON.stringify(status, null, 2)}\n` : `${localText(status, Date.now())}\n`);
    return WELL.includes(status.link) ? EXIT.ok : EXIT.found;
  } finally {
    await agent.close();
  }
}

export function localText(status: AgentStatus, nowMs: number): string {
  const { edge, link, linkSinceMs, linkReason, buffered, oldestAgeMs, bufferBytes, bufferMaxBytes, outlook } = status;
  const { bufferState, bufferSinceMs, bufferReason } = status;
  const lines = [
    `${edge}: link ${link} for ${ageText(nowMs - linkSinceMs)}${linkReason ? `: ${linkReason}` : ''}`,
    `buffer: ${buffered} records, ${sizeText(bufferBytes)} of ${sizeText(bufferMaxBytes)}${buffered > 0 ? `, oldest ${ageText(oldestAgeMs)}` : ''}`,
  ];
  if (bufferState !== 'open')
    lines.push(`no room for ${ageText(nowMs - bufferSinceMs)}: ${bufferReason}; sources wait`);
  if (outlook === null) return lines.join('\n');
  const { intakePerSecond, drainPerSecond, linkBytesPerSecond, drainMs, fullMs } = outlook;
  const carried = linkBytesPerSecond > 0 ? `${sizeText(linkBytesPerSecond)}/s` : 'not known yet';
  lines.push(`rates: ${intakePerSecond} records/s in, ${drainPerSecond} records/s out; the link carries ${carried}`);
  if (buffered > 0)
    lines.push(`drained: ${drainMs === null ? 'not as it goes now, or too early to say' : `in ${ageText(drainMs)}`}`);
  lines.push(`full: ${fullMs === null ? 'not as it goes now, or too early to say' : `in ${ageText(fullMs)}`}`);
  if (outlook.topics.length === 0) return lines.join('\n');
  const rows = outlook.topics.map(({ topic, buffered: waiting, bytes, oldestAgeMs: age }) => [
    ...[topic, waiting, sizeText(bytes), ageText(age)],
  ]);
  const { topicsLeftOut, leftOutBytes } = outlook;
  if (topicsLeftOut > 0) rows.push([`and ${topicsLeftOut} more`, '', sizeText(leftOutBytes), '']);
  return [...lines, '', table(['TOPIC', 'BUFFERED', 'BYTES', 'OLDEST'], rows)].join('\n');
}
