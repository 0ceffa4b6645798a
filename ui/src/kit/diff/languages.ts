/** Which language the worker knows a file's name by. */
const LANGUAGES: Record<string, readonly string[]> = {
  bash: ['sh', 'bash', 'zsh', 'bashrc', 'zshrc', 'envrc', 'profile'],
  c: ['c', 'h'],
  cpp: ['cc', 'cpp', 'cxx', 'hh', 'hpp', 'hxx'],
  csharp: ['cs'],
  css: ['css', 'scss', 'less'],
  dockerfile: ['dockerfile', 'containerfile'],
  go: ['go'],
  ini: ['toml', 'ini', 'conf', 'cfg', 'service', 'desktop', 'editorconfig', 'gitconfig'],
  java: ['java', 'kt', 'kts', 'scala', 'gradle'],
  json: ['json', 'jsonc', 'json5', 'jsonl', 'ipynb'],
  makefile: ['makefile', 'mk'],
  markdown: ['md', 'markdown'],
  nix: ['nix'],
  php: ['php'],
  python: ['py', 'pyi'],
  ruby: ['rb', 'rake', 'gemfile', 'rakefile'],
  rust: ['rs'],
  sql: ['sql'],
  swift: ['swift'],
  typescript: ['ts', 'tsx', 'js', 'jsx', 'mjs', 'cjs', 'mts', 'cts'],
  xml: ['html', 'htm', 'xml', 'svg', 'svelte', 'vue', 'xsd', 'plist'],
  yaml: ['yml', 'yaml'],
};

const BY_ENDING = new Map(
  Object.entries(LANGUAGES).flatMap(([language, endings]) =>
    endings.map((ending) => [ending, language] as const),
  ),
);

/** By the last part of a file's name: its ending, or all of it. */
export function languageOf(path: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  return BY_ENDING.get(name.slice(name.lastIndexOf('.') + 1)) ?? null;
}
