// Log lines about enrolments, above all the warning that a second device has tried a used link.
import type { Logger } from '@keyside/runtime'
import type { EnrolmentOutcome } from './enrolment.ts'

export function logEnrolment(log: Logger, outcome: EnrolmentOutcome, invitation: string): void {
  if (outcome.outcome === 'ignored')
    log.warn({ code: outcome.code, invitation }, `an enrolment got no answer: ${outcome.message}`)
  else if (outcome.outcome === 'enrolled')
    log.info({ client: outcome.client, invitation }, 'a new subscriber')
  else if (outcome.outcome === 'again')
    log.info({ client: outcome.client, invitation }, 'a device was given its answer again')
  else if (outcome.code === 'invitation_used') logSecondDevice(log, outcome.client, invitation)
  else
    log.warn(
      { code: outcome.code, client: outcome.client, invitation },
      'an enrolment was refused, and the device told why',
    )
}

function logSecondDevice(log: Logger, client: string, invitation: string): void {
  log.error(
    { code: 'invitation_used', client, invitation },
    `a second device came with the invitation of ${client}: somebody else has the link. Ask ${client} whether the first was theirs; if not, shut it out with "keyside subscribers remove ${client}"`,
  )
}
