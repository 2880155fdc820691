/**
 * Pages for people, at `/`: what the APIs say, as tables, asked for every few seconds. A page holds no data and no secret, so
 * everybody may have it; what it shows needs an operator's token.
 */
export { fleetPage } from './fleetPage.ts';
export { flowsPage } from './flowsPage.ts';
