/** Placeholder of the ledger's types: completed with hub/ledger. */
export type GapReason = 'expired' | 'evicted' | 'quarantined' | 'purged' | 'withheld' | 'duplicate' | 'lost';
