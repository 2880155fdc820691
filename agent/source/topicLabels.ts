/** Topic names as metric labels, bounded: the first {@link maxLabels} names keep their own, the rest share `other`. */
export class TopicLabels {
  readonly #known = new Set<string>();
  readonly #maxLabels: number;

  constructor(maxLabels = 200) {
    this.#maxLabels = maxLabels;
  }

  of(topic: string): string {
    if (this.#known.has(topic)) return topic;
    if (this.#known.size >= this.#maxLabels) return 'other';
    this.#known.add(topic);
    return topic;
  }
}
