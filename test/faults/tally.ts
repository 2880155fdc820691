/** Sums over the rounds of a fault run. */
export interface RoundResult {
  readonly accepted: number;
  readonly lost: number;
  readonly twice: number;
  readonly disorder: number;
  /** Records that nobody was told were accepted and that are no retried attempt either. */
  readonly unexplained: number;
}

export class Tally {
  #rounds = 0;
  #sum: RoundResult = { accepted: 0, lost: 0, twice: 0, disorder: 0, unexplained: 0 };

  add(round: RoundResult): void {
    this.#rounds += 1;
    const sum = this.#sum;
    this.#sum = {
      accepted: sum.accepted + round.accepted,
      lost: sum.lost + round.lost,
      twice: sum.twice + round.twice,
      disorder: sum.disorder + round.disorder,
      unexplained: sum.unexplained + round.unexplained,
    };
  }

  get clean(): boolean {
    return isClean(this.#sum);
  }

  summary(): string {
    return `rounds ${this.#rounds} ${resultText(this.#sum)}`;
  }
}

export const isClean = ({ lost, twice, disorder, unexplained }: RoundResult): boolean =>
  lost + twice + disorder + unexplained === 0;

export const resultText = ({ accepted, lost, twice, disorder, unexplained }: RoundResult): string =>
  `accepted ${accepted} lost ${lost} twice ${twice} disorder ${disorder} unexplained ${unexplained}`;
