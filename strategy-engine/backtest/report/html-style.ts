// How the report looks, light and dark, from 320 px on; and the little that follows the pointer. Nothing is loaded.

export const STYLE = `
:root{color-scheme:light dark;--ground:#fff;--card:#f5f7f9;--text:#16202a;--soft:#5c6b7a;--line:#d9e0e6;--own:#1f6feb;--hold:#8a97a5;--up:#13874b;--down:#c93535;--up-soft:19,135,75;--down-soft:201,53,53}
@media(prefers-color-scheme:dark){:root{--ground:#0f151b;--card:#18212a;--text:#e4ebf1;--soft:#94a5b5;--line:#2a3743;--own:#58a6ff;--hold:#7d8b99;--up:#3fca80;--down:#ff6b6b;--up-soft:63,202,128;--down-soft:255,107,107}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1000px;padding:20px 16px 48px;background:var(--ground);color:var(--text);font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:24px;margin:0}h2{font-size:16px;margin:28px 0 8px}
p{margin:4px 0}.soft{color:var(--soft)}.up{color:var(--up)}.down{color:var(--down)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:8px;margin:18px 0}
.tile{background:var(--card);border-radius:10px;padding:10px 12px}.tile b{display:block;font-size:20px;line-height:1.3}.tile span{font-size:13px;color:var(--soft)}
.warnings{border-left:3px solid var(--down);background:var(--card);border-radius:0 10px 10px 0;padding:8px 12px;margin:12px 0}
.plot{position:relative;margin-right:64px;height:240px}.plot.low{height:120px}
.plot svg{width:100%;height:100%;display:block;overflow:visible}
.plot path,.plot rect{vector-effect:non-scaling-stroke}
.plot path{fill:none;stroke-width:1.5}
.y{position:absolute;left:100%;margin-left:8px;transform:translateY(-50%);font-size:12px;color:var(--soft);white-space:nowrap}
.x{display:flex;justify-content:space-between;margin:4px 64px 0 0;font-size:12px;color:var(--soft)}
.grid{stroke:var(--line)}.plot path.grid{stroke-width:1}.own{stroke:var(--own)}.plot path.own{stroke-width:2}.own-area{fill:var(--own)!important;opacity:.1}
.hold{stroke:var(--hold)}.price{stroke:var(--hold)}.fall{stroke:var(--down)}.fall-area{fill:var(--down)!important;opacity:.2}
.won{stroke:var(--up)}.lost{stroke:var(--down)}.plot path.won,.plot path.lost{stroke-width:2.5}
.bar{fill:var(--hold)}.bar-won{fill:var(--up)}.bar-lost{fill:var(--down)}
.key{font-size:13px;color:var(--soft)}.key i{display:inline-block;width:14px;height:3px;vertical-align:middle;margin:0 5px 0 12px}.key i:first-child{margin-left:0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13px}td,th{padding:5px 6px;text-align:right;white-space:nowrap}th{font-weight:500;color:var(--soft)}
th:first-child,td:first-child{text-align:left;position:sticky;left:0;background:var(--ground)}
.figures td,.trades td{border-top:1px solid var(--line)}.heat td{min-width:44px}.heat td:not(:first-child){border-radius:4px}
.cross{position:absolute;top:0;bottom:0;width:1px;background:var(--soft);display:none;pointer-events:none}
.tip{position:absolute;top:4px;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:4px 8px;font-size:12px;line-height:1.4;white-space:pre;display:none;pointer-events:none}
details{margin-top:28px}summary{cursor:pointer;font-weight:600}
@media(max-width:480px){body{padding:16px 12px 40px}.tiles{grid-template-columns:1fr 1fr}.plot{height:190px;margin-right:56px}.x{margin-right:56px}.heat{font-size:10px}.heat td{min-width:0}.heat td,.heat th{padding:4px 1px}}
`

/** Shows the values under the pointer in every chart over time. */
export const SCRIPT = `
const rows=JSON.parse(document.getElementById('rows').textContent);
const plots=[...document.querySelectorAll('.plot.time')];
for(const plot of plots){plot.addEventListener('pointermove',e=>{
const box=plot.getBoundingClientRect();const part=Math.min(1,Math.max(0,(e.clientX-box.left)/box.width));
const row=rows[Math.round(part*(rows.length-1))];
for(const one of plots){const cross=one.querySelector('.cross'),tip=one.querySelector('.tip');
cross.style.display='block';cross.style.left=part*100+'%';tip.style.display=one===plot?'block':'none';
tip.textContent=row;tip.style.left=part<.5?'calc('+part*100+'% + 8px)':'auto';tip.style.right=part<.5?'auto':'calc('+(1-part)*100+'% + 8px)'}});
plot.addEventListener('pointerleave',()=>{for(const one of plots){one.querySelector('.cross').style.display='none';one.querySelector('.tip').style.display='none'}})}
`
