// From the text of policy.yaml to a policy, or to the line that is wrong.
import { checkYaml } from '@keyside/runtime'
import { type Policy, policySchema } from '../core/risk/policy/schema.ts'

export const POLICY_CODES = ['policy_empty', 'policy_invalid', 'policy_not_accepted'] as const

type PolicyCode = (typeof POLICY_CODES)[number]

export type LoadedPolicy =
  | { readonly ok: true; readonly policy: Policy }
  | {
      readonly ok: false
      readonly code: PolicyCode
      readonly line: number
      readonly message: string
    }

export function loadPolicy(text: string): LoadedPolicy {
  // An empty list of permissions has been read as "everything is allowed" elsewhere (CVE-2018-12550).
  if (/^(?:\s*(?:#.*)?(?:\r?\n|$))*$/.test(text))
    return {
      ok: false,
      code: 'policy_empty',
      line: 1,
      message: 'the policy is empty and allows nothing: write one as docs/policy.md shows',
    }
  const checked = checkYaml(text, policySchema, { scalars: 'text' })
  if (checked.ok) return { ok: true, policy: checked.data }
  const { line, path, message } = checked
  const key = path.replace(/\.\d+/g, '')
  const where = ['policy.yaml', `line ${line}`, ...(key === '' ? [] : [key])].join(', ')
  return { ok: false, code: 'policy_invalid', line, message: `${where}: ${message}` }
}
