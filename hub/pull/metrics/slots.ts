/** Bounded rows of labels: the first keys have one each, all others share one. */

/** How many more rows there may be, in the whole process. */
export class Room {
  #left: number;

  constructor(max: number) {
    this.#left = max;
  }

  take(): boolean {
    if (this.#left <= 0) return false;
    this.#left -= 1;
    return true;
  }
  giveBack(): void {
    this.#left += 1;
  }
}

/** Of no topic and no number: both could not be called this. */
export const OTHERS = '(others)';

export class Slots<S> {
  readonly #room: Room;
  readonly #make: () => S;
  readonly #own = new Map<string, S>();
  #others: S | null = null;

  constructor(room: Room, make: () => S) {
    this.#room = room;
    this.#make = make;
  }

  /** Its own, where there is room, else the shared one: what was counted there stays there. */
  of(key: string): S {
    const known = this.#own.get(key);
    if (known) return known;
    if (!this.#room.take()) {
      this.#others ??= this.#make();
      return this.#others;
    }
    const made = this.#make();
    this.#own.set(key, made);
    return made;
  }

  own(key: string): S | null {
    return this.#own.get(key) ?? null;
  }

  /** Null: nobody has needed it. */
  get others(): S | null {
    return this.#others;
  }

  entries(): IterableIterator<[string, S]> {
    return this.#own.entries();
  }

  forgetAllBut(keeps: (key: string) => boolean): void {
    for (const key of [...this.#own.keys()]) {
      if (keeps(key)) continue;
      this.#own.delete(key);
      this.#room.giveBack();
    }
  }
}
