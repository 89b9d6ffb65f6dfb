// Text inside XML.

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' } as const

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ENTITIES[sign as keyof typeof ENTITIES])
}

export function unescapeXml(text: string | null): string | null {
  const back = new Map<string, string>(Object.entries(ENTITIES).map(([sign, name]) => [name, sign]))
  return text?.replace(/&(?:amp|lt|gt|quot);/g, (name) => back.get(name) ?? name) ?? null
}
