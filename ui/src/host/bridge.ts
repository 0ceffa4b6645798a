import type { Answer, Batch, Command, CommandError, Format, HistoryFilter, Key } from '../gen';
import { say } from '../words/say';
import { Refused, type AnswerTo, type Exported, type Host, type Listener, type Subscription } from './host';

/** How the file of each format is called. The shell has the same. */
const ENDINGS: Record<Format, string> = { jsonl: 'jsonl', csv: 'csv', markdown: 'md' };

type Reply = { ok: Answer } | { error: CommandError };

/** A page in a plain browser, served beside the bridge of a running engine. */
export class BridgeHost implements Host {
  readonly place = 'browser';

  async command<C extends Command>(command: C): Promise<AnswerTo<C>> {
    let reply: Reply;
    try {
      const response = await fetch('/bridge/command', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(command),
      });
      reply = (await response.json()) as Reply;
    } catch (thrown) {
      throw Refused.from(thrown);
    }
    if ('error' in reply) throw new Refused(reply.error);
    return reply.ok as AnswerTo<C>;
  }

  subscribe(listener: Listener): Subscription {
    const events = new EventSource('/bridge/subscribe');
    events.onmessage = (event: MessageEvent<string>) => {
      const message = JSON.parse(event.data) as { batch?: Batch; error?: CommandError };
      if (message.batch !== undefined) listener.batch(message.batch);
      else {
        events.close();
        listener.lost(message.error?.message ?? say.host.nonsense);
      }
    };
    events.onerror = () => {
      // Its own reconnecting would begin in the middle of the numbers.
      events.close();
      listener.lost(say.host.noEngine);
    };
    return { ack: () => undefined, end: () => events.close() };
  }

  attend(key: Key | null): void {
    void key;
  }

  async openExternal(url: string): Promise<void> {
    window.open(url, '_blank', 'noopener,noreferrer');
  }

  async exportHistory(
    filter: HistoryFilter,
    format: Format,
    said: (lines: number) => void,
    stop: AbortSignal,
  ): Promise<Exported | null> {
    const parts: Blob[] = [];
    let lines = 0;
    let before: string | null = null;
    do {
      const { part }: AnswerTo<Extract<Command, { command: 'history.export' }>> = await this.command({
        command: 'history.export',
        filter: { ...filter, before },
        format,
      });
      if (stop.aborted) return null;
      // The browser keeps what is in one where it likes: it need not be in memory.
      parts.push(new Blob([part.text]));
      lines += part.lines;
      before = part.next;
      said(lines);
    } while (before !== null);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob(parts, { type: 'text/plain' }));
    link.download = `deskbell-history.${ENDINGS[format]}`;
    link.click();
    URL.revokeObjectURL(link.href);
    return { lines, file: say.host.inDownloads(link.download) };
  }

  async showExport(): Promise<void> {
    throw new Refused({ code: 'failed', message: say.host.noFolder });
  }

  async openDemo(): Promise<void> {
    throw new Refused({ code: 'failed', message: say.host.noDemo });
  }

  async autostart(on: boolean): Promise<void> {
    void on;
    throw new Refused({ code: 'failed', message: say.host.noAutostart });
  }
}
