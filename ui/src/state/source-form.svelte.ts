import type { Auth, DialectView, SourceDraft, SourceView, TestReport } from '../gen';
import { Refused, type Host } from '../host';
import { say } from '../words/say';

export type AuthType = Auth['type'];
/** Where a secret comes from. */
export type SecretKind = 'unchanged' | 'given' | 'environment';

/** What the operator fills in to add or change a source. */
export class SourceForm {
  name = $state('');
  dialect = $state('');
  url = $state('');
  auth: AuthType = $state('none');
  user = $state('');
  header = $state('');
  secretKind: SecretKind = $state('given');
  secret = $state('');
  variable = $state('');
  settings: Record<string, string> = $state({});

  testing = $state(false);
  saving = $state(false);
  report: TestReport | null = $state.raw(null);
  trouble: string | null = $state(null);
  errors: Record<string, string> = $state({});

  readonly dialects: DialectView[];
  /** The source that is changed; nothing while one is added. */
  readonly source: SourceView | null;
  readonly #host: Host;
  /** The address this form suggested: it follows the dialect until the operator writes another. */
  #suggested = '';

  constructor(host: Host, dialects: DialectView[], source: SourceView | null) {
    this.#host = host;
    this.dialects = dialects;
    this.source = source;
    if (source === null) {
      this.choose(dialects[0]?.name ?? '');
      return;
    }
    this.name = source.name;
    this.dialect = source.dialect;
    this.url = source.url;
    this.#show(source.auth);
    this.secretKind = source.secret.kept === 'none' ? 'given' : 'unchanged';
    if (source.secret.kept === 'environment') {
      this.secretKind = 'environment';
      this.variable = source.secret.name;
    }
    for (const [name, values] of Object.entries(source.settings)) this.settings[name] = values.join('\n');
  }

  readonly spoken: DialectView | undefined = $derived.by(() =>
    this.dialects.find((dialect) => dialect.name === this.dialect),
  );

  /** The ways in that the dialect offers. */
  readonly logins: Auth[] = $derived(this.spoken?.logins ?? [{ type: 'none' }]);

  /** Chooses a way in, with the name that such servers give it. */
  enter(auth: AuthType): void {
    this.#show(this.logins.find(({ type }) => type === auth) ?? { type: 'none' });
  }

  /** Takes over what is known of a server that is not added yet. */
  fill(draft: SourceDraft): void {
    this.choose(draft.dialect);
    this.name = draft.name;
    this.url = draft.url;
    this.#show(draft.auth);
  }

  #show(auth: Auth): void {
    this.auth = auth.type;
    this.user = auth.type === 'basic' ? auth.user : '';
    this.header = 'name' in auth ? auth.name : '';
  }

  choose(dialect: string): void {
    this.dialect = dialect;
    // An address would pin a server that says by itself where it is.
    const url = this.spoken?.findsItself === true ? '' : (this.spoken?.defaultUrl ?? '');
    if (this.url === this.#suggested) this.url = url;
    this.#suggested = url;
    if (!this.logins.some(({ type }) => type === this.auth)) this.enter('none');
    this.report = null;
  }

  async test(): Promise<void> {
    if (!this.#check()) return;
    this.testing = true;
    this.report = null;
    this.trouble = null;
    try {
      const source = this.source?.source ?? null;
      const { report } = await this.#host.command({ command: 'source.test', draft: this.draft(), source });
      this.report = report;
    } catch (thrown) {
      this.trouble = Refused.from(thrown).message;
    } finally {
      this.testing = false;
    }
  }

  /** The source as the engine has it now, or nothing when it refused. */
  async save(): Promise<SourceView | null> {
    if (this.saving || !this.#check()) return null;
    this.saving = true;
    this.trouble = null;
    try {
      const draft = this.draft();
      const answer =
        this.source === null
          ? await this.#host.command({ command: 'source.add', draft })
          : await this.#host.command({ command: 'source.edit', source: this.source.source, draft });
      // It is kept now: nothing here needs to know it any longer.
      this.secret = '';
      return answer.row;
    } catch (thrown) {
      this.trouble = Refused.from(thrown).message;
      return null;
    } finally {
      this.saving = false;
    }
  }

  draft(): SourceDraft {
    const known = new Set(this.spoken?.settings.map((setting) => setting.name));
    const settings: Record<string, string[]> = {};
    for (const [name, text] of Object.entries(this.settings)) {
      const values = text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '');
      if (values.length > 0 && known.has(name)) settings[name] = values;
    }
    return {
      name: this.name.trim(),
      dialect: this.dialect,
      url: this.url.trim(),
      auth: this.#auth(),
      secret: this.#secret(),
      settings,
    };
  }

  #auth(): Auth {
    switch (this.auth) {
      case 'none':
      case 'bearer':
        return { type: this.auth };
      case 'basic':
        return { type: 'basic', user: this.user.trim() };
      case 'header':
      case 'cookie':
      case 'query':
        return { type: this.auth, name: this.header.trim() };
    }
  }

  #secret(): SourceDraft['secret'] {
    if (this.auth === 'none' || this.secretKind === 'unchanged') return { kept: 'unchanged' };
    if (this.secretKind === 'environment') return { kept: 'environment', name: this.variable.trim() };
    return { kept: 'given', value: this.secret };
  }

  #check(): boolean {
    const errors: Record<string, string> = {};
    if (this.name.trim() === '') errors['name'] = say.sources.wrongName;
    const url = this.url.trim();
    if (url === '') {
      if (this.spoken?.findsItself !== true) errors['url'] = say.sources.wrongAddress;
    } else if (!/^https?:\/\/./i.test(url)) {
      errors['url'] = say.sources.wrongScheme;
    }
    if (this.auth === 'basic' && this.user.trim() === '') errors['user'] = say.sources.wrongUser;
    if ('name' in this.#auth() && this.header.trim() === '') {
      errors['header'] = say.sources.wrongLoginName;
    }
    if (this.auth !== 'none') {
      if (this.secretKind === 'given' && this.secret === '') errors['secret'] = say.sources.wrongSecret;
      if (this.secretKind === 'environment' && this.variable.trim() === '') {
        errors['variable'] = say.sources.wrongVariable;
      }
    }
    this.errors = errors;
    return Object.keys(errors).length === 0;
  }
}
