// A task of the Windows Task Scheduler that begins with the machine, under its user, who need not be logged in.
import { NODE_FLAGS, type Started, type SystemService, type Words } from './parts.ts'
import { escapeXml } from './xml.ts'

const NAME = 'Keyside'
const END: Words = ['schtasks', '/End', '/TN', NAME]
const RUN: Words = ['schtasks', '/Run', '/TN', NAME]

/** A task has no variables of its own, so it is the usual home of its user. `programData`: a folder that all may read. */
export function windowsService(programData: string): SystemService {
  const file = `${programData}\\Keyside\\task.xml`
  return {
    file,
    text: task,
    // What schtasks reads.
    encoding: 'utf16le',
    homeIn: () => null,
    install: [['schtasks', '/Create', '/F', '/TN', NAME, '/XML', file], RUN],
    restart: [END, RUN],
    remove: [END, ['schtasks', '/Delete', '/F', '/TN', NAME]],
    removed: [],
    status: ['schtasks', '/Query', '/TN', NAME, '/V', '/FO', 'LIST'],
    logs: null,
  }
}

/** The task is triggered each minute: if it has ended it starts again. Priority 5 is that of a program started by hand. */
function task({ user, node, code }: Started): string {
  return `\uFEFF<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Keyside, started with the machine</Description></RegistrationInfo>
  <Triggers>
    <BootTrigger>
      <Repetition><Interval>PT1M</Interval><StopAtDurationEnd>false</StopAtDurationEnd></Repetition>
    </BootTrigger>
  </Triggers>
  <Principals>
    <Principal id="owner">
      <UserId>${escapeXml(user.name)}</UserId>
      <LogonType>S4U</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>5</Priority>
  </Settings>
  <Actions Context="owner">
    <Exec>
      <Command>${escapeXml(node)}</Command>
      <Arguments>${NODE_FLAGS.join(' ')} "${escapeXml(code)}\\cli\\main.js" up</Arguments>
    </Exec>
  </Actions>
</Task>
`
}
