// A daemon of launchd, on macOS. One of the system and not of the user: agents begin when somebody logs in.
import { NODE_FLAGS, type Started, type SystemService } from './parts.ts'
import { escapeXml, unescapeXml } from './xml.ts'

const TARGET = 'system/keyside'
const FILE = '/Library/LaunchDaemons/keyside.plist'

export const launchdService: SystemService = {
  file: FILE,
  text: plist,
  encoding: 'utf8',
  homeIn: (text) =>
    unescapeXml(/<key>KEYSIDE_HOME<\/key>\s*<string>(.*?)<\/string>/.exec(text)?.[1] ?? null),
  install: [
    ['launchctl', 'bootout', TARGET],
    ['launchctl', 'enable', TARGET],
    ['launchctl', 'bootstrap', 'system', FILE],
  ],
  restart: [['launchctl', 'kickstart', '-k', TARGET]],
  remove: [['launchctl', 'bootout', TARGET]],
  removed: [],
  status: ['launchctl', 'print', TARGET],
  logs: null,
}

/** It begins again 10 s after each end, for ever. What it says is in `logs/up.log` of the home. */
function plist({ home, user, node, code }: Started): string {
  const words = [node, ...NODE_FLAGS, `${code}/cli/main.js`, 'up']
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>keyside</string>
  <key>UserName</key><string>${escapeXml(user.name)}</string>
  <key>ProgramArguments</key>
  <array>
${words.map((word) => `    <string>${escapeXml(word)}</string>\n`).join('')}  </array>
  <key>EnvironmentVariables</key>
  <dict>
    <key>KEYSIDE_HOME</key><string>${escapeXml(home)}</string>
  </dict>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><true/>
  <key>ThrottleInterval</key><integer>10</integer>
  <key>ExitTimeOut</key><integer>30</integer>
  <key>ProcessType</key><string>Standard</string>
  <key>Umask</key><integer>63</integer>
  <key>HardResourceLimits</key><dict><key>Core</key><integer>0</integer></dict>
  <key>SoftResourceLimits</key><dict><key>Core</key><integer>0</integer></dict>
  <key>StandardInPath</key><string>/dev/null</string>
  <key>StandardOutPath</key><string>/dev/null</string>
  <key>StandardErrorPath</key><string>/dev/null</string>
</dict>
</plist>
`
}
