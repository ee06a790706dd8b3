// The rival: fastify, ws, mqtt.js and better-sqlite3, with group commit (all waiting requests in
// one transaction) and one raw socket write per console and batch. Keyword verdict, no accounts,
// history, audience or projection.
//
//   node server.js PORT DIR MQTT-PORT [--single] [user password]    --single: one commit each

const path = require('node:path')
const Database = require('better-sqlite3')
const fastify = require('fastify')({ logger: false })
const mqtt = require('mqtt')
const { WebSocketServer } = require('ws')

const args = process.argv.slice(2)
const isSingle = args.includes('--single')
const [port, dir, mqttPort, user, password] = args.filter((a) => a !== '--single')

const WORDS = [
  ['kebakaran', 'fire_building'], ['asap', 'fire'], ['banjir', 'flood'], ['begal', 'crime'],
  ['pencurian', 'crime'], ['kecelakaan', 'crash'], ['tabrakan', 'crash'], ['longsor', 'landslide'],
  ['tawuran', 'crime'], ['pingsan', 'medical'], ['serangan jantung', 'medical'],
  ['tenggelam', 'rescue'], ['pohon tumbang', 'tree'], ['gempa', 'earthquake'],
  ['kebocoran gas', 'gas'], ['jalan rusak', 'road'], ['sampah', 'waste'], ['lampu jalan', 'light']
]
const AGENCIES = ['fire', 'health', 'police']
const TOPIC = 'tangi/v1/cirebon/agency'

const db = new Database(path.join(dir, 'peer.db'))
db.pragma('journal_mode = WAL')
db.pragma('synchronous = FULL')
db.exec(`CREATE TABLE IF NOT EXISTS report(source TEXT, source_id TEXT, body BLOB,
           PRIMARY KEY(source, source_id)) WITHOUT ROWID;
         CREATE TABLE IF NOT EXISTS event(seq INTEGER PRIMARY KEY, body TEXT);`)
const insertReport = db.prepare('INSERT INTO report VALUES(?, ?, ?)')
const insertEvent = db.prepare('INSERT INTO event VALUES(?, ?)')

let head = 0
const live = new Map()
for (const row of db.prepare('SELECT seq, body FROM event ORDER BY seq').iterate()) {
  head = row.seq
  const { incident } = JSON.parse(row.body)
  live.set(incident.id, incident)
}

const broker = mqtt.connect(`mqtt://127.0.0.1:${mqttPort}`, { username: user, password })
const consoles = new Set()

function verdict(text) {
  const low = text.toLowerCase()
  for (const [word, category] of WORDS) if (low.includes(word)) return category
  return 'review'
}

function makeEvent(seq, report) {
  const time = new Date().toISOString()
  const tail = String(seq).padStart(16, '0')
  const incident = {
    id: 'I-01JDFE4D2V' + tail, no: seq, version: 1, status: 'new', disposition: 'emergency',
    priority: 1, category: verdict(report.text), agencies: AGENCIES, confidence: 0.98,
    because: [{ term: 'kebakaran rumah', weight: 2.1 }, { term: 'orang di dalam', weight: 1.7 }],
    rules: '1',
    location: { ...report.location, area: '32.74.05.1003', area_name: 'Kesambi', from: 'device' },
    source: report.source, kind: report.kind, anonymity: report.anonymity,
    tracking_id: String(7000000 + seq), reports: ['R-01JDFE4D2V' + tail], opened_at: time,
    updated_at: time, closed_at: null, outcome: null, exercise: false,
    assignments: AGENCIES.map((agency) => (
      { agency, state: 'pending', since: time, by: null, units: [] })),
    text: report.text
  }
  return {
    type: 'event', seq, id: 'E-' + seq, time, event: 'incident.created', exercise: false, by: null,
    report_id: 'R-01JDFE4D2V' + tail, incident
  }
}

const store = db.transaction((batch) => {
  let seq = head
  for (const job of batch) {
    job.event = makeEvent(++seq, job.report)
    job.json = JSON.stringify(job.event)
    insertReport.run(job.report.source, job.report.source_id, job.raw)
    insertEvent.run(seq, job.json)
  }
  return seq
})

function frame(json) {
  const body = Buffer.from(json)
  const header = Buffer.alloc(body.length < 126 ? 2 : 4)
  header[0] = 0x81
  if (body.length < 126) header[1] = body.length
  else {
    header[1] = 126
    header.writeUInt16BE(body.length, 2)
  }
  return [header, body]
}

function commit(batch) {
  try {
    head = store(batch)
  } catch (error) {
    for (const job of batch) job.fail(error)
    return
  }
  const joined = Buffer.concat(batch.flatMap((job) => frame(job.json)))
  for (const job of batch) {
    live.set(job.event.incident.id, job.event.incident)
    job.done(job.event)
  }
  for (const socket of consoles) socket.write(joined)
  for (const job of batch) radio(job)
}

// To each agency its event, and the incident as it stands, without its words.
function radio({ event, json }) {
  const view = JSON.stringify({ seq: event.seq, incident: { ...event.incident, text: undefined } })
  for (const agency of AGENCIES) {
    broker.publish(`${TOPIC}/${agency}/events`, json, { qos: 1 })
    broker.publish(`${TOPIC}/${agency}/incidents/${event.incident.id}`, view,
      { qos: 1, retain: true })
  }
}

let waiting = []
function submit(report, raw) {
  return new Promise((done, fail) => {
    const job = { report, raw, done, fail }
    if (isSingle) return commit([job])
    if (waiting.length === 0) {
      setImmediate(() => {
        const batch = waiting
        waiting = []
        commit(batch)
      })
    }
    waiting.push(job)
  })
}

fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
  try {
    request.raw.bytes = body
    done(null, JSON.parse(body))
  } catch (error) {
    error.statusCode = 400
    done(error)
  }
})

const bodySchema = {
  type: 'object', required: ['source', 'text'],
  properties: {
    source: { type: 'string' }, source_id: { type: 'string' },
    text: { type: 'string', maxLength: 16384 }
  }
}

fastify.post('/v1/reports', { schema: { body: bodySchema } }, async (request, reply) => {
  const { seq, report_id: id, incident } = await submit(request.body, request.raw.bytes)
  reply.code(201)
  return {
    id, incident_id: incident.id, tracking_id: incident.tracking_id, seq, duplicate_of: null,
    classification: {
      disposition: incident.disposition, priority: incident.priority, category: incident.category,
      agencies: incident.agencies, confidence: incident.confidence, because: incident.because
    },
    location: incident.location
  }
})

fastify.get('/readyz', async () => ({ ready: broker.connected }))

const streams = new WebSocketServer({
  noServer: true, perMessageDeflate: false, handleProtocols: () => 'tangi.v1'
})
fastify.server.on('upgrade', (request, socket, first) => {
  streams.handleUpgrade(request, socket, first, (ws) => {
    socket.setNoDelay(true)
    ws.on('error', () => {})
    ws.on('close', () => consoles.delete(socket))
    ws.on('message', () => {
      ws.send(JSON.stringify({ type: 'tick', seq: head, epoch: '0' }))
      consoles.add(socket)
    })
  })
})

fastify.listen({ port: Number(port), host: '127.0.0.1', backlog: 4096 })
