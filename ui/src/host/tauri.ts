import { Channel, invoke } from '@tauri-apps/api/core';

import type { Answer, Batch, Command, Format, HistoryFilter, Key } from '../gen';
import { Refused, type AnswerTo, type Exported, type Host, type Listener, type Subscription } from './host';

/** The shell's own window. */
export class TauriHost implements Host {
  readonly place = 'shell';

  async command<C extends Command>(command: C): Promise<AnswerTo<C>> {
    try {
      return (await invoke<Answer>('command', { command })) as AnswerTo<C>;
    } catch (thrown) {
      throw Refused.from(thrown);
    }
  }

  subscribe(listener: Listener): Subscription {
    let open = true;
    const channel = new Channel<Batch>((batch) => {
      if (open) listener.batch(batch);
    });
    invoke('subscribe', { channel }).catch((thrown: unknown) => {
      if (open) listener.lost(Refused.from(thrown).message);
    });
    return {
      // The shell keeps one subscription, so a late one of an ended page does no harm.
      ack: (number) => void (open && quietly(invoke('ack', { number }))),
      end: () => {
        open = false;
      },
    };
  }

  attend(key: Key | null): void {
    quietly(invoke('attend', { key }));
  }

  async openExternal(url: string): Promise<void> {
    try {
      await invoke('open_external', { url });
    } catch (thrown) {
      throw Refused.from(thrown);
    }
  }

  async exportHistory(
    filter: HistoryFilter,
    format: Format,
    said: (lines: number) => void,
    stop: AbortSignal,
  ): Promise<Exported | null> {
    const end = (): void => quietly(invoke('stop_export'));
    stop.addEventListener('abort', end);
    try {
      return await invoke<Exported | null>('export', { filter, format, channel: new Channel<number>(said) });
    } catch (thrown) {
      throw Refused.from(thrown);
    } finally {
      stop.removeEventListener('abort', end);
    }
  }

  async showExport(): Promise<void> {
    try {
      await invoke('show_export');
    } catch (thrown) {
      throw Refused.from(thrown);
    }
  }

  async openDemo(): Promise<void> {
    try {
      await invoke('open_demo');
    } catch (thrown) {
      throw Refused.from(thrown);
    }
  }

  async autostart(on: boolean): Promise<void> {
    try {
      await invoke('autostart', { on });
    } catch (thrown) {
      throw Refused.from(thrown);
    }
  }
}

/** For what only makes things smoother: the shell going away is told by the subscription. */
function quietly(promise: Promise<unknown>): void {
  promise.catch((thrown: unknown) => console.warn(thrown));
}
