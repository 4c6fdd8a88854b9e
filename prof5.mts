import { performance } from 'node:perf_hooks'
import { makeListeners } from './src/world/many-listeners.ts'

let t = performance.now()
const w = makeListeners({
  seed: 1,
  listeners: 1000,
  tracks: 120000,
  events: 2_000_000,
  spread: 1,
  now: Date.UTC(2026, 10, 23),
})
console.log('world', performance.now() - t)
t = performance.now()
const c = process.cpuUsage()
let n = 0
for (let i = 0; i < 5; i++) n += w.plays(i).size
const d = process.cpuUsage(c)
console.log(n, 'plays', performance.now() - t, 'cpu', d.user / 1000)
