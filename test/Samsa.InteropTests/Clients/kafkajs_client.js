// Drives kafkajs: create | produce (see record_file.py) | admin. kafkajs consumes in groups only, so others read for it.
'use strict'
const fs = require('fs')
const { CompressionTypes, ConfigResourceTypes, Kafka, logLevel } = require('kafkajs')

const [command, bootstrap, ...rest] = process.argv.slice(2)
const kafka = new Kafka({ clientId: 'interop', brokers: [bootstrap], logLevel: logLevel.ERROR, connectionTimeout: 60000, requestTimeout: 120000 })
const codecs = { none: CompressionTypes.None, gzip: CompressionTypes.GZIP }
const decode = text => (text === '-' ? null : Buffer.from(text, 'base64'))

async function withAdmin (work) {
  const admin = kafka.admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

function create (topic, partitions) {
  return withAdmin(admin => admin.createTopics({
    waitForLeaders: true,
    timeout: 60000,
    topics: [{ topic, numPartitions: Number(partitions), replicationFactor: 1 }]
  }))
}

function headersOf (text) {
  const headers = {}
  for (const pair of text.split(',').filter(Boolean)) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at)
    headers[name] = [...(headers[name] ?? []), decode(pair.slice(at + 1))]
  }
  return headers
}

async function produce (topic, codec, path) {
  const messages = fs.readFileSync(path, 'utf8').split('\n').filter(Boolean).map(line => {
    const [partition, timestamp, key, value, headers] = line.split('\t')
    return { partition: Number(partition), timestamp, key: decode(key), value: decode(value), headers: headersOf(headers) }
  })
  const producer = kafka.producer({ allowAutoTopicCreation: false, maxInFlightRequests: 1 })
  await producer.connect()
  for (let i = 0; i < messages.length; i += 500) {
    await producer.send({ topic, acks: -1, compression: codecs[codec], messages: messages.slice(i, i + 500) })
  }
  await producer.disconnect()
}

// A walk through the administration that kafkajs offers; prints what it saw as JSON.
function administer (topic) {
  return withAdmin(async admin => {
    const seen = {}
    seen.created = await admin.createTopics({
      timeout: 60000,
      topics: [{ topic, numPartitions: 2, configEntries: [{ name: 'retention.ms', value: '7200000' }] }]
    })
    seen.createdAgain = await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] })
    await admin.createPartitions({ timeout: 60000, topicPartitions: [{ topic, count: 4 }] })
    seen.listed = (await admin.listTopics()).includes(topic)
    const metadata = await admin.fetchTopicMetadata({ topics: [topic] })
    seen.partitions = metadata.topics[0].partitions.map(p => [p.partitionId, p.leader === p.replicas[0], p.isr.length])
      .sort((a, b) => a[0] - b[0])
    const producer = kafka.producer()
    await producer.connect()
    await producer.send({ topic, messages: [1, 2, 3, 4, 5].map(n => ({ partition: 0, value: `v${n}`, timestamp: `${1000 * n}` })) })
    await producer.disconnect()
    seen.offsets = await admin.fetchTopicOffsets(topic)
    seen.byTime = await admin.fetchTopicOffsetsByTimestamp(topic, 3000)
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] })
    seen.offsetsAfterDelete = await admin.fetchTopicOffsets(topic)
    const resource = { type: ConfigResourceTypes.TOPIC, name: topic }
    seen.retention = await configOf(admin, resource, 'retention.ms')
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ ...resource, configEntries: [{ name: 'retention.ms', value: '3600000' }] }]
    })
    seen.retentionAltered = await configOf(admin, resource, 'retention.ms')
    const cluster = await admin.describeCluster()
    seen.brokers = cluster.brokers.map(b => `${b.host}:${b.port}`)
    seen.hasClusterId = cluster.clusterId.length > 0
    seen.deleted = await admin.deleteTopics({ topics: [topic], timeout: 60000 })
    seen.listedAfterDelete = (await admin.listTopics()).includes(topic)
    return seen
  }).then(seen => console.log(JSON.stringify(seen)))
}

async function configOf (admin, resource, name) {
  const described = await admin.describeConfigs({ includeSynonyms: false, resources: [{ ...resource, configNames: [name] }] })
  return described.resources[0].configEntries.map(entry => `${entry.configName}=${entry.configValue}`)
}

const commands = { create, produce, admin: administer }
commands[command](...rest).catch(error => {
  console.error(error)
  process.exit(1)
})
