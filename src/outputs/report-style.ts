/**
 * The report's look: one sheet for light, dark and print. The colours are Okabe and Ito's, told apart by people with any
 * common colour vision and by lightness in grey print (https://jfly.uni-koeln.de/color/, read 2026-11-27).
 */
export const REPORT_STYLE = `
:root{--paper:#fff;--ink:#1b1f24;--soft:#57606a;--line:#d9dee4;--wash:#f5f7f9;--link:#0a58a6;
--own:#0072b2;--rival:#b65200;--other:#76808c;--both:#0072b2;--on-both:#fff;--named:#56b4e9;--on-named:#10202c;
--ghost:#e69f00;--on-ghost:#231800;--neither:#d3d8de;--on-neither:#1b1f24;--lost:#8b4a62;--on-lost:#fff;
--good:#0b6e4f;--fair:#8a5a00;--poor:#a8222a;color-scheme:light}
@media screen and (prefers-color-scheme:dark){:root{--paper:#14181d;--ink:#e6eaee;--soft:#a3adb8;--line:#343c45;--wash:#1c2229;--link:#7cbcf5;
--own:#56b4e9;--rival:#f0914a;--other:#8b96a2;--both:#3f9bd6;--on-both:#06121b;--named:#a5d8f6;--on-named:#10202c;
--ghost:#f0b429;--on-ghost:#231800;--neither:#4a545f;--on-neither:#f2f5f7;--lost:#c58aa0;--on-lost:#200d14;
--good:#5fd0a5;--fair:#f0b429;--poor:#ff8f8f;color-scheme:dark}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:auto}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans CJK SC",sans-serif}
main,header.top,footer{max-width:62rem;margin:0 auto;padding:0 1.25rem}
header.top{padding-top:2.5rem}
h1{font-size:2rem;line-height:1.2;margin:0 0 .4rem;overflow-wrap:anywhere}
h2{font-size:1.35rem;line-height:1.3;margin:3rem 0 .5rem;padding-top:.9rem;border-top:2px solid var(--ink)}
h3{font-size:1.05rem;margin:1.8rem 0 .4rem}
p{margin:.5rem 0 .8rem;max-width:46rem}
a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:2px}
small,.soft{color:var(--soft);font-size:.88em}
code{font:.85em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;list-style:none;padding:0;margin:1rem 0 0;font-size:.9rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(13.5rem,1fr));gap:.9rem;margin:1.3rem 0 .6rem}
.card{border:1px solid var(--line);border-radius:8px;padding:.9rem 1rem;background:var(--wash);display:flex;flex-direction:column}
.card h3{margin:0;font-size:.9rem;font-weight:600;color:var(--soft)}
.card .big{font-size:2rem;font-weight:700;line-height:1.25;font-variant-numeric:tabular-nums;text-decoration:none;color:var(--ink);display:block}
.card a.big{text-decoration:underline;text-decoration-color:var(--line)}
.card dl{display:grid;grid-template-columns:1fr auto;gap:.1rem .6rem;margin:.5rem 0 0;font-size:.8rem;color:var(--soft)}
.card dd{margin:0;text-align:right;font-variant-numeric:tabular-nums;color:var(--ink);white-space:nowrap}
.card p{font-size:.8rem;color:var(--soft);margin:.5rem 0 0}
.gauge{display:block;width:100%;height:14px;margin-top:.45rem}
.state{display:flex;flex-wrap:wrap;gap:.6rem;margin:1rem 0}
.badge{border:1.5px solid currentColor;border-radius:999px;padding:.12rem .8rem;font-weight:600;font-size:.88rem}
.good{color:var(--good)}.fair{color:var(--fair)}.poor{color:var(--poor)}
.note{border-left:4px solid var(--fair);background:var(--wash);padding:.6rem 1rem;margin:1rem 0;max-width:none}
.note.poor-edge{border-color:var(--poor)}
.note ul{margin:.3rem 0;padding-left:1.2rem}
figure{margin:1.2rem 0 .4rem}
figcaption{font-weight:600;margin-bottom:.35rem}
.chart{overflow-x:auto}
svg.plot{display:block;width:100%;min-width:640px;height:auto;font-size:13px;font-family:inherit;overflow:visible;color:var(--ink)}
svg.plot text{white-space:pre}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;padding:0;margin:.2rem 0 .4rem;font-size:.85rem;color:var(--soft)}
.legend i{display:inline-block;width:.85rem;height:.85rem;border-radius:2px;margin-right:.4rem;vertical-align:-1px}
.legend i.line{height:2px;vertical-align:4px}
.scroll{overflow-x:auto;margin:.4rem 0 1rem}
table{border-collapse:collapse;width:100%;font-size:.875rem}
caption{text-align:left;color:var(--soft);font-size:1em;padding-bottom:.3rem}
th,td{padding:.36rem .8rem .36rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);overflow-wrap:break-word}
td:not(.n):last-child{min-width:12rem}tbody th bdi{overflow-wrap:anywhere}td p{margin:0 0 .4rem}
thead th{border-bottom:1.5px solid var(--ink);font-weight:600;vertical-align:bottom}
th.n,td.n{text-align:right;font-variant-numeric:tabular-nums}td.n{white-space:nowrap}
tbody th{font-weight:500;min-width:8rem}
tr.own>th,tr.own>td{font-weight:650;background:var(--wash)}
.grid td,.grid td:last-child{text-align:center;font-variant-numeric:tabular-nums;white-space:nowrap;padding-right:.3rem;min-width:0}
.grid thead th:not(:first-child){text-align:center}
.grid tbody th{min-width:16rem}
blockquote{margin:.7rem 0;padding:.1rem 0 .1rem 1rem;border-left:3px solid var(--own);max-width:46rem}
.list{columns:3;column-gap:2rem;padding-left:1.2rem;font-size:.9rem}
dl.facts{display:grid;grid-template-columns:minmax(10rem,16rem) 1fr;gap:.35rem 1.2rem;font-size:.9rem}
dl.facts dt{color:var(--soft)}dl.facts dd{margin:0;overflow-wrap:anywhere}
.index p{font-size:.85rem;margin:.15rem 0;max-width:none}
:target,tbody:target>tr{background:color-mix(in srgb,var(--ghost) 28%,transparent);scroll-margin-top:1rem}
footer{padding-top:2rem;padding-bottom:3rem;color:var(--soft);font-size:.85rem;overflow-wrap:anywhere}
@media (max-width:40rem){body{font-size:15px}h1{font-size:1.6rem}header.top{padding-top:1.5rem}main,header.top,footer{padding-left:1rem;padding-right:1rem}
dl.facts{grid-template-columns:1fr;gap:.1rem}dl.facts dd{margin-bottom:.6rem}.list{columns:1}.cards{grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr))}.scroll table{min-width:36rem}table:not(.grid) td:not(.n):last-child{min-width:18rem}tbody th{position:sticky;left:0;background:var(--paper)}td.n small{display:block}.grid tbody th{min-width:9rem}}
@page{size:A4;margin:14mm 13mm}
@media print{body{font-size:10.2pt;line-height:1.45}main,header.top,footer{max-width:none;padding:0}nav{display:none}
h2{margin-top:1.6rem;break-after:avoid}h3,figcaption,caption{break-after:avoid}figure,.card,.note,blockquote,tr{break-inside:avoid}
.chart,.scroll{overflow:visible}svg.plot{min-width:0}table{font-size:8.6pt}.grid tbody th{min-width:6.5rem}th,td{padding-right:.4rem}.grid td{padding-right:.1rem}.legend,.card h3,.card dl,.card p{font-size:.85em}td.n{white-space:normal}td.n small{display:block;white-space:nowrap}td:not(.n):last-child{min-width:8rem}tbody th{min-width:5rem}thead{display:table-header-group}
a{color:inherit;text-decoration:none}.card,.legend i,tr.own>th,tr.own>td,.note{-webkit-print-color-adjust:exact;print-color-adjust:exact}
.cards{grid-template-columns:repeat(4,1fr)}.card .big{font-size:1.5rem}}
`;
