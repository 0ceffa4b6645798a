/** JSON with its lines broken, where a text is JSON of several things; the text itself otherwise. */
export function pretty(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{') && !trimmed.startsWith('[')) return text;
  try {
    JSON.parse(trimmed);
  } catch {
    return text;
  }
  return indent(trimmed);
}

/** Only moves the space between the parts: numbers, escapes and double keys stay as they were sent. */
function indent(json: string): string {
  let [depth, out] = [0, ''];
  const line = (): string => `\n${'  '.repeat(depth)}`;
  for (const [part] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs)) {
    if (part === '{' || part === '[') {
      depth += 1;
      out += part + line();
    } else if (part === '}' || part === ']') {
      depth -= 1;
      out = /[[{]\s*$/.test(out.slice(-2 * depth - 5)) ? out.trimEnd() + part : out + line() + part;
    } else if (part === ',') {
      out += part + line();
    } else {
      out += part === ':' ? ': ' : part;
    }
  }
  return out;
}
