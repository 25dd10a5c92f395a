// fastify with onnxruntime-node: arguments are the port and the model.
import Fastify from 'fastify'
import ort from 'onnxruntime-node'

const [port, model] = process.argv.slice(2)
const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 })
const input = session.inputNames[0]
const output = session.outputNames[0]

const app = Fastify()
app.post('/predict', async request => {
  const { rows } = request.body
  const width = rows[0].length
  const data = new Float32Array(rows.length * width)
  rows.forEach((row, i) => data.set(row, i * width))
  const results = await session.run({ [input]: new ort.Tensor('float32', data, [rows.length, width]) })
  return { predictions: Array.from(results[output].data) }
})
await app.listen({ port: Number(port), host: '127.0.0.1' })
