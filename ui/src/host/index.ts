import { BridgeHost } from './bridge';
import type { Host } from './host';
import { TauriHost } from './tauri';

export { Refused } from './host';
export type { Exported, Host, Listener, Subscription } from './host';

/** The way out of the page we are in. */
export function reach(): Host {
  return '__TAURI_INTERNALS__' in window ? new TauriHost() : new BridgeHost();
}
