import { openStore } from './src/store/open.ts'
import { cpSync, rmSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { TABLES } from './src/store/schema.ts'
rmSync('/tmp/ev/p1',{recursive:true,force:true}); cpSync('/tmp/ev-small/data','/tmp/ev/p1',{recursive:true})
const store = await openStore('file:/tmp/ev/p1')
const cpu=()=>{const u=process.cpuUsage();return (u.user+u.system)/1000}
async function t(name:string,n:number,f:()=>Promise<unknown>){await f();const s=performance.now(),c=cpu();for(let i=0;i<n;i++)await f();console.log(name.padEnd(30),((performance.now()-s)/n).toFixed(2),'ms clock',((cpu()-c)/n).toFixed(2),'cpu')}
const rows=(table:keyof typeof TABLES,n:number)=>({insert:table,columns:Object.fromEntries(Object.entries(TABLES[table]).map(([k,ty])=>[k,ty==='text'?new Array(n).fill(k==='reasonEnd'?'trackdone':''):ty==='float64'?new Float64Array(n).fill(Math.random()*1e12):ty==='float32'?new Float32Array(n).fill(NaN):ty==='int8'?new Int8Array(n):new Int32Array(n).fill(Math.random()*1e6)]))}) as never
for (let k=0;k<2;k++){
await t('splits 1',100,()=>store.write([rows('splits',1)]))
await t('plays 1',100,()=>store.write([rows('plays',1)]))
await t('plays 30',100,()=>store.write([rows('plays',30)]))
await t('claims 1',100,()=>store.write([rows('claims',1)]))
await t('claims 30',100,()=>store.write([rows('claims',30)]))
await t('plays 30 claims 30',100,()=>store.write([rows('plays',30),rows('claims',30)]))
await t('plays+claims+ident+imports+req',100,()=>store.write([rows('plays',30),rows('claims',30),rows('identifiers',3),rows('imports',2),rows('requests',5)]))
}
await store.close()
