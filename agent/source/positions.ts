import type { SourcePositions } from '../stages.ts';

/** Several sources' questions as one, so that one session answers them all. */
export function jointPositions(sources: readonly SourcePositions[]): SourcePositions {
  return {
    reached: () => {
      const asking = sources.map((source) => source.reached()).filter((reached) => reached !== null);
      return asking.length === 0 ? null : asking.flat();
    },
    told: (positions) => {
      for (const source of sources) source.told(positions);
    },
  };
}
