export type { GroupSettings } from './groups.ts';
export {
  type OnRefused,
  type RoutedStream,
  type RouteSettings,
  Routes,
  type RoutesSettings,
  type Target,
} from './routes.ts';
export { PLACEHOLDERS, parseTemplate } from './template.ts';
