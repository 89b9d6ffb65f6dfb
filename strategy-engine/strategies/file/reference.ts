// The table of indicators in docs/strategies.md, from the table that rules are read with.
import { INDICATORS } from '../../indicators/table.ts'
import { form } from '../rules/indicator-call.ts'

export function indicatorTable(): string {
  const rows = Object.entries(INDICATORS).map(([name, indicator]) => {
    const { outputs, parameters, about } = indicator
    const defaults = parameters.map((parameter) => parameter.default)
    const usual = defaults.every((value) => value !== undefined) && defaults.length > 0
    const values = outputs.length > 1 ? outputs.map((output) => `\`.${output}\``).join(' ') : ''
    return `| \`${form(name, indicator)}\` | ${usual ? defaults.join(', ') : ''} | ${values} | ${about} |`
  })
  return ['| indicator | if left out | outputs | |', '|---|---|---|---|', ...rows].join('\n')
}
