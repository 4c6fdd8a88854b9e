import { openEngine } from './src/engine.ts'
import { createApp } from './src/server/app.ts'
import { cpSync, rmSync, readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
const src=process.argv[2] ?? '/tmp/ev-small'
rmSync('/tmp/ev/p1',{recursive:true,force:true}); cpSync(src+'/data','/tmp/ev/p1',{recursive:true})
const made=JSON.parse(readFileSync(src+'/made.json','utf8'))
const engine = await openEngine({data:'/tmp/ev/p1',now:Date.now,timeZone:'UTC'})
const {app}=await createApp({engine,requestsPerMinute:1e9} as any)
await app.ready()
const store:any = engine.library.store
let writes=0; const rw=store.write; store.write=async(g:any)=>{writes++;return rw(g)}
const cpu=()=>{const u=process.cpuUsage();return (u.user+u.system)/1000}
let i=0
const post=()=>{const s=made.songs[(i*7919)%500],l=made.names[(i*7)%made.names.length];i++;return app.inject({method:'POST',url:`/v1/listeners/${encodeURIComponent(l)}/events`,headers:{host:'localhost',authorization:'Bearer '+made.tokens[i%40],'content-type':'application/json'},payload:JSON.stringify({type:'listen',finished:true,track:s,at:Date.now()-(i%60000),msPlayed:1000*(i%240)})})}
const health=()=>app.inject({method:'GET',url:'/v1/health',headers:{host:'localhost'}})
const listener=()=>{i++;return app.inject({method:'GET',url:`/v1/listeners/${encodeURIComponent(made.names[(i*7)%made.names.length])}`,headers:{host:'localhost',authorization:'Bearer '+made.tokens[i%40]}})}
for (const [name,f] of [['health',health],['listener',listener],['post',post],['post',post],['health',health],['listener',listener],['post',post]] as const){
 const c=cpu(),t=performance.now();writes=0;const n=40;let bad=0
 for(let r=0;r<n;r++)for(const a of await Promise.all(Array.from({length:32},f)))if(a.statusCode>=300&&!bad++)console.log(a.body)
 console.log(name,'cpu per request ms',((cpu()-c)/n/32).toFixed(3),'clock',((performance.now()-t)/n/32).toFixed(3),'writes/round',writes/n)
}
await app.close();await engine.close()
