// One member of a group, by kafkajs: bootstrap topic group. As kafka_python_group.py.
'use strict'
const { Kafka, logLevel } = require('kafkajs')

const [bootstrap, topic, groupId] = process.argv.slice(2)
const say = text => process.stdout.write(text + '\n')
// Of a clock of milliseconds: it owns something from the end of one on at the latest, and gives it back at its beginning at the earliest.
const begin = () => Date.now() * 1000
const end = () => begin() + 999
const kafka = new Kafka({
  clientId: 'interop', brokers: [bootstrap], logLevel: logLevel.NOTHING, connectionTimeout: 60000, retry: { initialRetryTime: 50, maxRetryTime: 300, retries: 1000 }
})
const consumer = kafka.consumer({ groupId, sessionTimeout: 15000, heartbeatInterval: 300, rebalanceTimeout: 60000, metadataMaxAge: 2000 })
// It may join once more while it is leaving, but processes nothing then.
let leaving = false
consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => leaving || say(`A ${end()} ` + (payload.memberAssignment[topic] ?? []).join(',')))
consumer.on(consumer.events.REBALANCING, () => say('R ' + begin()))

async function main () {
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch, heartbeat }) => {
      for (const message of batch.messages) {
        say(`C ${batch.partition} ${message.offset} ${message.value}`)
      }
      await consumer.commitOffsets([{ topic, partition: batch.partition, offset: (BigInt(batch.lastOffset()) + 1n).toString() }])
      await heartbeat()
    }
  })
}

process.stdin.on('end', () => {
  leaving = true
  say('R ' + begin())
  consumer.disconnect().then(() => process.exit(0))
})
process.stdin.resume()
main().catch(error => { console.error(error); process.exit(1) })
