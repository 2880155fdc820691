import type { ServerResponse } from 'node:http';
import type { Reservation } from './budget.ts';
import type { Connection } from './connections.ts';

/**
 * Keeps a reservation until nothing of the request is in memory any more: its handler is done, and its answer was
 * written or can't be because the connection is gone. A pipelined answer that waits for its turn when the connection
 * ends never hears of it, so the connection itself is asked.
 */
export function holdUntilAnswered(
  reservation: Reservation,
  connection: Connection,
  response: ServerResponse,
): () => void {
  let handled = false;
  let answered = false;
  const settle = () => {
    if (handled && answered) reservation.release();
  };
  const forget = connection.whenClosed(() => {
    answered = true;
    settle();
  });
  response.once('finish', () => {
    forget();
    answered = true;
    settle();
  });
  return () => {
    handled = true;
    settle();
  };
}
