import { openEngine } from './src/engine.ts'
import { cpSync, rmSync, readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
rmSync('/tmp/ev/p1',{recursive:true,force:true}); cpSync((process.argv[2] ?? '/tmp/ev-small')+'/data','/tmp/ev/p1',{recursive:true})
const made=JSON.parse(readFileSync((process.argv[2] ?? '/tmp/ev-small')+'/made.json','utf8'))
const engine = await openEngine({data:'/tmp/ev/p1',now:Date.now,timeZone:'UTC'})
const store:any = engine.library.store
const calls:Record<string,[number,number]>={}
for (const m of ['read','max','write','count']) { const real=store[m]; store[m]=async(...a:any[])=>{const c=process.cpuUsage();const r=await real(...a);const d=process.cpuUsage(c);const k=m+' '+(typeof a[0]==='string'?a[0]:'');(calls[k]??=[0,0])[0]++;calls[k][1]+=(d.user+d.system)/1000;return r} }
const cpu=()=>{const u=process.cpuUsage();return (u.user+u.system)/1000}
const one=(i:number)=>{const l=made.names[i*7%made.names.length];const s=made.songs[(i*7919)%made.songs.length];const se=engine.library.imports.begin();se.add({kind:'play',track:s,play:{endedAt:Date.now()-(i%1000)*60,msPlayed:i%200000,reasonStart:'',reasonEnd:'trackdone',device:'',precision:'second'}},0);return se.commit({listener:l,name:'e',format:'events',sha256:'x'+l,at:Date.now(),grows:true},()=>'{}')}
let i=0
for (const [name,rounds,size] of [['cold',100,31],['warm',100,31],['warm',200,31],['one',100,1],['300',30,300]] as const){ for(const k in calls)delete calls[k]
 const c=cpu(),t=performance.now();for(let r=0;r<rounds;r++)await Promise.all(Array.from({length:size},()=>one(i++)))
 console.log(name,size,'per group cpu ms',((cpu()-c)/rounds).toFixed(2),'clock',((performance.now()-t)/rounds).toFixed(2),JSON.stringify(Object.fromEntries(Object.entries(calls).map(([k,[n,ms]])=>[k,[n,+(ms/n).toFixed(2)]]))))}
await engine.close()
