// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs';

import { parse } from 'svelte/compiler';
import { expect, test } from 'vitest';

/** Attributes and properties that are read or heard. */
const SAID = new Set([
  ...[
    'aria-label',
    'aria-description',
    'aria-roledescription',
    'aria-valuetext',
    'title',
    'placeholder',
    'alt',
  ],
  ...['label', 'says', 'hint', 'caption', 'about', 'back', 'aside', 'heads', 'note', 'error'],
]);

/** Where strings are for machines. */
const SILENT = new Set(['class', 'style', 'datetime', 'href', 'd', 'viewBox']);

/** What takes a selector. */
const FINDERS = new Set(['closest', 'matches', 'querySelector', 'querySelectorAll']);

/** What is the same in every language: names, commands, and the words of formats. */
const NAMES = new Set([
  ...['Deskbell', 'bell', 'deskbell --demo'],
  ...['new file mode', 'deleted file mode', 'new mode', 'rename from', 'rename to', 'copy from', 'copy to'],
  'GIT binary',
]);

interface Node {
  type: string;
  start: number;
  [part: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

const nodes = (value: unknown): Node[] => (Array.isArray(value) ? value : [value]).filter(isNode);

const hasLetter = (text: string): boolean => /\p{L}/u.test(text);

/** Two words beside each other are a text, wherever they stand. */
const isText = (text: string): boolean => /\p{L}{2}[,;:]? \p{L}/u.test(text);

/** Whether what is called takes words for a programmer, or for the page. */
function isSilent(callee: Node): boolean {
  const member = callee['property'];
  return callee.type === 'Super' || (isNode(member) && FINDERS.has(String(member['name'])));
}

/** The literal words in a component, or in a script, each as `line: words`. */
function literals(source: string): string[] {
  const found = new Map<number, string>();

  function add(node: Node, text: string, matters: (text: string) => boolean): void {
    const words = text.replace(/\s+/g, ' ').trim();
    if (!matters(words) || NAMES.has(words)) return;
    found.set(node.start, `${source.slice(0, node.start).split('\n').length}: ${words}`);
  }

  function literal(node: Node, matters: (text: string) => boolean): void {
    if (node.type === 'Literal' && typeof node['value'] === 'string') add(node, node['value'], matters);
    if (node.type === 'TemplateLiteral') {
      const written = nodes(node['quasis']).map((quasi) => (quasi['value'] as { raw: string }).raw);
      add(node, written.join('…'), matters);
    }
  }

  /** What an expression comes to: its branches, not what they are chosen by. */
  function said(value: unknown): void {
    for (const node of nodes(value)) {
      literal(node, hasLetter);
      if (node.type === 'ConditionalExpression') said([node['consequent'], node['alternate']]);
      if (node.type === 'LogicalExpression' || node.type === 'BinaryExpression') {
        if (node['operator'] === '+' || node.type === 'LogicalExpression')
          said([node['left'], node['right']]);
      }
      if (node.type === 'ArrayExpression') said(node['elements']);
      if (node.type === 'ExpressionTag') said(node['expression']);
      if (node.type === 'Text') add(node, String(node['data']), hasLetter);
    }
  }

  function walk(value: unknown): void {
    if (Array.isArray(value)) value.forEach(walk);
    if (!isNode(value)) return;
    const name = value['name'];
    if (value.type === 'ImportDeclaration' || value.type.startsWith('TS') || value.type === 'StyleSheet')
      return;
    if (value.type === 'Attribute' && typeof name === 'string') {
      if (SILENT.has(name)) return;
      if (SAID.has(name)) said(value['value']);
    }
    if (value.type === 'Fragment') said(value['nodes']);
    if (value.type === 'Property' && isNode(value['key'])) {
      const key = value['key']['name'] ?? value['key']['value'];
      if (typeof key === 'string' && SAID.has(key)) said(value['value']);
    }
    if (value.type === 'CallExpression' && isNode(value['callee']) && isSilent(value['callee'])) return;
    literal(value, isText);
    for (const part of Object.values(value)) walk(part);
  }

  const root = parse(source, { modern: true }) as unknown as Record<string, unknown>;
  walk([root['module'], root['instance'], root['fragment']]);
  return [...found.values()];
}

const PARTS = ['kit', 'features', 'views', 'state', 'host', 'words'];

test('the window says nothing that is not in the catalogue', () => {
  const src = new URL('..', import.meta.url);
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    (file) =>
      PARTS.some((part) => file.startsWith(`${part}/`)) &&
      /\.(svelte|ts)$/.test(file) &&
      !/^words\/en\b|\.(test|worker)\.ts$/.test(file),
  );
  expect(files.length).toBeGreaterThan(100);
  const strays = files.flatMap((file) => {
    const source = readFileSync(new URL(file, src), 'utf8');
    const component = file.endsWith('.svelte') ? source : `<script lang="ts">${source}</script>`;
    return literals(component).map((words) => `${file}:${words}`);
  });
  expect(strays).toEqual([]);
});

test('literal words are found wherever they are said', () => {
  const source = [
    '<script lang="ts">const a = { says: "Next", keys: "g i" }; const b = "all of it";</script>',
    '<p title="Here" class="one two">Said {a ? "in" : b === "out of" ? "" : `so ${b}`}</p>',
    '<Part label={b ?? "Name"} data-testid="part" heads={["One"]}>{b} · {a}</Part>',
  ];
  expect(literals(source.join('\n')).sort()).toEqual(
    [
      '1: Next',
      '1: all of it',
      '2: Said',
      '2: in',
      '2: so …',
      '2: Here',
      '2: out of',
      '3: Name',
      '3: One',
    ].sort(),
  );
});
