import type { Host } from './host';

export { Refused } from './host';
export type { Exported, Host, Listener, Subscription } from './host';

/** The way out of the page we are in. */
export async function reach(): Promise<Host> {
  if ('__TAURI_INTERNALS__' in window) return new (await import('./tauri')).TauriHost();
  return new (await import('./bridge')).BridgeHost();
}
