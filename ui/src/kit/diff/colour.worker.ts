import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import css from 'highlight.js/lib/languages/css';
import dockerfile from 'highlight.js/lib/languages/dockerfile';
import go from 'highlight.js/lib/languages/go';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import json from 'highlight.js/lib/languages/json';
import makefile from 'highlight.js/lib/languages/makefile';
import markdown from 'highlight.js/lib/languages/markdown';
import nix from 'highlight.js/lib/languages/nix';
import php from 'highlight.js/lib/languages/php';
import python from 'highlight.js/lib/languages/python';
import ruby from 'highlight.js/lib/languages/ruby';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import swift from 'highlight.js/lib/languages/swift';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { createLowlight } from 'lowlight';

import type { Request, Reply } from './colouring';
import { TONES, type Tone } from './segments';

const lowlight = createLowlight({
  bash,
  c,
  cpp,
  csharp,
  css,
  dockerfile,
  go,
  ini,
  java,
  json,
  makefile,
  markdown,
  nix,
  php,
  python,
  ruby,
  rust,
  sql,
  swift,
  typescript,
  xml,
  yaml,
});

type Nodes = ReturnType<typeof lowlight.highlight>['children'];

/** The highlighter has some forty names for what code is made of; to the eye it is seven. */
const TONE_OF: Record<string, Tone> = {
  keyword: 'keyword',
  literal: 'keyword',
  'selector-tag': 'keyword',
  tag: 'keyword',
  string: 'string',
  regexp: 'string',
  link: 'string',
  symbol: 'string',
  char: 'string',
  number: 'number',
  comment: 'comment',
  quote: 'comment',
  doctag: 'comment',
  title: 'name',
  section: 'name',
  attr: 'name',
  attribute: 'name',
  property: 'name',
  name: 'name',
  'selector-class': 'name',
  'selector-id': 'name',
  type: 'type',
  built_in: 'type',
  class_: 'type',
  meta: 'meta',
  'meta-keyword': 'meta',
  variable: 'meta',
  'template-variable': 'meta',
  bullet: 'meta',
};

addEventListener('message', ({ data: { id, language, passages } }: MessageEvent<Request>) => {
  const reply: Reply = { id, passages: passages.map((text) => colour(language, text)) };
  postMessage(reply, { transfer: reply.passages.map((passage) => passage.buffer as ArrayBuffer) });
});

/** Four numbers each: the line, from, up to, which tone. */
function colour(language: string, text: string): Uint32Array {
  const found: number[] = [];
  let [line, column] = [0, 0];
  const walk = (nodes: Nodes, tone: number): void => {
    for (const node of nodes) {
      if (node.type === 'element') {
        const classes = node.properties['className'];
        const own = (Array.isArray(classes) ? classes : [])
          .map((name) => TONE_OF[String(name).replace(/^hljs-/, '')])
          .findLast((found) => found !== undefined);
        walk(node.children, own === undefined ? tone : TONES.indexOf(own));
      } else if (node.type === 'text') {
        for (const [at, part] of node.value.split('\n').entries()) {
          if (at > 0) [line, column] = [line + 1, 0];
          if (tone >= 0 && part !== '') found.push(line, column, column + part.length, tone);
          column += part.length;
        }
      }
    }
  };
  walk(lowlight.highlight(language, text).children, -1);
  return Uint32Array.from(found);
}
