import { expect, test } from 'vitest';
import { limits } from '../shared/limits.ts';

test('a sealed batch fits a shipment, a shipment fits a body and a transaction', () => {
  expect(limits.maxBatchBytes).toBeLessThan(limits.maxShipmentBytes);
  expect(limits.maxShipmentBytes).toBeLessThanOrEqual(limits.transactionBytes);
});
