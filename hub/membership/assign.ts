import { createHash } from 'node:crypto';

/**
 * Who gets which shard: as even as it goes, and each shard with whom it weighs most for, so that few move when a member
 * comes or goes. Depends on names only: whoever leads comes to the same result.
 */
export function assignShards(members: readonly string[], shards: number): Map<string, number[]> {
  const assigned = new Map<string, number[]>(members.map((member) => [member, []]));
  if (members.length === 0) return assigned;
  const most = Math.ceil(shards / members.length);
  const [floor, larger] = [Math.floor(shards / members.length), shards % members.length];
  let full = 0;
  for (let shard = 0; shard < shards; shard += 1) {
    const ranked = [...members].sort((a, b) => weight(b, shard) - weight(a, shard) || (a < b ? -1 : 1));
    for (const member of ranked) {
      const own = assigned.get(member)!;
      const allowed = larger === 0 || full < larger ? most : floor;
      if (own.length >= allowed) continue;
      own.push(shard);
      if (larger > 0 && own.length === most) full += 1;
      break;
    }
  }
  return assigned;
}

const weight = (member: string, shard: number): number =>
  createHash('sha256').update(`${member}/${shard}`).digest().readUInt32BE(0);
