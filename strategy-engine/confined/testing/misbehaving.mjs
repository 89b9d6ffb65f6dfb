// A process of a strategy's code that has come out of its realm, and does as it likes. What, says the file that it is to load.
process.on('message', ({ id, question }) => {
  const ways = {
    hangs: () => {
      for (;;);
    },
    floods: () => {
      for (let more = 0; more < 1_000; more++) process.send({ id: more, answer: {} })
    },
    'talks rubbish': () => process.send('rubbish'),
    'answers rubbish': () => process.send({ id, answer: { entry: 5, exit: 'now' } }),
    'says too much': () => process.send({ id, code: 'strategy_failed', failed: 'x'.repeat(5_000) }),
    ends: () => process.exit(7),
  }
  ways[question.file]?.()
})
