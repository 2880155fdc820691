export const ROLES = ['agent', 'hub'] as const;
export type Role = (typeof ROLES)[number];
