// Every certificate is checked, by this process and by each that it starts. Many set this variable for a proxy of their company
// and forget it: with it an exchange key, or the bot's token, would go to whoever stands in between.
import { environment } from '../terminal/config.ts'

delete environment['NODE_TLS_REJECT_UNAUTHORIZED']
