/** The report's style sheet; colours come in pairs, light and dark. */
export const style = `
:root { color-scheme: light dark;
  --ground: light-dark(#f3f5f7, #0d1116); --surface: light-dark(#fff, #151b22); --line: light-dark(#d9dfe6, #29323d);
  --text: light-dark(#17202b, #e7ecf2); --muted: light-dark(#525e6d, #9ba8b8);
  --own-0: light-dark(#0b7d72, #3fd0be); --own-1: light-dark(#2167b8, #74b2f5); --own-2: light-dark(#7a4fc0, #b79af0);
  --rival-0: light-dark(#c77800, #f2b44a); --rival-1: light-dark(#b3428c, #e48cc4); --rival-2: light-dark(#5d7a1c, #b4d15c);
  --rival-3: light-dark(#3d5a9e, #8ea8ea); --rival-4: light-dark(#a34a2a, #f09a78);
  --best: light-dark(#17202b, #e7ecf2); --bad: light-dark(#c4352b, #ff8a80);
  --tone-value: light-dark(#0b7d72, #3fd0be); --tone-measure: light-dark(#7a4fc0, #b79af0); --tone-plan: light-dark(#2167b8, #74b2f5);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; font-variant-numeric: tabular-nums; }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--text) }
main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 60px }
h1 { font-size: 26px; margin: 0 0 4px } h2 { font-size: 20px; margin: 36px 0 10px } h3 { font-size: 16px; margin: 0 0 10px }
p { margin: 8px 0 } .lead, .note { color: var(--muted) } .lead { margin: 0 0 20px }
section.card { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: 18px 20px; margin: 0 0 16px }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 16px } .pair > section.card { margin: 0 }
.figures { display: flex; flex-wrap: wrap; gap: 12px; margin: 0 0 16px; padding: 0; list-style: none }
.figures li { flex: 1 1 150px; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: 12px 16px; color: var(--muted) }
.figures b { display: block; font-size: 26px; line-height: 1.2; color: var(--text) } .figures small { display: block }
figure { margin: 0; max-width: 760px } svg { display: block; width: 100%; height: auto }
.grid { stroke: var(--line); fill: none } .tick { fill: var(--muted); font-size: 12px }
.level { fill: none; stroke-width: 1.5; stroke-dasharray: 2 4 } .level.never, li.never { --colour: var(--bad) } .level.always, li.always { --colour: var(--muted) }
.level { stroke: var(--colour) }
.series path { fill: none; stroke: var(--colour); stroke-width: 2 } .series circle { fill: var(--colour) }
.series.own path { stroke-width: 3.5 } .series.O3 path, .series.O1 path { stroke-dasharray: 7 5; stroke-width: 2 }
.whisker { stroke: var(--own-0); stroke-width: 2; fill: none }
.legend { list-style: none; padding: 0; margin: 8px 0 0 46px; display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px }
.legend li::before { content: ""; display: inline-block; width: 22px; margin-right: 7px; vertical-align: middle; border-top: 3px solid var(--colour) }
.legend .O3::before, .legend .O1::before { border-top-style: dashed } .legend .never::before, .legend .always::before { border-top-style: dotted }
.timeline { height: 120px; background: var(--ground); border-radius: 6px }
.hill { fill: var(--own-0); fill-opacity: .28; stroke: var(--own-0); stroke-width: 1.2; vector-effect: non-scaling-stroke }
.sends path { stroke-width: 1.5; vector-effect: non-scaling-stroke } .worst { fill: var(--bad); fill-opacity: .16 }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100%; margin: 10px 0; font-size: 14px }
th, td { text-align: right; padding: 5px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; font-weight: 400 }
th.text, td.text { text-align: left } thead th { color: var(--muted) }
.tick-mark { display: inline-block; width: 4px; height: 13px; border-radius: 2px; vertical-align: -2px }
summary { cursor: pointer; color: var(--muted); padding: 4px 0 }
@media print { section.card { break-inside: avoid } }
`;
